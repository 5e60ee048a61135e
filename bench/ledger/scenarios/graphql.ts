import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { insertApiKey } from '../../../src/services/members/api-key.service.js';
import { toId } from '../../../src/schema/ids.js';
import { openOffices, type Office } from '../../office.js';
import { Served } from '../../served.js';
import { startGraphile, type GraphileServer } from '../graphile-server.js';
import { askAboutEach, openLedger } from '../asking.js';
import { HttpCallers } from '../http-load.js';
import { filledIn, type Asked } from '../http-asked.js';
import type { Bench, Contender, Plan, Scenario, Span } from '../scenario.js';

const IN_FLIGHT = 64;
const AGENCIES = 200;
const SEATS_EACH = 10;
const RESERVE = 'reserve';
const NOTHING = 'a mutation that does nothing';
const REFUSED_BEFORE = 'reserve that stops before the ledger';
const GRAPHILE = 'PostGraphile 5, PL/pgSQL with three counters';

const OPERATION = `mutation Reserve($input: ReserveInput!) {
  reserve(input: $input) {
    decision { id outcome retryAt reservation { id status expiresAt } }
    userErrors { code message }
  }
}`;

/** Through GraphQL over HTTP: the callers are a process of their own, and so is each server. */
export const GRAPHQL: Plan = {
  name: 'graphql',
  title: 'GraphQL over HTTP, 2,000 seats of 200 agencies, 64 in flight',
  async open({ appUrl, ownerUrl, dataDirectory }: Bench): Promise<Scenario> {
    const offices = await openOffices(appUrl, AGENCIES, SEATS_EACH);
    const ledger = openLedger(appUrl);
    await askAboutEach(ledger, offices);
    await ledger.close();
    const keys = await giveKeys(appUrl, offices);
    const served = await Served.start(dataDirectory, { HEADROOM_API_LIMITS: 'off', NODE_ENV: 'production' });
    const graphile = await startGraphile(ownerUrl, offices);
    const callers = HttpCallers.start();
    const ours = (name: string, asked: readonly Asked[], expected: string, note?: string): Contender => ({
      name,
      ...(note !== undefined && { note }),
      measure: (span: Span) =>
        callers.measure({ ...span, inFlight: IN_FLIGHT, url: `${served.url}/graphql`, asked, expected }),
    });
    const reserves = asksOf(offices, keys, {});
    const reserving = ours(RESERVE, reserves, '"ALLOWED"', 'each allowed: the seats have room enough');
    const nothing = keys.map((authorization) => ({
      authorization,
      body: JSON.stringify({ query: DOES_NOTHING }),
    }));
    return {
      contenders: [
        reserving,
        ours(NOTHING, nothing, '"__typename":"Mutation"', 'with a key, as every operation'),
        ours(REFUSED_BEFORE, asksOf(offices, keys, { holdSeconds: 1 }), '"INVALID"'),
        throughGraphile(callers, graphile, offices),
      ],
      targets: [
        { of: RESERVE, against: NOTHING, figure: 'perSecond', least: 0.6 },
        { of: RESERVE, against: GRAPHILE, figure: 'perSecond', least: 5 },
      ],
      leftOut: [],
      // So that the server knows the seats: what it reads of each once is not what is measured.
      prepare: () => askEachOnce(`${served.url}/graphql`, reserves),
      close: async () => {
        await Promise.all([callers.stop(), served.stop(), graphile.stop()]);
      },
    };
  },
};

/** A fragment, so that it is not taken for a question about the schema, which needs no key. */
const DOES_NOTHING = 'mutation { ... on Mutation { __typename } }';

async function askEachOnce(url: string, asked: readonly Asked[]): Promise<void> {
  const each = asked.values();
  const caller = async (): Promise<void> => {
    for (const { authorization, body } of each) {
      const headers = { 'content-type': 'application/json', authorization: authorization ?? '' };
      const answer = await fetch(url, { method: 'POST', headers, body: filledIn(body) });
      if (!(await answer.text()).includes('"ALLOWED"')) throw new Error('A seat with room is allowed.');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}

async function giveKeys(appUrl: string, offices: readonly Office[]): Promise<string[]> {
  const dataSource = await openDataSource(appUrl);
  try {
    const key = { name: 'Bench', role: 'OPERATOR', clientAccountId: null, expiresAt: null } as const;
    const secrets = offices.map(({ viewer }) =>
      inAgency(dataSource, viewer, (manager) => insertApiKey(manager, viewer, key, Date.now())),
    );
    return (await Promise.all(secrets)).map(({ secret }) => `Bearer ${secret}`);
  } finally {
    await dataSource.destroy();
  }
}

function asksOf(offices: readonly Office[], keys: readonly string[], more: object): Asked[] {
  return offices.flatMap(({ seatIds }, index) =>
    seatIds.map((seatId) => {
      const recipient = { profileUrl: 'https://www.linkedin.com/in/person-%PERSON%', degree: 'FIRST' };
      const input = {
        seatId: toId('seat', seatId),
        action: 'PROFILE_VIEW',
        recipient,
        idempotencyKey: '%KEY%',
      };
      const body = JSON.stringify({ query: OPERATION, variables: { input: { ...input, ...more } } });
      return { authorization: keys[index] ?? null, body };
    }),
  );
}

function throughGraphile(
  callers: HttpCallers,
  { url }: GraphileServer,
  offices: readonly Office[],
): Contender {
  const asked = offices.flatMap(({ viewer, clientAccountId, seatIds }) =>
    seatIds.map((seatId): Asked => {
      const input = {
        agencyId: viewer.agencyId,
        clientAccountId,
        seatId,
        recipient: '%PERSON%',
        key: '%KEY%',
      };
      const query = `mutation Reserve($input: ReserveInput!) { reserve(input: $input) { result } }`;
      return { authorization: null, body: JSON.stringify({ query, variables: { input } }) };
    }),
  );
  return {
    name: GRAPHILE,
    note: 'no key, wall, hold, window or retryAt',
    measure: (span) =>
      callers.measure({ ...span, inFlight: IN_FLIGHT, url: `${url}/graphql`, asked, expected: '"result":"' }),
  };
}
