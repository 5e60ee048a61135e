import { randomUUID } from 'node:crypto';
import { readFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ERAS, writeExport } from '../test/support/archive.js';
import { OWNER } from '../test/support/archive-story.js';
import { Served } from './served.js';

/** What the busiest members have. */
const STORY = { seed: 1, messages: 200_000, connections: 30_000, invitations: 5_000 };
const ERA = {
  messages: ERAS.messages['thirteen columns'],
  connections: ERAS.connections['since mid-2023'],
  invitations: ERAS.invitations['since late 2023'],
};
/** As busy as `ownShare` says: a member who answers, and one who only sends. */
const LIVES = [
  { name: 'half of them sent', ownShare: 0.5 },
  { name: 'all of them sent', ownShare: 1 },
] as const;

const LOOK_EVERY_MS = 20;
const LOOK_AT_DATABASE_EVERY_MS = 500;
const ASK_EVERY_MS = 50;
const MEBIBYTE = 1_024 ** 2;

/** Bytes. */
interface Memory {
  readonly server: number;
  readonly database: number;
}

interface Measured {
  readonly seconds: number;
  /** The highest that was seen. */
  readonly memory: Memory;
  /** How long another seat of the same agency waited for a decision meanwhile. */
  readonly waits: readonly number[];
  readonly unanswered: number;
  readonly report: Report;
}

interface Report {
  readonly rowsRead: number;
  readonly recorded: Readonly<Record<string, number>>;
  readonly alreadyKnown: number;
}

/** What the bench needs of `demo --json`. */
interface Demo {
  readonly agencies: readonly {
    readonly keys: Readonly<Record<string, string>>;
    readonly clientAccounts: readonly { readonly seats: readonly { readonly id: string }[] }[];
  }[];
}

/** Whose archive it is, and another seat of the agency, for decisions meanwhile. */
interface Office {
  readonly key: string;
  readonly seatId: string;
  readonly otherSeatId: string;
}

/**
 * An archive of the largest size through POST /imports/linkedin-export of a fresh server each time, twice: what it takes,
 * and how long decisions of the same agency wait meanwhile. The second import knows all of it.
 */
export async function benchImport(options: readonly string[]): Promise<void> {
  parseArgs({ args: [...options], options: {} });
  const rows: Record<string, string | number>[] = [];
  for (const { name, ownShare } of LIVES) {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
    try {
      rows.push(...(await benchLife(folder, name, ownShare)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.table(rows);
}

async function benchLife(folder: string, name: string, ownShare: number) {
  const archive = join(folder, 'archive.zip');
  const expected = await writeExport(archive, 'zip', { ...STORY, ownShare, eras: ERA });
  const megabytes = ((await stat(archive)).size / 1e6).toFixed(1);
  console.log(
    `${name}: ${expected.sends.length} sends, ${expected.connections} connections, ${megabytes} MB`,
  );
  const served = await Served.start(join(folder, 'data'));
  try {
    const office = await openOffice(served);
    const zip = await readFile(archive);
    const idle = await idleMemory(served, office);
    const rows = [];
    for (const time of ['first', 'again']) {
      const measured = await measure(served, office, zip);
      const known = time === 'again' ? expected.sends.length : 0;
      check(measured.report, expected.rowsRead, expected.sends.length - known, known);
      rows.push(rowOf(`${name}, ${time}`, idle, measured));
    }
    const { drift } = await served.command<{ drift: unknown[] }>('audit');
    if (drift.length > 0) throw new Error(JSON.stringify(drift.slice(0, 3)));
    console.log('Audit: no drift.');
    return rows;
  } finally {
    await served.stop();
  }
}

async function openOffice(served: Served): Promise<Office> {
  const { agencies } = await served.command<Demo>('demo');
  const key = agencies[0]?.keys['OWNER'] ?? '';
  const [seat, other] = agencies[0]?.clientAccounts.flatMap(({ seats }) => seats) ?? [];
  if (!seat || !other) throw new Error('The demo has two seats.');
  const mutation = `mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { userErrors { message } } }`;
  await served.ask(key, mutation, { input: { seatId: seat.id, profileUrl: OWNER.url } });
  return { key, seatId: seat.id, otherSeatId: other.id };
}

/** After some requests, as a server has them that was not just started. */
async function idleMemory(served: Served, office: Office): Promise<Memory> {
  for (let asked = 0; asked < 200; asked += 1) await decide(served, office);
  await pause(2_000);
  return { server: await served.serverMemory(), database: await served.databaseMemory() };
}

async function measure(served: Served, office: Office, zip: Buffer): Promise<Measured> {
  const watch = new Watch(served, office);
  const watching = watch.run();
  const start = performance.now();
  const response = await fetch(`${served.url}/imports/linkedin-export?seatId=${office.seatId}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${office.key}`,
      'content-type': 'application/zip',
      'x-headroom-import': '1',
    },
    body: new Uint8Array(zip),
  });
  const report = (await response.json()) as Report;
  const seconds = (performance.now() - start) / 1_000;
  watch.end();
  await watching;
  if (!response.ok) throw new Error(JSON.stringify(report));
  return { seconds, report, memory: watch.highest, waits: watch.waits, unanswered: watch.unanswered };
}

/** Looks at the memory and asks for decisions, until it is told to end. */
class Watch {
  readonly waits: number[] = [];
  /** Told to come again, because the book was taken too long. */
  unanswered = 0;
  readonly highest = { server: 0, database: 0 };
  private isOver = false;

  constructor(
    private readonly served: Served,
    private readonly office: Office,
  ) {}

  async run(): Promise<void> {
    await Promise.all([this.lookAtServer(), this.lookAtDatabase(), this.ask()]);
  }

  end(): void {
    this.isOver = true;
  }

  private async lookAtServer(): Promise<void> {
    while (!this.isOver) {
      this.highest.server = Math.max(this.highest.server, await this.served.serverMemory());
      await pause(LOOK_EVERY_MS);
    }
  }

  private async lookAtDatabase(): Promise<void> {
    while (!this.isOver) {
      this.highest.database = Math.max(this.highest.database, await this.served.databaseMemory());
      await pause(LOOK_AT_DATABASE_EVERY_MS);
    }
  }

  private async ask(): Promise<void> {
    while (!this.isOver) {
      const asked = performance.now();
      await decide(this.served, this.office).catch(() => (this.unanswered += 1));
      this.waits.push(performance.now() - asked);
      await pause(ASK_EVERY_MS);
    }
  }
}

/** Holds room and gives it back: two decisions' worth of the agency's book. */
async function decide(served: Served, { key, otherSeatId }: Office): Promise<void> {
  const mutation = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } userErrors { message } } }`;
  const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
  const input = { seatId: otherSeatId, action: 'REACTION', recipient, idempotencyKey: randomUUID() };
  await served.ask(key, mutation, { input });
}

function check(
  { rowsRead, recorded, alreadyKnown }: Report,
  rows: number,
  sends: number,
  known: number,
): void {
  const total = Object.values(recorded).reduce((sum, count) => sum + count, 0);
  if (rowsRead !== rows || total !== sends || alreadyKnown !== known) {
    throw new Error(`Not what is in the archive: ${JSON.stringify({ rowsRead, recorded, alreadyKnown })}`);
  }
}

function rowOf(name: string, idle: Memory, { seconds, memory, waits, unanswered }: Measured) {
  const above = (part: keyof Memory): number => Math.round((memory[part] - idle[part]) / MEBIBYTE);
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? NaN);
  return {
    archive: name,
    seconds: Math.round(seconds * 10) / 10,
    'server: idle MiB': Math.round(idle.server / MEBIBYTE),
    'above idle': above('server'),
    'PostgreSQL: idle MiB': Math.round(idle.database / MEBIBYTE),
    'above idle ': above('database'),
    'decision p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'longest ms': at(1),
    unanswered,
  };
}
