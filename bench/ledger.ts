import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '../src/config.js';
import { openDatabase } from '../src/database/database.js';
import { migrate } from '../src/database/migrate.js';
import { Refusal } from '../src/errors.js';
import { audit } from '../src/ledger/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../src/ledger/ledger.js';
import type { ReserveRequest } from '../src/ledger/requests.js';
import { openOffices, type Office } from './office.js';

/** Callers that ask at once, each again as soon as it is answered. */
const IN_FLIGHT = 64;
const WARM_UP_SECONDS = 1;
const PEOPLE = 500;

const WAYS = [
  { name: 'combined', batchMax: LEDGER_DEFAULTS.batchMax },
  { name: 'one a transaction', batchMax: 1 },
] as const;

interface Workload {
  readonly name: string;
  readonly offices: readonly Office[];
  /** Whether the seats are full: each request is refused, with its exact retryAt. */
  readonly full: boolean;
}

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * The books without GraphQL: one seat and 2,000 seats, with room and full, write-combined and not. With room a caller
 * holds and releases, two requests; full it asks and is refused.
 */
export async function benchLedger(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...options],
    options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' } },
  });
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  try {
    await migrate(database.ownerUrl, database.appUrl);
    const workloads = await makeWorkloads(database.appUrl);
    const figures = await measureAll(
      database.appUrl,
      workloads,
      Number(values.seconds),
      Number(values.rounds),
    );
    console.table(figures);
    const { agencies, counters, drift } = await audit(database.appUrl);
    console.log(`Audit: ${agencies} agencies, ${counters} counters, ${drift.length} drift.`);
    if (drift.length > 0) throw new Error(JSON.stringify(drift.slice(0, 3)));
  } finally {
    await database.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function makeWorkloads(appUrl: string): Promise<Workload[]> {
  const [hot, full] = await openOffices(appUrl, 2, 1);
  const many = await openOffices(appUrl, 200, 10);
  if (!hot || !full) throw new Error('Two offices were made.');
  const ledger = new Ledger(appUrl);
  await fill(ledger, full);
  await ledger.close();
  return [
    { name: 'one seat, with room', offices: [hot], full: false },
    { name: 'one seat, full', offices: [full], full: true },
    { name: '2,000 seats of 200 agencies, with room', offices: many, full: false },
  ];
}

/** Takes all the room for profile views of an office's first seat. */
async function fill(ledger: Ledger, { viewer, seatIds }: Office): Promise<void> {
  const now = Date.now();
  const inputs = Array.from({ length: 80 }, (_, index) => ({
    seatId: seatIds[0] ?? '',
    action: 'PROFILE_VIEW' as const,
    noted: false,
    recipient: null,
    count: 1,
    occurredAt: now - (index + 1) * 60_000,
    source: null,
    reservationId: null,
    idempotency: { key: randomUUID(), fingerprint: sha256('bench'), fingerprintVersion: 1 },
  }));
  const answer = await ledger.ask({ kind: 'RECORD', viewer, inputs });
  if (answer instanceof Refusal) throw new Error(answer.message);
}

async function measureAll(
  appUrl: string,
  workloads: readonly Workload[],
  seconds: number,
  rounds: number,
): Promise<Record<string, string | number>[]> {
  const measured = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const workload of workloads) {
      for (const way of WAYS) {
        const key = `${workload.name}|${way.name}`;
        const figures = await measure(appUrl, workload, way.batchMax, seconds);
        measured.set(key, [...(measured.get(key) ?? []), figures]);
      }
    }
  }
  return workloads.flatMap(({ name }) => {
    const rows = WAYS.map((way) => ({ way: way.name, of: measured.get(`${name}|${way.name}`) ?? [] }));
    const plain = rows.at(-1)?.of ?? [];
    return rows.map(({ way, of }) => ({
      workload: name,
      way,
      'requests/s': Math.round(median(of.map(({ perSecond }) => perSecond))),
      'p50 ms': round1(median(of.map(({ p50Ms }) => p50Ms))),
      'p99 ms': round1(median(of.map(({ p99Ms }) => p99Ms))),
      ratio: round1(
        median(of.map(({ perSecond }, index) => perSecond / (plain[index]?.perSecond ?? perSecond))),
      ),
    }));
  });
}

async function measure(
  appUrl: string,
  workload: Workload,
  batchMax: number,
  seconds: number,
): Promise<Figures> {
  const ledger = new Ledger(appUrl, { ...LEDGER_DEFAULTS, batchMax });
  const latencies: number[] = [];
  const start = performance.now();
  const measureFrom = start + WARM_UP_SECONDS * 1_000;
  const end = measureFrom + seconds * 1_000;
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const asked = performance.now();
    const answer = await work;
    if (asked >= measureFrom) latencies.push(performance.now() - asked);
    return answer;
  };
  const caller = async (): Promise<void> => {
    while (performance.now() < end) await ask(ledger, workload, timed);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  await ledger.close();
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function ask(
  ledger: Ledger,
  { offices, full }: Workload,
  timed: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const { viewer, seatIds } = pick(offices);
  const request: ReserveRequest = {
    kind: 'RESERVE',
    viewer,
    seatId: pick(seatIds),
    action: 'PROFILE_VIEW',
    noted: false,
    recipient: {
      key: { kind: 'PROFILE', version: 1, fingerprint: sha256(String(Math.floor(Math.random() * PEOPLE))) },
      profileUrl: null,
      name: null,
      company: null,
      companyDomain: null,
    },
    campaignId: null,
    isReply: false,
    degree: 'FIRST',
    openProfile: false,
    holdSeconds: 900,
    idempotency: { key: randomUUID(), fingerprint: sha256('bench'), fingerprintVersion: 1 },
  };
  const answer = await timed(ledger.ask(request));
  if (answer instanceof Refusal || 'replayOf' in answer) throw new Error('A new key is decided.');
  const { outcome, id } = answer.decision;
  if ((outcome === 'DENIED') !== full) throw new Error(`Unexpected: ${outcome}`);
  if (outcome === 'ALLOWED') {
    await timed(ledger.ask({ kind: 'RELEASE', viewer, reservationId: id, because: 'NOT_SENT' }));
  }
}

function pick<T>(all: readonly T[]): T {
  const picked = all[Math.floor(Math.random() * all.length)];
  if (picked === undefined) throw new Error('There is one to pick.');
  return picked;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
