import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { describeMachine } from '../ledger/machine.js';
import { Meter } from '../ledger/counting.js';
import { openOffices } from '../office.js';
import { Served } from '../served.js';
import { keyed, type KeyedOffice } from './keyed.js';
import { benchRival } from './rival.js';
import { tellLive, writeLive, type LiveFigures } from './report.js';
import { Sockets } from './sockets.js';
import type { Came, Subscribing } from './sockets-process.js';

const AGENCIES = 50;
/** A key opens so many connections of one process, and a few more. */
const IDLE_OF_AGENCY = 80;
const SEATS_EACH = 20;
/** What a server has open but for its subscribers. */
const FILES_BESIDES = 500;
/** Of one request of a writer. */
const DECISIONS_AT_ONCE = 10;
/** A record that crosses thresholds, so many times a second. */
const RECORDS_A_SECOND = 10;
/** Decisions at the rate that is measured then. */
const WARM_UP_SECONDS = 10;
/** As many views as a seat may make in a day, and one more. */
const VIEWS_RECORDED = 81;

const USAGE =
  'subscription ($seatId: ID!) { usageChanged(seatId: $seatId) { scopeId usage { used held asOf } } }';
const ALERTS = 'subscription { alertRaised { ... on AlertRaised { alert { sequence raisedAt } } } }';
const RESERVE = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) {
  decision { outcome decidedAt } userErrors { message } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { message } } }`;

interface Options {
  readonly idle: number;
  readonly active: number;
  readonly seconds: number;
  readonly rate: number;
  readonly write: boolean;
}

/**
 * Subscribers by the thousand on one server process, and decisions at a fixed rate: how long it takes from a decision until
 * a subscriber has it, what an idle subscription takes of the memory, and whether any alert is lost.
 */
export async function benchLive(words: readonly string[]): Promise<void> {
  if (words[0] === 'rival') return benchRival(words.slice(1));
  const options = read(words);
  await requireFiles(options.idle + options.active);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-live-'));
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  const meter = await Meter.open(database.ownerUrl);
  try {
    await migrate(database.ownerUrl, database.appUrl);
    const machine = await describeMachine(dataDirectory, await meter.version());
    const offices = await keyed(database, await openOffices(database.appUrl, AGENCIES, SEATS_EACH));
    const idle = await keyed(
      database,
      await openOffices(database.appUrl, Math.ceil(options.idle / IDLE_OF_AGENCY), SEATS_EACH),
    );
    const served = await Served.start(dataDirectory, { HEADROOM_API_LIMITS: 'off' });
    const figures = await measure(served, { offices, idle, options, appUrl: database.appUrl }).finally(() =>
      served.stop(),
    );
    const { drift } = await audit(database.appUrl);
    if (drift.length > 0) throw new Error(`The audit shows drift: ${JSON.stringify(drift)}`);
    tellLive(figures);
    if (options.write) await writeLive(machine(), figures);
    if (figures.alertsLost > 0) throw new Error('Alerts were lost.');
  } finally {
    await meter.close();
    await database.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** The server holds a socket for each subscriber, and some files besides. */
async function requireFiles(sockets: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const most = Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  const needed = sockets + FILES_BESIDES;
  if (most < needed) throw new Error(`It takes ${needed} open files; ${most} are allowed: see ulimit -Hn.`);
}

function read(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      idle: { type: 'string', default: '10000' },
      active: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '20' },
      rate: { type: 'string', default: '500' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    idle: Number(values.idle),
    active: Number(values.active),
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    write: values.write,
  };
}

interface Run {
  readonly offices: readonly KeyedOffice[];
  readonly idle: readonly KeyedOffice[];
  readonly options: Options;
  readonly appUrl: string;
}

async function measure(served: Served, { offices, idle, options, appUrl }: Run): Promise<LiveFigures> {
  const [sleepers, listeners] = [Sockets.start(), Sockets.start()];
  try {
    const before = await settled(served);
    await sleepers.open(served.url, usageOf(idle, options.idle));
    const after = await settled(served);
    const alerted = offices.slice(0, Math.ceil(options.active / 10));
    await listeners.open(served.url, [
      ...usageOf(offices, options.active - alerted.length),
      ...alerted.map(({ key, viewer }) => ({ key, query: ALERTS, variables: {}, name: viewer.agencyId })),
    ]);
    await warmUp(served, offices, options.rate);
    await listeners.tell();
    const startedAt = Date.now();
    const started = performance.now();
    const decided = await write(served, offices, { ...options, isWarmUp: false });
    const seconds = (performance.now() - started) / 1_000;
    await pause(2_000);
    const { came, closed } = await listeners.tell();
    const raised = await alertsOf(appUrl, alerted, startedAt);
    const alerts = came.filter(([, of, , what]) => what !== 'USAGE' && of >= startedAt);
    const watched = new Set(usageOf(offices, options.active - alerted.length).map(({ name }) => name));
    return {
      idle: options.idle,
      active: options.active,
      bytesEach: (after - before) / options.idle,
      decisionsASecond: decided.length / seconds,
      eventsASecond: came.length / seconds,
      usageMs: usageTimes(
        decided.filter(({ seatId }) => watched.has(seatId)),
        came,
      ),
      alertMs: alerts.map(([, of, at]) => at - of),
      alertsRaised: raised,
      alertsLost: raised - new Set(alerts.map(([name, , , what]) => `${name} ${what}`)).size,
      closed,
    };
  } finally {
    await Promise.all([sleepers.stop(), listeners.stop()]);
  }
}

/** Memory, once nothing is under way. */
async function settled(served: Served): Promise<number> {
  await pause(3_000);
  return served.serverMemory();
}

function usageOf(offices: readonly KeyedOffice[], count: number): Subscribing[] {
  const seats = offices.flatMap(({ key, seatIds }) =>
    seatIds.map((id) => ({ key, seatId: toId('seat', id) })),
  );
  return Array.from({ length: count }, (_, index) => {
    const { key, seatId } = seats[index % seats.length]!;
    return { key, query: USAGE, variables: { seatId }, name: seatId };
  });
}

/** Every seat once: one that nobody has asked about yet takes more, and tells that it was idle. */
async function warmUp(served: Served, offices: readonly KeyedOffice[], rate: number): Promise<void> {
  for (const office of offices) {
    for (let round = 0; round < SEATS_EACH / DECISIONS_AT_ONCE; round += 1)
      await reserveSome(served, office, round, []);
  }
  // Node compiles what is called often: measured is how it goes then.
  await write(served, offices, { seconds: WARM_UP_SECONDS, rate, isWarmUp: true });
  await pause(2_000);
}

interface Decided {
  readonly seatId: string;
  readonly at: number;
}

/** Decisions at a fixed rate, over HTTP, some at once; and now and then a record that raises alerts. */
async function write(
  served: Served,
  offices: readonly KeyedOffice[],
  { seconds, rate, isWarmUp }: Pick<Options, 'seconds' | 'rate'> & { readonly isWarmUp: boolean },
): Promise<Decided[]> {
  const decided: Decided[] = [];
  const pending: Promise<unknown>[] = [];
  // One that fails fails the run, once the others are answered.
  const send = (request: Promise<unknown>): void => {
    request.catch(() => undefined);
    pending.push(request);
  };
  const every = (DECISIONS_AT_ONCE * 1_000) / rate;
  const turnsOfRecord = Math.round(rate / DECISIONS_AT_ONCE / RECORDS_A_SECOND);
  const ends = performance.now() + seconds * 1_000;
  let due = performance.now();
  for (let turn = 0; due < ends; turn += 1) {
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    due += every;
    const office = offices[turn % offices.length]!;
    send(reserveSome(served, office, Math.floor(turn / offices.length), decided));
    if (turn % turnsOfRecord === 0) {
      const place = (isWarmUp ? 0 : WARM_UP_SECONDS * RECORDS_A_SECOND) + turn / turnsOfRecord;
      send(recordOne(served, offices, place));
    }
  }
  await Promise.all(pending);
  return decided;
}

async function reserveSome(
  served: Served,
  { key, seatIds }: KeyedOffice,
  round: number,
  decided: Decided[],
): Promise<void> {
  const inputs = Array.from({ length: DECISIONS_AT_ONCE }, (_, index) => ({
    seatId: toId('seat', seatIds[(round * DECISIONS_AT_ONCE + index) % seatIds.length]!),
    action: 'REACTION',
    recipient: { profileUrl: `https://www.linkedin.com/in/${randomUUID()}` },
    idempotencyKey: randomUUID(),
  }));
  const { reserveMany } = await served.ask<{
    reserveMany: readonly { decision: { outcome: string; decidedAt: string } | null }[];
  }>(key, RESERVE, { inputs });
  for (const [index, { decision }] of reserveMany.entries()) {
    if (decision?.outcome !== 'ALLOWED') continue;
    decided.push({ seatId: inputs[index]!.seatId, at: Date.parse(decision.decidedAt) });
  }
}

/** Each at a seat of its own, as long as there are any: only the first one of a seat raises alerts. */
async function recordOne(served: Served, offices: readonly KeyedOffice[], place: number): Promise<void> {
  const { key, seatIds } = offices[place % offices.length]!;
  const input = {
    seatId: toId('seat', seatIds[Math.floor(place / offices.length) % seatIds.length]!),
    action: 'PROFILE_VIEW',
    count: VIEWS_RECORDED,
    occurredAt: new Date().toISOString(),
    idempotencyKey: createHash('sha256').update(randomUUID()).digest('hex'),
  };
  await served.ask(key, RECORD, { inputs: [input] });
}

/** From each decision until the first event that is of it or of later was there. */
function usageTimes(decided: readonly Decided[], came: readonly Came[]): number[] {
  const bySeat = new Map<string, Came[]>();
  for (const one of came) bySeat.set(one[0], [...(bySeat.get(one[0]) ?? []), one]);
  return decided.map(({ seatId, at }) => {
    const first = bySeat.get(seatId)?.find(([, of]) => of >= at);
    return first ? first[2] - at : Infinity;
  });
}

async function alertsOf(appUrl: string, offices: readonly KeyedOffice[], since: number): Promise<number> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [offices.map(({ viewer }) => viewer.agencyId)]);
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM alert WHERE raised_at >= $1',
      [since],
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}
