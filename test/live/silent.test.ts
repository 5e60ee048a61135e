import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { audit } from '../../src/ledger/audit/audit.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { SQLSTATE, sqlStateOf } from '../../src/tenancy/sqlstate.js';
import { Wire } from '../ledger/wire.js';
import { seedAgency, type SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, Outreach, someone } from '../support/outreach.js';
import { alertsAfter, raiseAlerts } from './alerts.support.js';
import { Listener } from './listener.js';

/**
 * Two servers on one database; the network between it and the first of them goes silent: connections are open, what is asked
 * is taken, and nothing is ever answered. Whoever asks is told so within a bounded time, whoever listens is sent elsewhere or
 * comes again, and nothing is lost, told twice, or counted twice.
 */

/** A connection, then a first word: each is waited for 5 s at most. */
const TOLD_WITHIN_MS = 15_000;
/** What was under way already may have been at its longest statement. */
const SETTLED_WITHIN_MS = 60_000;

let database: TestDatabase;
let wire: Wire;
let apis: Api[];
let dataSource: DataSource;
let agency: SeededAgency;
let listeners: Listener[];

beforeEach(async () => {
  database = await ownDatabase();
  wire = await Wire.to(database.appUrl);
  apis = [
    await Api.start({}, { ...database, appUrl: wire.url }),
    await Api.start({ HEADROOM_API_LIMITS: 'off' }, database),
  ];
  dataSource = await openDataSource(database.appUrl);
  agency = await seedAgency(dataSource);
  listeners = apis.map(({ url }) => new Listener(url, { key: agency.key }));
  for (const listener of listeners) {
    while (listener.told.length === 0) {
      await raiseAlerts(dataSource, agency.agencyId);
      await pause(50);
    }
  }
}, 60_000);
afterEach(async () => {
  for (const listener of listeners) await listener.close();
  wire.unmute();
  wire.mend();
  await dataSource.destroy();
  for (const api of apis) await api.close();
  await wire.close();
}, 60_000);

/** Until it is stopped: alerts are raised elsewhere, and the server that will be cut off is asked to decide. */
function keepBusy(): {
  readonly stop: () => Promise<void>;
  readonly slowestMs: () => number;
  codes: Set<string>;
} {
  const codes = new Set<string>();
  let [isOver, slowest] = [false, 0];
  const raising = async (): Promise<void> => {
    // What was cut off with the book in its hands has it until PostgreSQL ends its session.
    const isHeld = (error: unknown): void => expect(sqlStateOf(error)).toBe(SQLSTATE.lockNotAvailable);
    for (; !isOver; await pause(20))
      await raiseAlerts(dataSource, agency.agencyId, { count: 3 }).catch(isHeld);
  };
  const asking = async (): Promise<void> => {
    const outreach = new Outreach(apis[0]!, agency);
    for (; !isOver; await pause(50)) {
      const startedAt = performance.now();
      const decided = await outreach.reserve('REACTION', someone()).catch((error: unknown) => String(error));
      slowest = Math.max(slowest, performance.now() - startedAt);
      codes.add(typeof decided === 'string' ? (/"code":"(\w+)"/.exec(decided)?.[1] ?? decided) : 'DECIDED');
      if (typeof decided !== 'string') codesOf(decided).forEach((code) => codes.add(code));
    }
  };
  const work = Promise.all([raising(), ...Array.from({ length: 8 }, asking)]);
  return { codes, slowestMs: () => slowest, stop: async () => ((isOver = true), void (await work)) };
}

async function goSilent(): Promise<void> {
  const [cutOff] = listeners as [Listener, Listener];
  const stream = await openStream(apis[0]!);
  wire.mute();
  const mutedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => apis[0]!.ask(agency.key, '{ viewer { role } }')),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(performance.now() - mutedAt).toBeLessThan(TOLD_WITHIN_MS);
  expect((await fetch(`${apis[0]!.url}/health/ready`)).status).toBe(503);
  await cutOff.until(({ closes }) => closes.length > 0);
  expect(cutOff.closes[0]).toMatchObject({ code: 1013 });
  expect(await stream.text()).not.toContain('event: complete');
}

it.each([
  // What was on its way to be decided may be answered in the end, all of it.
  ['comes back', [], async () => wire.unmute()],
  [
    'dies',
    ['UNAVAILABLE'],
    async () => {
      wire.cut();
      await pause(500);
      wire.unmute();
      wire.mend();
    },
  ],
])(
  'a network that goes silent, and %s',
  async (_what, told, end) => {
    const busy = keepBusy();
    await goSilent();
    await end();
    const backAt = performance.now();
    while ((await apis[0]!.ask(agency.key, '{ viewer { role } }')).status !== 200) await pause(50);
    expect(performance.now() - backAt).toBeLessThan(TOLD_WITHIN_MS);
    await pause(1_000);
    await busy.stop();
    expect(busy.slowestMs()).toBeLessThan(SETTLED_WITHIN_MS);
    expect([...busy.codes]).toEqual(expect.arrayContaining(told));
    expect([...busy.codes].filter((code) => code === 'INTERNAL')).toEqual([]);
    for (const listener of listeners) {
      const expected = await alertsAfter(dataSource, agency.agencyId, listener.sequences[0]! - 1);
      await listener.until(({ sequences }) => (sequences.at(-1) ?? 0) >= expected.at(-1)!);
      expect(listener.sequences).toEqual(expected);
    }
    expect((await audit(database.appUrl)).drift).toEqual([]);
  },
  180_000,
);

async function openStream({ url }: Api): Promise<Response> {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${agency.key}`,
    },
    body: JSON.stringify({ query: 'subscription { alertRaised { __typename } }' }),
  });
  expect(response.status).toBe(200);
  return response;
}

it('a server stops within a bounded time, though its database went silent', async () => {
  const [api] = apis as [Api, Api];
  await api.ask(agency.key, '{ viewer { role } }');
  wire.mute();
  const stoppedAt = performance.now();
  await api.close();
  apis.shift();
  expect(performance.now() - stoppedAt).toBeLessThan(SETTLED_WITHIN_MS);
}, 120_000);
