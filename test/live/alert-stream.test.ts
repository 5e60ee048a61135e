import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { raiseAlerts } from './alerts.support.js';
import { Listener, type ListenerOptions, type Told } from './listener.js';

let api: Api;
const listeners: Listener[] = [];

beforeAll(async () => {
  api = await Api.start();
});
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  await api.close();
});

function listen(options: ListenerOptions): Listener {
  const listener = new Listener(api.url, options);
  listeners.push(listener);
  return listener;
}

/** Connected and subscribed: what is raised from here on is told. */
async function listening(options: ListenerOptions): Promise<Listener> {
  const since = await cursorOf(options.key);
  return listen({ ...options, variables: { since, ...options.variables } });
}

async function cursorOf(key: string): Promise<string> {
  return (await api.data(key, '{ alertCursor }')).alertCursor;
}

/** What was told besides checkpoints, which whoever sees a part is told each ten seconds, whatever happens. */
function alertsOf({ told }: Listener): Told[] {
  return told.filter(({ alert }) => alert);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

it('replays what was missed, in order, and goes on live', async () => {
  const agency = await api.seed();
  const since = await cursorOf(agency.key);
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 450 });
  const listener = listen({ key: agency.key, variables: { since } });
  await listener.until(({ told }) => told.length >= 450);
  await raiseAlerts(api.dataSource, agency.agencyId, { count: 3 });
  await listener.until(({ told }) => told.length >= 453);
  expect(listener.sequences).toEqual(range(last - 449, last + 3));
});

it('without `since` tells what comes from then on, and nothing before', async () => {
  const agency = await api.seed();
  await raiseAlerts(api.dataSource, agency.agencyId, { count: 5 });
  const [first, second] = [listen({ key: agency.key }), listen({ key: agency.key })];
  await first.until(({ connections }) => connections === 1);
  // Raised until the first one was told: it may not have been subscribed before that.
  let last = 0;
  while (first.told.length === 0 || second.told.length === 0) {
    last = await raiseAlerts(api.dataSource, agency.agencyId);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all([first, second].map((one) => one.until(({ sequences }) => sequences.at(-1) === last)));
  for (const { sequences } of [first, second]) {
    expect(sequences[0]).toBeGreaterThan(5);
    expect(sequences).toEqual(range(sequences[0]!, last));
  }
});

it('misses nothing and tells nothing twice while alerts are raised and the socket is cut again and again', async () => {
  const agency = await api.seed();
  const before = await raiseAlerts(api.dataSource, agency.agencyId);
  const listener = await listening({ key: agency.key });
  let last = before;
  for (let round = 0; round < 12; round += 1) {
    last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 1 + (round % 5) * 90 });
    if (round % 2 === 0) {
      const told = listener.told.length;
      await listener.until((one) => one.told.length > told || one.sequences.at(-1) === last);
      listener.cut();
    }
  }
  await listener.until(({ sequences }) => sequences.at(-1) === last);
  expect(listener.connections).toBeGreaterThan(2);
  expect(listener.sequences).toEqual(range(before + 1, last));
});

describe('one who sees a part of the agency', () => {
  it('is told its own, without numbers', async () => {
    const agency = await api.seed();
    const other = await otherAccount(agency);
    const key = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    const listener = await listening({ key });
    await raiseAlerts(api.dataSource, agency.agencyId, {
      clientAccountId: other.clientAccountId,
      count: 300,
    });
    await raiseAlerts(api.dataSource, agency.agencyId, { count: 3 });
    await raiseAlerts(api.dataSource, agency.agencyId, {
      clientAccountId: agency.clientAccount.id,
      seatId: agency.seat.id,
    });
    await listener.until((one) => alertsOf(one).length > 0);
    expect(alertsOf(listener)).toMatchObject([
      { __typename: 'AlertRaised', alert: { sequence: null, clientAccount: { id: expect.any(String) } } },
    ]);
  });

  it('is told no more of a seat once it was moved to another client account', async () => {
    const agency = await api.seed();
    const other = await otherAccount(agency);
    const key = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    const listener = await listening({ key });
    const { seatMoves } = servicesOn(api.dataSource);
    const { id: seatId } = agency.seat;
    await raiseAlerts(api.dataSource, agency.agencyId, { clientAccountId: agency.clientAccount.id, seatId });
    done(await seatMoves.moveSeat(agency.owner, { seatId, clientAccountId: other.clientAccountId }));
    await raiseAlerts(api.dataSource, agency.agencyId, { clientAccountId: other.clientAccountId, seatId });
    await raiseAlerts(api.dataSource, agency.agencyId, { clientAccountId: agency.clientAccount.id });
    await listener.until((one) => alertsOf(one).length >= 2);
    const accounts = alertsOf(listener).map(({ alert }) => alert.clientAccount.id);
    expect(new Set(accounts)).toEqual(new Set([toId('client', agency.clientAccount.id)]));
    expect(alertsOf(listener)).toHaveLength(2);
  });
});

/** Each comes ten seconds behind the one before: these wait for theirs together. */
describe('checkpoints', () => {
  it.concurrent(
    'keep the cursor of who filters by severity and client account fresh',
    async () => {
      const agency = await api.seed();
      const { clientAccount, agencyId } = agency;
      const client = await api.data(agency.key, '{ clientAccounts { nodes { id } } }');
      const variables = { clientAccountId: client.clientAccounts.nodes[0].id, minSeverity: 'CRITICAL' };
      const listener = await listening({ key: agency.key, variables });
      const critical = { clientAccountId: clientAccount.id, severity: 'CRITICAL' } as const;
      await raiseAlerts(api.dataSource, agencyId, { ...critical, severity: 'WARNING', count: 300 });
      const wanted = await raiseAlerts(api.dataSource, agencyId, critical);
      const last = await raiseAlerts(api.dataSource, agencyId, { severity: 'CRITICAL' });
      // One that came before it stands before what was left out behind it.
      await listener.until(
        ({ sequences, told }) => sequences.includes(wanted) && told.at(-1)?.__typename === 'AlertCheckpoint',
      );
      expect(listener.sequences).toEqual([wanted]);
      const checkpoint = listener.told.at(-1)!;
      // It stands behind all that was left out: whoever resumes there is told what comes, and nothing of before.
      const resumed = listen({ key: agency.key, variables: { since: checkpoint.cursor } });
      const next = await raiseAlerts(api.dataSource, agencyId);
      await resumed.until(({ told }) => told.length > 0);
      expect([resumed.sequences, next]).toEqual([[last + 1], last + 1]);
    },
    60_000,
  );

  it.concurrent(
    'tell one who sees a part nothing of the others: they come whether or not anything happened, and never alike',
    async () => {
      const agency = await api.seed();
      const busy = await api.seed();
      const other = await otherAccount(busy);
      const keys = await Promise.all(
        [agency, busy].map((one) => api.keyOf(one, 'CLIENT', one.clientAccount.id)),
      );
      const [quiet, beside] = await Promise.all(keys.map((key) => listening({ key })));
      await raiseAlerts(api.dataSource, busy.agencyId, { clientAccountId: other.clientAccountId, count: 50 });
      await Promise.all([quiet, beside].map((one) => one!.until(({ told }) => told.length >= 2)));
      for (const { told } of [quiet!, beside!]) {
        expect(new Set(told.map(({ __typename }) => __typename))).toEqual(new Set(['AlertCheckpoint']));
        expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
      }
    },
    60_000,
  );
});

describe('a cursor', () => {
  it('older than what is kept tells to read the alerts again, and the stream goes on behind them', async () => {
    const agency = await api.seed();
    const since = await cursorOf(agency.key);
    const longAgo = Date.now() - 91 * 86_400_000;
    await raiseAlerts(api.dataSource, agency.agencyId, { raisedAt: longAgo, count: 3 });
    const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 2 });
    const listener = listen({ key: agency.key, variables: { since } });
    await listener.until(({ told }) => told.length === 1);
    await raiseAlerts(api.dataSource, agency.agencyId);
    await listener.until(({ told }) => told.length === 2);
    expect(listener.told.map(({ __typename }) => __typename)).toEqual(['ResyncRequired', 'AlertRaised']);
    expect(listener.sequences).toEqual([last + 1]);
  });

  it('of an edge of `alerts` begins behind that alert', async () => {
    const agency = await api.seed();
    const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 4 });
    const { alerts } = await api.data(agency.key, '{ alerts(first: 3) { edges { cursor } } }');
    const listener = listen({ key: agency.key, variables: { since: alerts.edges[2].cursor } });
    await listener.until(({ told }) => told.length === 2);
    expect(listener.sequences).toEqual([last - 1, last]);
  });

  it('of another list or agency, or of nothing, is refused; so is a client account of another agency', async () => {
    const [agency, other] = [await api.seed(), await api.seed()];
    const { seats } = await api.data(agency.key, '{ seats { edges { cursor } } }');
    const theirs = await api.data(other.key, '{ alertCursor clientAccounts { nodes { id } } }');
    const asked = [
      { since: seats.edges[0].cursor },
      { since: theirs.alertCursor },
      { since: '' },
      { since: 'x'.repeat(5_000) },
      { clientAccountId: theirs.clientAccounts.nodes[0].id },
      { clientAccountId: 'client_00000000000000000000000000' },
    ];
    const refused = await Promise.all(
      asked.map(async (variables) => {
        const listener = listen({ key: agency.key, variables });
        await listener.until(({ errors }) => errors.length > 0);
        return listener.errors;
      }),
    );
    const codes = refused.map((errors) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual([
      ...Array.from({ length: 4 }, () => ['BAD_USER_INPUT']),
      ['NOT_FOUND'],
      ['NOT_FOUND'],
    ]);
    // Of another agency, it is as little there as of nobody.
    const [others, nobodys] = refused
      .slice(4)
      .map(([{ extensions, ...error }]) => ({ ...error, code: extensions.code }));
    expect(others).toEqual(nobodys);
  });
});

/** A second client account with a seat. */
async function otherAccount({
  owner,
  plan,
}: SeededAgency): Promise<{ clientAccountId: string; seatId: string }> {
  const { clientAccounts, seats } = servicesOn(api.dataSource);
  const account = done(
    await clientAccounts.createClientAccount(owner, { name: 'Other', planId: plan.id, timeZone: 'UTC' }),
  );
  const seat = done(await seats.addSeat(owner, newSeat(account.id)));
  return { clientAccountId: account.id, seatId: seat.id };
}
