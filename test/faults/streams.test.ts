import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { parseConfig } from '../../src/config.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import { AgencyBookEntity } from '../../src/entities/agency-book.entity.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { fromId } from '../../src/schema/ids.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { alertsAfter, raiseAlerts } from '../live/alerts.support.js';
import { Listener } from '../live/listener.js';
import { type KeyedOffice, openKeyedOffice } from './keyed-office.js';
import { Served, signalDatabase } from './served.js';

/** More rounds in a deep run, in which a line of each goes to the standard error. */
const ROUNDS = Number(process.env['HEADROOM_LIVE_ROUNDS'] ?? 4);
const ROUND_MS_MAX = 60_000;
const SEATS = 40;
const WRITERS = 3;

/** Every way in which a round may break what there is. Each is met once in so many rounds. */
const FAULTS = ['KILL_SERVER', 'CUT_SOCKETS', 'RESTART_DATABASE', 'KILL_DATABASE'] as const;

const RESTRICT = `mutation ($seatId: ID!) {
  reportRestriction(input: { seatId: $seatId, kind: INVITATION_LIMIT }) { userErrors { code } } }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } userErrors { code } } }`;

let dataDirectory: string;
let database: Database;
let dataSource: DataSource;
let office: KeyedOffice;
let agencyId: string;
let servers: Served[] = [];
let listeners: Listener[] = [];
let answered = 0;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-streams-'));
  servers = [await Served.start(dataDirectory), await Served.start(dataDirectory)];
  database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  dataSource = await openDataSource(database.appUrl);
  office = await openKeyedOffice(dataDirectory, SEATS);
  agencyId = fromId('agency', office.agencyId)!;
}, 180_000);

afterAll(async () => {
  for (const listener of listeners) await listener.close();
  await dataSource.destroy();
  await database.close();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dataDirectory, { recursive: true, force: true });
}, 120_000);

/** Whoever has a deep run under way sees how far it is. */
function tell(line: string): void {
  if (ROUNDS > FAULTS.length) process.stderr.write(`${line}\n`);
}

function urlOf(server: Served): string {
  return server.url.replace(/\/graphql$/, '');
}

/** Both servers are asked for what raises alerts, and for decisions; what goes wrong meanwhile is of the round. */
function write(): () => Promise<void> {
  let isOver = false;
  const writer = async (): Promise<void> => {
    for (; !isOver; await pause(randomInt(20))) {
      const server = servers[randomInt(servers.length)]!;
      const seatId = office.seatIds[randomInt(office.seatIds.length)]!;
      const recipient = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}` };
      const input = { seatId, action: 'REACTION', recipient, idempotencyKey: randomUUID() };
      const asked = randomInt(3) === 0 ? [RESERVE, { input }] : [RESTRICT, { seatId }];
      const [query, variables] = asked as [string, object];
      const answer = await server
        .ask(office.key, query, variables, AbortSignal.timeout(ROUND_MS_MAX))
        .catch(() => null);
      if (answer?.data) answered += 1;
    }
  };
  /** A few alerts at once, of a third process: what of it meets the fault is not there. */
  const raising = async (): Promise<void> => {
    for (; !isOver; await pause(randomInt(40))) {
      await raiseAlerts(dataSource, agencyId, { count: 1 + randomInt(5) }).catch(() => pause(20));
    }
  };
  const writers = Promise.all([raising(), ...Array.from({ length: WRITERS }, writer)]);
  return async () => {
    isOver = true;
    await writers;
  };
}

const BREAK: Readonly<Record<(typeof FAULTS)[number], () => Promise<void>>> = {
  // At any moment: also between the commit that raised an alert and its push.
  KILL_SERVER: async () => {
    const index = randomInt(servers.length);
    await servers[index]!.kill();
    servers[index] = await Served.start(dataDirectory);
  },
  CUT_SOCKETS: async () => {
    for (const listener of listeners) listener.cut();
  },
  RESTART_DATABASE: () => signalDatabase(dataDirectory, 'SIGINT'),
  KILL_DATABASE: () => signalDatabase(dataDirectory, 'SIGKILL'),
};

/** Until each of them was told all that there is. Fails where one is told nothing any more. */
async function caughtUp(): Promise<number> {
  const last = await lastAlert();
  const late = AbortSignal.timeout(ROUND_MS_MAX);
  const tooLate = new Promise<never>((_resolve, reject) => {
    late.addEventListener('abort', () => {
      const stands = listeners.map(({ sequences, closes }) => [sequences.at(-1), closes.slice(-3)]);
      reject(new Error(`Of ${last}: ${JSON.stringify(stands)}`));
    });
  });
  const all = listeners.map((one) => one.until(({ sequences }) => (sequences.at(-1) ?? 0) >= last));
  await Promise.race([Promise.all(all), tooLate]);
  return last;
}

/** As soon as the database answers. */
async function lastAlert(): Promise<number> {
  for (;;) {
    const found = await inAgency(dataSource, { agencyId }, (manager) =>
      manager.findOneByOrFail(AgencyBookEntity, { agencyId }),
    ).catch(() => null);
    if (found) return found.alertSequence;
    await pause(100);
  }
}

it(
  'two servers, writers at work, rounds of every fault: each listener is told each alert once, in order',
  async () => {
    // Of each server one, and one that comes to the one and to the other in turn.
    let turn = 0;
    const addresses = [
      () => urlOf(servers[0]!),
      () => urlOf(servers[1]!),
      () => urlOf(servers[(turn += 1) % servers.length]!),
    ];
    listeners = addresses.map((url) => new Listener(url, { key: office.key, variables: { since: null } }));
    for (const listener of listeners) await listener.until(({ connections }) => connections > 0);
    const first = await beginAll();
    for (let round = 0; round < ROUNDS; round += 1) {
      const fault = FAULTS[round % FAULTS.length]!;
      const startedAt = performance.now();
      const stop = write();
      await pause(200 + randomInt(400));
      await BREAK[fault]();
      await pause(200 + randomInt(400));
      await stop();
      const last = await caughtUp();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      tell(`round ${round + 1} ${fault}: up to ${last}, ${seconds} s`);
    }
    await expectEachOnce(first);
  },
  120_000 + ROUNDS * ROUND_MS_MAX,
);

/** All of them listen once each was told something; from the last of these on they are told the same. */
async function beginAll(): Promise<number> {
  const stop = write();
  for (const listener of listeners) await listener.until(({ sequences }) => sequences.length > 0);
  await stop();
  return Math.max(...listeners.map(({ sequences }) => sequences[0]!));
}

async function expectEachOnce(first: number): Promise<void> {
  const expected = await alertsAfter(dataSource, agencyId, first - 1);
  for (const { sequences, errors, closes } of listeners) {
    expect(sequences.filter((sequence) => sequence >= first)).toEqual(expected);
    expect(errors).toEqual([]);
    expect(closes.map(({ code }) => code)).not.toContain(4500);
  }
  expect(expected.length).toBeGreaterThan(ROUNDS);
  expect(answered).toBeGreaterThan(ROUNDS);
  expect(listeners.every(({ connections }) => connections > 1)).toBe(true);
  expect((await audit(database.appUrl)).drift).toEqual([]);
  const closes = listeners.map((one) => one.closes.length);
  tell(`${expected.length} alerts, ${answered} answers, closed ${closes.join(', ')} times`);
}
