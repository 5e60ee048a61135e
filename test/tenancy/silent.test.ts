import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { failureOf } from '../../src/http/failures.js';
import { SignInLimits } from '../../src/services/members/sign-in.limits.js';
import { Authenticator } from '../../src/tenancy/authenticate.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { isUnreachable } from '../../src/tenancy/sqlstate.js';
import { mintToken } from '../../src/tenancy/token.js';
import { Wire } from '../ledger/wire.js';
import { seedAgency, TEST_FINGERPRINTS, type SeededAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

/** A network that carries nothing any more: connections are open, what is asked is taken, and nothing is ever answered. */

/** What begins a transaction is answered within 5 s, and a connection is to be had within 5 s, or it is given up. */
const GIVEN_UP_MS = 5_000;
/** A busy machine takes longer. */
const SLACK_MS = 9_000;
/** By no machine so much later than the first of those who are told together: who comes behind them waits as long as they did. */
const TOGETHER_MS = GIVEN_UP_MS - 1_000;

let agency: SeededAgency;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const { appUrl } = await testDatabase();
  const direct = await openDataSource(appUrl, { connectionsMax: 1 });
  agency = await seedAgency(direct);
  await direct.destroy();
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A wire of the test's own, so that what takes nothing but time takes it at once. */
async function openWire(options: Parameters<typeof openDataSource>[1] = { connectionsMax: 2 }) {
  const wire = await Wire.to((await testDatabase()).appUrl);
  const dataSource = await openDataSource(wire.url, options);
  closing.push(
    () => wire.close(),
    () => dataSource.destroy(),
    () => Promise.resolve(wire.unmute()),
  );
  return { wire, dataSource };
}

const look = (manager: EntityManager): Promise<unknown> => manager.query('SELECT 1');

/** What it throws, and how long that took. */
async function failing(work: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const startedAt = performance.now();
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, ms: performance.now() - startedAt };
}

/** All who asked at once are told in one go, and in time. */
function expectTogether(met: readonly { readonly ms: number }[]): void {
  const [first, last] = [Math.min(...met.map(({ ms }) => ms)), Math.max(...met.map(({ ms }) => ms))];
  expect(last - first).toBeLessThan(TOGETHER_MS);
  expect(last).toBeLessThan(GIVEN_UP_MS + SLACK_MS);
}

it.concurrent(
  'a connection that went silent while it lay idle is given up at its first word, and another one is made',
  async () => {
    const { wire, dataSource } = await openWire();
    await inAgency(dataSource, agency, look);
    wire.silence();
    const { error, ms } = await failing(() => inAgency(dataSource, agency, look));
    expect(failureOf(error)).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    expect(ms).toBeLessThan(GIVEN_UP_MS + SLACK_MS);
    await inAgency(dataSource, agency, look);
  },
  60_000,
);

it.concurrent(
  'one that goes silent in the middle of a transaction is given up after the longest statement',
  async () => {
    const { wire, dataSource } = await openWire({ connectionsMax: 1, statementMsMax: 500 });
    const { error, ms } = await failing(() =>
      inAgency(dataSource, agency, async (manager) => {
        wire.mute();
        return look(manager);
      }),
    );
    expect(failureOf(error).code).toBe('UNAVAILABLE');
    expect(ms).toBeGreaterThan(500);
    expect(ms).toBeLessThan(500 + GIVEN_UP_MS + SLACK_MS);
    wire.unmute();
    await inAgency(dataSource, agency, look);
  },
  60_000,
);

it.concurrent(
  'tries to sign in are counted, or it is said that they can’t be, in as long as a statement may take',
  async () => {
    const { wire, dataSource } = await openWire({ connectionsMax: 1, statementMsMax: 500 });
    const limits = new SignInLimits(dataSource, TEST_FINGERPRINTS);
    const tried = { account: randomUUID(), place: randomUUID() };
    await limits.count(tried);
    wire.silence();
    const { error, ms } = await failing(() => limits.count(tried));
    expect(failureOf(error).code).toBe('UNAVAILABLE');
    expect(ms).toBeLessThan(500 + GIVEN_UP_MS + SLACK_MS);
    await limits.count(tried);
  },
  60_000,
);

it.concurrent(
  'a slow statement is none that went silent',
  async () => {
    const { dataSource } = await openWire({ connectionsMax: 1, statementMsMax: 20_000 });
    const slow = (manager: EntityManager) => manager.query('SELECT pg_sleep(6)');
    await expect(inAgency(dataSource, agency, slow)).resolves.toHaveLength(1);
  },
  60_000,
);

it.concurrent(
  'whoever waits for a turn of the agency is told together with those who had theirs',
  async () => {
    const { wire, dataSource } = await openWire();
    await Promise.all([inAgency(dataSource, agency, look), inAgency(dataSource, agency, look)]);
    wire.mute();
    const callers = Array.from({ length: 40 }, () => failing(() => inAgency(dataSource, agency, look)));
    const met = await Promise.all(callers);
    expect(met.every(({ error }) => isUnreachable(error))).toBe(true);
    expectTogether(met);
  },
  60_000,
);

it.concurrent(
  'nobody waits for long to be told that it can’t be found out who they are, however many they are',
  async () => {
    const { wire, dataSource } = await openWire();
    const authenticator = new Authenticator(dataSource);
    const mine = `Bearer ${agency.key}`;
    await authenticator.authenticate(mine);
    wire.mute();
    // More than are looked up at once, all of them different.
    const keys = Array.from(
      { length: 500 },
      () => `Bearer ${mintToken('KEY', agency.agencyId, randomUUID()).token}`,
    );
    const met = await Promise.all(
      [mine, ...keys].map((key) => failing(() => authenticator.authenticate(key))),
    );
    expect(new Set(met.map(({ error }) => failureOf(error).code))).toEqual(new Set(['UNAVAILABLE']));
    expectTogether(met);
    wire.unmute();
    await expect(authenticator.authenticate(mine)).resolves.toMatchObject({ agencyId: agency.agencyId });
    await authenticator.settled();
  },
  60_000,
);

it.concurrent(
  'a session that PostgreSQL ends in a stalled transaction is lost, and no defect: it is asked again',
  async () => {
    const { dataSource } = await openWire();
    const { error } = await failing(() =>
      inAgency(dataSource, agency, async (manager) => {
        await manager.query('SET LOCAL idle_in_transaction_session_timeout = 50');
        while (!manager.queryRunner!.isReleased) await pause(20);
        return look(manager);
      }),
    );
    expect(error).toMatchObject({ code: '25P03' });
    expect(failureOf(error).code).toBe('UNAVAILABLE');
    await inAgency(dataSource, agency, look);
  },
);

it.concurrent('what was thrown by the work itself is told, whatever became of the connection', async () => {
  const { dataSource } = await openWire();
  const { error } = await failing(() =>
    inAgency(dataSource, agency, async (manager) => {
      const [row] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      await inAgency(dataSource, agency, (other) =>
        other.query('SELECT pg_terminate_backend($1)', [row?.pid]),
      );
      while (!manager.queryRunner!.isReleased) await pause(20);
      throw failureOf(Object.assign(new Error('locked'), { code: '55P03' }));
    }),
  );
  expect(error).toMatchObject({ message: 'Another change of this agency is taking long.' });
});

it('says of each error whether it is of the way to the database', () => {
  const unreachable = ['08006', '25P03', '53300', '57P01', '57P05', 'ECONNRESET', 'EPIPE'];
  const own = ['23505', '25P02', '40001', '55P03', '57014', '42601'];
  const of = (code: string) => isUnreachable({ driverError: Object.assign(new Error('of it'), { code }) });
  expect(unreachable.filter((code) => !isUnreachable({ code, message: '' }))).toEqual([]);
  expect(own.filter((code) => isUnreachable({ code, message: '' }) || of(code))).toEqual([]);
  expect(of('25P03')).toBe(true);
});
