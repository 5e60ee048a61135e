import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { Served } from '../faults/served.js';
import { Wire } from '../ledger/wire.js';
import { seedAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { alertsAfter, raiseAlerts } from './alerts.support.js';
import { Listener } from './listener.js';

/** More rounds in a deep run. */
const ROUNDS = Number(process.env['HEADROOM_LIVE_ROUNDS'] ?? 3);
/** Of a test of 120 s. In more rounds more is raised, and by the one that is cut off again and again most of it is told in the end. */
const CATCH_UP_MS_MAX = Math.max(60_000, ROUNDS * 5_000);
/** A deep run takes as long as its rounds do. */
const [CUTS_MS_MAX, KILLS_MS_MAX] = [120_000, 600_000].map((ms) => Math.max(ms, ROUNDS * 30_000));

let closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});

function listen(url: string | (() => string), key: string): Listener {
  const listener = new Listener(url, { key });
  closers.push(() => listener.close());
  return listener;
}

/** Raises alerts until it is stopped, or can't any more. */
function write(dataSource: DataSource, agencyId: string): () => Promise<void> {
  let isOver = false;
  const writer = async (): Promise<void> => {
    while (!isOver) {
      await raiseAlerts(dataSource, agencyId, { count: 1 + Math.floor(Math.random() * 40) });
      await pause(Math.random() * 10);
    }
  };
  const writers = Promise.allSettled([writer(), writer(), writer()]);
  return async () => {
    isOver = true;
    await writers;
  };
}

/** One is raised and told, so that it is known that the listener listens. */
async function begin(dataSource: DataSource, agencyId: string, listener: Listener): Promise<void> {
  while (listener.told.length === 0) {
    listener.mustGoOn();
    await raiseAlerts(dataSource, agencyId);
    await pause(50);
  }
}

/** Waits until all of it was told; says where it stands where that takes too long. */
async function caughtUp(listener: Listener, expected: readonly number[]): Promise<void> {
  const { told, closes } = listener;
  const late = new AbortController();
  const tooLate = pause(CATCH_UP_MS_MAX, null, { signal: late.signal }).then(() => {
    const lastCloses = JSON.stringify(closes.slice(-5));
    throw new Error(
      `Told up to ${listener.sequences.at(-1)} of ${expected.at(-1)}, ${told.length} events, let in ${listener.connections} times, closed by ${lastCloses}.`,
    );
  });
  const isThere = listener.until(({ sequences }) => (sequences.at(-1) ?? 0) >= expected.at(-1)!);
  await Promise.race([isThere, tooLate]).finally(() => late.abort());
}

it(
  'two servers on one database, sockets cut, the database away from one: each alert once, in order',
  async () => {
    const database = await testDatabase();
    const wire = await Wire.to(database.appUrl);
    closers.push(() => wire.close());
    const apis = [await Api.start({}, { ...database, appUrl: wire.url }), await Api.start({}, database)];
    closers.push(...apis.map((api) => () => api.close()));
    const dataSource = await openDataSource(database.appUrl);
    closers.push(() => dataSource.destroy());
    const { agencyId, key } = await seedAgency(dataSource);
    const listeners = apis.map((api) => listen(api.url, key));
    for (const listener of listeners) await begin(dataSource, agencyId, listener);
    const firsts = listeners.map(({ sequences }) => sequences[0]!);

    const stop = write(dataSource, agencyId);
    for (let round = 0; round < ROUNDS; round += 1) {
      await pause(300);
      wire.cut();
      await pause(400);
      wire.mend();
      await pause(300);
      listeners[round % 2]!.cut();
    }
    await stop();
    for (const [index, listener] of listeners.entries()) {
      const expected = await alertsAfter(dataSource, agencyId, firsts[index]! - 1);
      await caughtUp(listener, expected);
      expect(listener.sequences).toEqual(expected);
      expect(listener.closes.map(({ code }) => code)).not.toContain(4500);
    }
    expect(listeners[0]!.connections).toBeGreaterThan(1);
  },
  CUTS_MS_MAX,
);

it(
  'kill -9 of the server and of PostgreSQL while alerts are raised: each of them once, in order, to who comes again',
  async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-live-'));
    closers.push(() => rm(dataDirectory, { recursive: true, force: true }));
    let server = await Served.start(dataDirectory);
    const openOwn = async (): Promise<{ dataSource: DataSource; close: () => Promise<void> }> => {
      const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
      const dataSource = await openDataSource(database.appUrl);
      return {
        dataSource,
        close: async () => {
          await dataSource.destroy().catch(() => undefined);
          await database.close();
        },
      };
    };
    let own = await openOwn();
    const { agencyId, key } = await seedAgency(own.dataSource);
    const listener = listen(() => server.url.replace(/\/graphql$/, ''), key);
    await begin(own.dataSource, agencyId, listener);
    const [first] = listener.sequences;

    for (let round = 0; round < ROUNDS; round += 1) {
      const stop = write(own.dataSource, agencyId);
      await pause(500 + Math.random() * 500);
      await server.killAll();
      await stop();
      await own.close();
      server = await Served.start(dataDirectory);
      own = await openOwn();
    }
    const expected = await alertsAfter(own.dataSource, agencyId, first! - 1);
    await caughtUp(listener, expected);
    expect(listener.sequences).toEqual(expected);
    expect(expected.length).toBeGreaterThan(ROUNDS);
    expect(listener.connections).toBe(ROUNDS + 1);
    await listener.close();
    await own.close();
    expect(await server.stop()).toBe(0);
  },
  KILLS_MS_MAX,
);
