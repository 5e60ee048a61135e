import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Served } from './served.js';

const ROWS = 100_000;
const SECONDS_MAX = 60;
const LOOK_EVERY_MS = 50;
const MEBIBYTE = 1_024 ** 2;
const SEARCHES = ['', 'first7', 'last12345', 'engineer', 'a', 'engineer company42'];

/** What the bench needs of `demo --json`. */
interface Demo {
  readonly agencies: readonly {
    readonly keys: Readonly<Record<string, string>>;
    readonly clientAccounts: readonly { readonly id: string }[];
  }[];
}

interface Report {
  readonly added: number;
  readonly unchanged: number;
}

/** 100,000 people through POST /imports/lead-list of a fresh server, twice, and how long the list takes to be asked then. */
export async function benchProspects(options: readonly string[]): Promise<void> {
  parseArgs({ args: [...options], options: {} });
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const served = await Served.start(join(folder, 'data'));
  try {
    const { agencies } = await served.command<Demo>('demo');
    const key = agencies[0]?.keys['OWNER'] ?? '';
    const clientId = agencies[0]?.clientAccounts[0]?.id ?? '';
    const idle = await served.serverMemory();
    const rows = [];
    for (const time of ['first', 'again']) {
      const { seconds, highest, report } = await importList(served, key, clientId);
      if ((time === 'first' ? report.added : report.unchanged) !== ROWS)
        throw new Error(JSON.stringify(report));
      rows.push({
        list: `${ROWS} people, ${time}`,
        seconds: Math.round(seconds * 10) / 10,
        'in time': seconds <= SECONDS_MAX ? 'yes' : `over ${SECONDS_MAX} s`,
        'server: MiB above idle': Math.round((highest - idle) / MEBIBYTE),
      });
    }
    console.table(rows);
    console.table(await askList(served, key, clientId));
  } finally {
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function importList(served: Served, key: string, clientId: string) {
  let highest = 0;
  let isOver = false;
  const watching = (async (): Promise<void> => {
    while (!isOver) {
      highest = Math.max(highest, await served.serverMemory());
      await pause(LOOK_EVERY_MS);
    }
  })();
  const start = performance.now();
  const response = await fetch(`${served.url}/imports/lead-list?clientAccountId=${clientId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv', 'x-headroom-import': '1' },
    body: listOf(ROWS),
  });
  const report = (await response.json()) as Report;
  const seconds = (performance.now() - start) / 1_000;
  isOver = true;
  await watching;
  if (!response.ok) throw new Error(JSON.stringify(report));
  return { seconds, highest, report };
}

function listOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) =>
    [
      ...[`https://www.linkedin.com/in/person-${index}`, `First${index % 5_000}`, `Last${index}`],
      ...[
        `Company${index % 8_000} Ltd`,
        `company${index % 8_000}.example`,
        'Senior Software Engineer',
        'Oslo',
      ],
    ].join(','),
  );
  return ['linkedin url,first name,last name,company,domain,title,location', ...lines].join('\n');
}

async function askList(served: Served, key: string, clientId: string) {
  const query = `query ($id: ID!, $search: String) {
    prospects(clientAccountId: $id, search: $search, first: 100) { totalCount nodes { lastName doNotContact } } }`;
  const rows = [];
  for (const search of SEARCHES) {
    const took: number[] = [];
    for (let times = 0; times < 5; times += 1) {
      const start = performance.now();
      await served.ask(key, query, { id: clientId, search });
      took.push(performance.now() - start);
    }
    rows.push({ search, 'median ms': Math.round(took.toSorted((one, other) => one - other)[2] ?? NaN) });
  }
  return rows;
}
