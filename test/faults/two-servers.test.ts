import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { parseConfig } from '../../src/config.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { fromId } from '../../src/schema/ids.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import type { Json } from '../support/api.js';
import { openKeyedOffice } from './keyed-office.js';
import { Served } from './served.js';

const RESERVE = `mutation Reserve($input: ReserveInput!) {
  reserve(input: $input) {
    decision {
      id outcome replayed retryAt certainAt
      reasons { code retryAt limit { window { seconds } } }
      usage { used held limit { max origin } }
    }
    userErrors { code }
  }
}`;
const RECORD = `mutation Record($inputs: [ActivityInput!]!) {
  recordActivities(inputs: $inputs) { recorded userErrors { code message } }
}`;

const PAUSE = `mutation ($input: SeatInput!) { pauseSeat(input: $input) { userErrors { code } } }`;
const UPDATE_PLAN = `mutation ($input: UpdatePlanInput!) { updatePlan(input: $input) { userErrors { code } } }`;

const DAY_MS = 86_400_000;

let dataDirectory: string;
let database: Database | null = null;
let servers: Served[] = [];

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-two-'));
  // Both at once, on an empty folder: they share one database and one demo.
  const started = await Promise.allSettled([Served.start(dataDirectory), Served.start(dataDirectory)]);
  // Where one fails, the other is stopped all the same.
  servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
}, 120_000);

afterAll(async () => {
  const drift = database && (await audit(database.appUrl)).drift;
  await database?.close();
  const exitCodes = await Promise.all(servers.map((server) => server.stop()));
  await rm(dataDirectory, { recursive: true, force: true });
  expect([drift, exitCodes]).toEqual([[], [0, 0]]);
}, 120_000);

/** Asks the servers in turn. */
async function reserve(turn: number, key: string, seatId: string, more: object = {}): Promise<Json> {
  const recipient = { profileUrl: 'https://www.linkedin.com/in/somebody', degree: 'SECOND' };
  const asked = { seatId, action: 'PROFILE_VIEW', recipient, idempotencyKey: randomUUID() };
  const input = { ...asked, ...more };
  const answer = await servers[turn % servers.length]!.ask<Json>(key, RESERVE, { input });
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.reserve;
}

async function record(key: string, inputs: object[]): Promise<void> {
  const keyed = inputs.map((input) => ({ idempotencyKey: randomUUID(), ...input }));
  const answer = await servers[0]!.ask<Json>(key, RECORD, { inputs: keyed });
  expect(answer.data?.recordActivities).toEqual({ recorded: inputs.length, userErrors: [] });
}

it('P1: 64 callers at once get exactly the 40 that are left, from two servers', async () => {
  // Of several seats at once: the servers meet at the agency's book again and again.
  const { key, seatIds } = await openKeyedOffice(dataDirectory, 6);
  const occurredAt = new Date(Date.now() - 60_000).toISOString();
  await record(
    key,
    seatIds.map((seatId) => ({ seatId, action: 'PROFILE_VIEW', count: 40, occurredAt })),
  );
  const turns = Array.from({ length: 64 }, (_, turn) => turn);
  const outcomes = await Promise.all(
    seatIds.map(async (seatId) => {
      const answers = await Promise.all(turns.map((turn) => reserve(turn, key, seatId)));
      return answers.map(({ decision }) => decision.outcome).toSorted();
    }),
  );
  const expected = turns.map((turn) => (turn < 40 ? 'ALLOWED' : 'DENIED'));
  expect(outcomes).toEqual(seatIds.map(() => expected));
});

it('P4: one key from 32 callers of two servers is one decision, all others replayed', async () => {
  const { key, seatIds } = await openKeyedOffice(dataDirectory, 1);
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, turn) => reserve(turn, key, seatIds[0]!, { idempotencyKey })),
  );
  const decisions = answers.map(({ decision }) => decision);
  expect(new Set(decisions.map(({ id }) => id)).size).toBe(1);
  expect(decisions.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

it('P4: one key for two seats at two servers is one decision and one refusal', async () => {
  const { key, seatIds } = await openKeyedOffice(dataDirectory, 2);
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    seatIds.map((seatId, turn) => reserve(turn, key, seatId, { idempotencyKey })),
  );
  const codes = answers.map(({ decision, userErrors }) => decision?.outcome ?? userErrors[0].code);
  expect(codes.toSorted()).toEqual(['ALLOWED', 'IDEMPOTENCY_KEY_REUSED']);
});

it('P6: 100 invitations of seven days are refused until the oldest leaves, to the millisecond', async () => {
  const { key, seatIds } = await openKeyedOffice(dataDirectory, 1);
  const seatId = seatIds[0]!;
  const now = Date.now();
  // From a day on back, so that no window but that of seven days is full.
  const instants = Array.from({ length: 100 }, () => now - Math.floor((1 + 5.9 * Math.random()) * DAY_MS));
  await record(
    key,
    instants.map((instant) => ({
      seatId,
      action: 'CONNECTION_REQUEST',
      occurredAt: new Date(instant).toISOString(),
    })),
  );
  const { decision } = await reserve(1, key, seatId, { action: 'CONNECTION_REQUEST' });
  expect(decision.outcome).toBe('DENIED');
  const oldest = new Date(Math.min(...instants) + 7 * DAY_MS).toISOString();
  expect(decision.reasons).toEqual([
    { code: 'LIMIT_REACHED', retryAt: oldest, limit: { window: { seconds: 604_800 } } },
  ]);
  expect(decision.retryAt).toBe(oldest);
});

it('a busy agency does not stall another one’s answer', async () => {
  const [busy, free] = [await openKeyedOffice(dataDirectory, 1), await openKeyedOffice(dataDirectory, 1)];
  const letGo = await holdBook(busy.agencyId);
  const order: string[] = [];
  const waiting = reserve(0, busy.key, busy.seatIds[0]!).then(() => order.push('busy'));
  try {
    for (let turn = 0; turn < 6; turn += 1) {
      await reserve(turn, free.key, free.seatIds[0]!);
      order.push('free');
    }
  } finally {
    await letGo();
  }
  await waiting;
  expect(order).toEqual([...Array.from({ length: 6 }, () => 'free'), 'busy']);
});

it('P1, P13: a seat that is paused in the middle of requests holds nothing afterwards', async () => {
  const { key, seatIds } = await openKeyedOffice(dataDirectory, 1);
  const seatId = seatIds[0]!;
  const asks = Array.from({ length: 40 }, (_, turn) => reserve(turn, key, seatId, { action: 'REACTION' }));
  const paused = servers[1]!.ask<Json>(key, PAUSE, { input: { seatId } });
  const later = Array.from({ length: 40 }, (_, turn) => reserve(turn, key, seatId, { action: 'REACTION' }));
  const outcomes = (await Promise.all([...asks, ...later])).map(({ decision }) => decision.outcome);
  expect((await paused).data?.pauseSeat.userErrors).toEqual([]);
  const { decision } = await reserve(0, key, seatId, { action: 'REACTION' });
  expect(decision.reasons.map(({ code }: Json) => code)).toEqual(['SEAT_PAUSED']);
  expect(decision.usage.map(({ used, held }: Json) => used + held)).toEqual(decision.usage.map(() => 0));
  expect(outcomes).toContain('DENIED');
});

it('P1: a cap of a plan that is lowered in the middle of requests binds from then on, and what is held stays', async () => {
  const { key, planId, seatIds } = await openKeyedOffice(dataDirectory, 2);
  const cap = (max: number): object => ({
    input: {
      planId,
      limits: [{ actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 3_600, max }],
    },
  });
  await servers[0]!.ask<Json>(key, UPDATE_PLAN, cap(30));
  const ask = (turn: number): Promise<Json> => reserve(turn, key, seatIds[turn % 2]!, { action: 'FOLLOW' });
  const asks = Array.from({ length: 24 }, (_, turn) => ask(turn));
  const lowered = servers[1]!.ask<Json>(key, UPDATE_PLAN, cap(10));
  const answers = await Promise.all([...asks, ...Array.from({ length: 24 }, (_, turn) => ask(turn))]);
  expect((await lowered).data?.updatePlan.userErrors).toEqual([]);
  const allowed = answers.filter(({ decision }) => decision.outcome === 'ALLOWED');
  // Whatever cap each was decided under, it was within it.
  for (const { decision } of allowed) {
    for (const { used, held, limit } of decision.usage) expect(used + held).toBeLessThanOrEqual(limit.max);
  }
  const { decision } = await ask(0);
  const ofPlan = decision.usage.find(({ limit }: Json) => limit.origin === 'PLAN');
  expect(ofPlan).toMatchObject({ held: allowed.length, limit: { max: 10 } });
  expect(decision.outcome).toBe(allowed.length < 10 ? 'ALLOWED' : 'DENIED');
});

it('the last seat of a plan is given once, however many ask for it at two servers', async () => {
  const { key, planId, clientAccountId, seatIds } = await openKeyedOffice(dataDirectory, 3);
  const update = { input: { planId, seatAllowance: 4 } };
  expect((await servers[0]!.ask<Json>(key, UPDATE_PLAN, update)).data?.updatePlan.userErrors).toEqual([]);
  const removed = { input: { seatId: seatIds[0] } };
  await servers[0]!.ask<Json>(
    key,
    `mutation ($input: SeatInput!) { removeSeat(input: $input) { userErrors { code } } }`,
    removed,
  );
  // Two are free: three ask to add one, one to restore one, at both servers.
  const add = (turn: number): Promise<Json> =>
    servers[turn % 2]!.ask<Json>(
      key,
      `mutation ($input: AddSeatInput!) { done: addSeat(input: $input) { userErrors { code } } }`,
      {
        input: {
          ...{ clientAccountId, holderName: 'New', tier: 'BASIC', timeZone: 'UTC' },
          profileUrl: `https://www.linkedin.com/in/new-${turn}`,
        },
      },
    );
  const restore = (turn: number): Promise<Json> =>
    servers[turn % 2]!.ask<Json>(
      key,
      `mutation ($input: SeatInput!) { done: restoreSeat(input: $input) { userErrors { code } } }`,
      removed,
    );
  const answers = await Promise.all([add(0), add(1), restore(0), add(2), add(3)]);
  const codes = answers.map(({ data }) => data.done.userErrors.map(({ code }: Json) => code).join());
  expect(codes.toSorted()).toEqual(['', '', ...Array.from({ length: 3 }, () => 'SEAT_ALLOWANCE_REACHED')]);
  const query = `query ($id: ID) { clientAccount(id: $id) { seatAllowance seatsTaken seatsFree } }`;
  const { data } = await servers[1]!.ask<Json>(key, query, { id: clientAccountId });
  expect(data?.clientAccount).toEqual({ seatAllowance: 4, seatsTaken: 4, seatsFree: 0 });
});

/** Holds an agency's book from elsewhere until told to let go. */
async function holdBook(agencyId: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database?.appUrl });
  await client.connect();
  const uuid = fromId('agency', agencyId);
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[uuid]]);
  await client.query('SELECT FROM agency_book WHERE agency_id = $1 FOR UPDATE', [uuid]);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}
