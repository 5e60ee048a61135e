import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, query, superuserUrl, type TestDatabase } from '../support/database.js';

const AGENCIES = 20;
const REQUESTS = 200;
/** So that requests of different agencies follow each other on each connection. */
const CONNECTIONS = 4;
/** Connections that are cut while they are used. */
const CUTS = 6;
const CUT_TRIES_MAX = 300;

interface Tenant {
  readonly agency: SeededAgency;
  readonly canary: string;
}

/** What came of a request: an answer, or nothing where its client went away. */
interface Came {
  readonly tenant: Tenant;
  readonly text: string | null;
}

let database: TestDatabase;
let api: Api;
let tenants: Tenant[];

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_POOL_CONNECTIONS: String(CONNECTIONS) }, database);
  tenants = [];
  for (let index = 0; index < AGENCIES; index += 1) {
    const canary = `canary${randomUUID().slice(0, 8)}`;
    const texts = { holderName: `${canary} holder`, externalRef: `${canary} ref` };
    const agency = await api.seed({
      plan: { name: `${canary} plan` },
      clientAccount: { name: `${canary} client` },
      seat: texts,
    });
    tenants.push({ agency, canary });
  }
});
afterAll(() => api.close());

const LOOK = `{ seats { nodes { holderName externalRef usage { used held } clientAccount { name plan { name } } } }
  decisions { nodes { recipientProfileUrl seat { holderName } } } alerts { nodes { message } } }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) {
  decision { outcome recipientProfileUrl seat { holderName } } userErrors { message } } }`;
const CREATE = `mutation ($input: CreateClientAccountInput!) { createClientAccount(input: $input) {
  clientAccount { name plan { name } } userErrors { message } } }`;

/** In turns: reads, sends, changes, and what fails midway. */
function requestOf({ agency, canary }: Tenant, index: number): { query: string; variables: object } {
  const seatId = toId('seat', agency.seat.id);
  const planId = toId('plan', agency.plan.id);
  switch (index % 4) {
    case 0:
      return { query: LOOK, variables: {} };
    case 1: {
      const recipient = { profileUrl: `linkedin.com/in/${canary}-${index}` };
      const input = { seatId, action: 'FOLLOW', recipient, idempotencyKey: `attempt ${index}` };
      return { query: RESERVE, variables: { input } };
    }
    case 2: {
      const input = { name: `${canary} ${index}`, planId, timeZone: 'UTC', externalRef: `ref ${index % 8}` };
      return { query: CREATE, variables: { input } };
    }
    default: {
      // The second one is refused, after the first was written: all of its own transaction goes back.
      const query = `mutation ($input: CreateClientAccountInput!) { first: createClientAccount(input: $input) { clientAccount { name } }
        again: createClientAccount(input: $input) { clientAccount { name } userErrors { message } } }`;
      const input = {
        name: `${canary} twice ${index}`,
        planId,
        timeZone: 'UTC',
        externalRef: `twice ${index}`,
      };
      return { query, variables: { input } };
    }
  }
}

async function send(tenant: Tenant, index: number): Promise<Came> {
  const gone = new AbortController();
  const body = JSON.stringify(requestOf(tenant, index));
  const headers = { authorization: `Bearer ${tenant.agency.key}`, 'content-type': 'application/json' };
  const asked = fetch(`${api.url}/graphql`, { method: 'POST', headers, body, signal: gone.signal });
  // Each fifth client goes away: some before their request is read, some while it is worked on.
  if (index % 5 === 0) setTimeout(() => gone.abort(), index % 25);
  return asked.then(
    async (response) => ({ tenant, text: await response.text() }),
    () => ({ tenant, text: null }),
  );
}

/** Ends a connection of the server that is in the middle of something. */
async function cut(url: string): Promise<number> {
  const ended = await query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = 'headroom_app' AND state <> 'idle'
       AND application_name = 'headroom' LIMIT 1`,
  );
  return ended.length;
}

describe('200 requests of 20 agencies at once, over 4 connections that are cut now and then', () => {
  let came: Came[];
  let cuts = 0;

  beforeAll(async () => {
    const url = await superuserUrl(database.appUrl);
    const requests = Array.from({ length: REQUESTS }, (_, index) => {
      const tenant = tenants[(index * 7 + Math.floor(index / AGENCIES)) % AGENCIES];
      if (!tenant) throw new Error('There is no such agency.');
      return send(tenant, index);
    });
    const all = Promise.all(requests).then((answers) => (came = answers));
    for (let tries = 0; cuts < CUTS && tries < CUT_TRIES_MAX; tries += 1) cuts += await cut(url);
    await all;
  });

  it('tell nobody anything of another agency', () => {
    const crossed = came.flatMap(({ tenant, text }) =>
      tenants.filter(({ canary }) => canary !== tenant.canary && text?.includes(canary)).map(() => text),
    );
    expect(crossed).toEqual([]);
  });

  it('were answered, for the most part, with what is their own', () => {
    const own = came.filter(({ tenant, text }) => text?.includes(tenant.canary));
    expect(own.length).toBeGreaterThan(REQUESTS / 2);
    expect(came.filter(({ text }) => text === null).length).toBeGreaterThan(0);
    expect(cuts).toBeGreaterThan(0);
  });

  it('left each agency with what is its own alone', async () => {
    for (const { agency, canary } of tenants) {
      const list =
        '{ clientAccounts(first: 100) { nodes { name } } decisions(first: 100) { nodes { recipientProfileUrl } } }';
      const { clientAccounts, decisions } = await api.data(agency.key, list);
      const texts: string[] = [
        ...clientAccounts.nodes.map(({ name }: Json) => name),
        ...decisions.nodes.map(({ recipientProfileUrl }: Json) => recipientProfileUrl),
      ];
      expect(texts.filter((text) => !text.includes(canary))).toEqual([]);
      expect(texts.length).toBeGreaterThan(1);
    }
  });
});
