import { fork, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { toId } from '../../src/schema/ids.js';
import { writeDocs } from '../docs.js';
import { Meter } from '../ledger/counting.js';
import { describeMachine } from '../ledger/machine.js';
import { openOffices } from '../office.js';
import { Served } from '../served.js';
import { keyed } from './keyed.js';
import type { Heard, Listening } from './resuming-process.js';

/**
 * Alerts to the same number of listeners over two processes, of Headroom and of GraphQL Yoga with its own publish and subscribe:
 * in the middle the second process is killed, and starts again. Who was told everything, and who was told it twice.
 */

const LISTENERS = fileURLToPath(new URL('./resuming-process.js', import.meta.url));
const YOGA = fileURLToPath(new URL('../peers/yoga.js', import.meta.url));
const AGENCIES = 20;
/** Down for so long. */
const DOWN_MS = 2_000;
/** What is under way arrives, and whoever comes again is told what was missed. */
const SETTLE_MS = 5_000;
/** As many views as a seat may make in a day, and one more: each time so many, alerts are raised. */
const VIEWS = 81;
const ALERTS =
  'subscription ($since: String) { alertRaised(since: $since) { ... on AlertRaised { cursor alert { sequence raisedAt } } ... on AlertCheckpoint { cursor } } }';
const RIVALS = 'subscription ($agency: ID!) { alertRaised(agency: $agency) { alert { sequence raisedAt } } }';
const RECORD =
  'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { message } } }';

interface Options {
  readonly listeners: number;
  readonly seconds: number;
  readonly rate: number;
}

/** Two processes of one kind, and what they have raised. */
interface Side {
  readonly listening: (index: number) => Listening;
  readonly raise: (turn: number) => Promise<unknown>;
  readonly killAndStart: () => Promise<void>;
  /** Of each agency how many. */
  readonly raised: () => Promise<ReadonlyMap<string, number>>;
  readonly stop: () => Promise<unknown>;
}

/** What became of the alerts of a side, in words. */
type Figures = Readonly<Record<string, string>>;

export async function benchRival(words: readonly string[]): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...words],
    options: { listeners: option, seconds: option, rate: option, write: { type: 'boolean' } },
  });
  const options = {
    listeners: Number(values.listeners ?? 200),
    ...{ seconds: Number(values.seconds ?? 20), rate: Number(values.rate ?? 20) },
  };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-rival-'));
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  const meter = await Meter.open(database.ownerUrl);
  try {
    await migrate(database.ownerUrl, database.appUrl);
    const machine = await describeMachine(dataDirectory, await meter.version());
    const seatsEach = Math.ceil((options.rate * options.seconds) / AGENCIES) + 1;
    const offices = await keyed(database, await openOffices(database.appUrl, AGENCIES, seatsEach));
    const sides = {
      Headroom: () => headroom(dataDirectory, offices, database),
      Yoga: () => rival(database.ownerUrl),
    };
    const found: Record<string, Figures> = {};
    for (const [name, open] of Object.entries(sides)) {
      const side = await open();
      try {
        found[name] = await contest(side, options);
        console.log(name);
        console.table(found[name]);
      } finally {
        await side.stop();
      }
    }
    if (found['Headroom']?.lost !== '0') throw new Error('Headroom lost alerts.');
    if (values.write) await writeDocs('live rival', `${machine()}\n\n${tableOf(found)}`);
  } finally {
    await meter.close();
    await database.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function contest(side: Side, { listeners, seconds, rate }: Options): Promise<Figures> {
  const child = fork(LISTENERS);
  try {
    await ask(child, { listening: Array.from({ length: listeners }, (_, index) => side.listening(index)) });
    const started = performance.now();
    const pending: Promise<unknown>[] = [];
    let dying: Promise<void> | null = null;
    for (let turn = 0; turn < seconds * rate; turn += 1) {
      await pause(Math.max(0, started + (turn * 1_000) / rate - performance.now()));
      pending.push(side.raise(turn));
      if (turn >= (seconds * rate) / 2) dying ??= side.killAndStart();
    }
    await Promise.all([...pending, dying]);
    await pause(SETTLE_MS);
    return figures((await ask(child, {})) as Heard[], await side.raised());
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

async function ask(child: ChildProcess, asked: object): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(asked);
  return (await answered)[0] as unknown;
}

function figures(heard: readonly Heard[], raised: ReadonlyMap<string, number>): Figures {
  const sum = (of: (one: Heard) => number): number => heard.reduce((all, one) => all + of(one), 0);
  const lost = (one: Heard): number => (raised.get(one.agency) ?? 0) - new Set(one.sequences).size;
  // Of those whose process lived: the others were told what they missed once it was there again, or not at all.
  const alive = heard.filter(({ connections }) => connections === 1);
  const ms = alive.flatMap((one) => one.ms).toSorted((one, other) => one - other);
  const at = (share: number): string => `${ms[Math.min(ms.length - 1, Math.floor(ms.length * share))]} ms`;
  return {
    'alerts that were to arrive': String(sum(({ agency }) => raised.get(agency) ?? 0)),
    lost: String(sum(lost)),
    'listeners that lost any': String(heard.filter((one) => lost(one) > 0).length),
    'told twice': String(sum(({ sequences }) => sequences.length - new Set(sequences).size)),
    connections: String(sum(({ connections }) => connections)),
    'raised to received, where nothing died: p50, p99': `${at(0.5)}, ${at(0.99)}`,
  };
}

function tableOf(found: Readonly<Record<string, Figures>>): string {
  const sides = Object.values(found);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['what', ...Object.keys(found)]),
    line(['---', ...sides.map(() => '---:')]),
    ...Object.keys(sides[0] ?? {}).map((what) => line([what, ...sides.map((side) => side[what] ?? '')])),
  ].join('\n');
}

async function headroom(
  dataDirectory: string,
  offices: Awaited<ReturnType<typeof keyed>>,
  { appUrl }: { readonly appUrl: string },
): Promise<Side> {
  const more = { HEADROOM_API_LIMITS: 'off' };
  const first = await Served.start(dataDirectory, more);
  let second = await Served.start(dataDirectory, more);
  const { url } = second;
  const cursors: string[] = [];
  for (const { key } of offices)
    cursors.push((await first.ask<{ alertCursor: string }>(key, '{ alertCursor }', {})).alertCursor);
  return {
    listening: (index) => {
      const { key, viewer } = offices[index % AGENCIES]!;
      return {
        ...{ url: index % 2 === 0 ? url : first.url, key, query: ALERTS, agency: viewer.agencyId },
        variables: { since: cursors[index % AGENCIES] },
      };
    },
    raise: (turn) => {
      const { key, seatIds } = offices[turn % AGENCIES]!;
      const seatId = toId('seat', seatIds[Math.floor(turn / AGENCIES)]!);
      const input = { seatId, action: 'PROFILE_VIEW', count: VIEWS, occurredAt: new Date().toISOString() };
      return first.ask(key, RECORD, { inputs: [{ ...input, idempotencyKey: randomUUID() }] });
    },
    killAndStart: async () => {
      await second.kill();
      await pause(DOWN_MS);
      second = await Served.start(dataDirectory, { ...more, PORT: new URL(url).port });
    },
    raised: () =>
      countOf(
        appUrl,
        offices.map(({ viewer }) => viewer.agencyId),
        'SELECT agency_id AS agency, count(*) FROM alert GROUP BY 1',
      ),
    stop: async () => {
      await second.stop();
      await first.stop();
    },
  };
}

async function rival(ownerUrl: string): Promise<Side> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`CREATE TABLE peer_live_book (agency text PRIMARY KEY, sequence int NOT NULL);
    CREATE TABLE peer_live_alert (agency text, sequence int, raised_at text, PRIMARY KEY (agency, sequence))`);
  await owner.end();
  const first = await startYoga(ownerUrl, '0');
  let second = await startYoga(ownerUrl, '0');
  const { url } = second;
  const agency = (index: number): string => `agency ${index % AGENCIES}`;
  return {
    listening: (index) => ({
      ...{ url: index % 2 === 0 ? url : first.url, key: null, query: RIVALS, agency: agency(index) },
      variables: { agency: agency(index) },
    }),
    raise: async (turn) => {
      const query = 'mutation ($agency: ID!) { raise(agency: $agency) }';
      const body = JSON.stringify({ query, variables: { agency: agency(turn) } });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${first.url}/graphql`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    },
    killAndStart: async () => {
      await end(second.child, 'SIGKILL');
      await pause(DOWN_MS);
      second = await startYoga(ownerUrl, new URL(url).port);
    },
    raised: () => countOf(ownerUrl, null, 'SELECT agency, count(*) FROM peer_live_alert GROUP BY 1'),
    stop: () => Promise.all([first, second].map(({ child }) => end(child, 'SIGTERM'))),
  };
}

async function startYoga(databaseUrl: string, port: string) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], DATABASE_URL: databaseUrl, PORT: port };
  const child = spawn(process.execPath, [YOGA], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const url of createInterface(child.stdout)) return { child, url };
  throw new Error('GraphQL Yoga did not start.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function countOf(
  url: string,
  agencyIds: readonly string[] | null,
  query: string,
): Promise<ReadonlyMap<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    if (agencyIds) await client.query('SELECT see_agencies($1)', [agencyIds]);
    const { rows } = await client.query<{ agency: string; count: string }>(query);
    return new Map(rows.map(({ agency, count }) => [agency, Number(count)]));
  } finally {
    await client.end();
  }
}
