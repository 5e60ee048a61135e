import { parseConfig, type Config } from './config.js';
import type { Database } from './database/database.js';
import { ensurePartitions } from './database/migrate.js';
import { openReady } from './database/ready.js';
import { announceServing } from './database/serving.js';
import { StartError } from './errors.js';

/**
 * `npm start`: the database, its migrations, the server; until a signal, which ends all of it in the opposite order. What
 * keeps it from starting is told in one line on the standard error, and the exit code is 1.
 */

/** Partitions are made for months ahead; this is often enough to have the next ones in time. */
const PARTITIONS_EVERY_MS = 6 * 3_600_000;
/** A Ctrl-C comes twice under npm, from the terminal and from npm: within this it is one. */
const SAME_SIGNAL_MS = 1_000;

const stopped = firstSignal();
// The modules of the server take about as long to load as PostgreSQL to start: both at once.
const modules = Promise.all([import('./demo.js'), import('./server.js')]);
try {
  await run();
  process.exit(0);
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

async function run(): Promise<void> {
  const config = parseConfig(process.env);
  const database = await openReady(config, (line) => console.log(line));
  try {
    const [{ seedDemo }, { hearForgotten, startServer }] = await modules;
    hearForgotten(config);
    if (database.kind === 'embedded') await makeDemo(() => seedDemo(database));
    const server = await startServer(config, database);
    const gone = await announce(config, database, server.url);
    const partitions = setInterval(() => void makePartitions(database), PARTITIONS_EVERY_MS);
    greet(server.url, database.kind);
    await stopped;
    clearInterval(partitions);
    await gone();
    await server.close();
  } finally {
    await database.close();
  }
}

/** For commands on the same data directory. That they can't be told keeps no server from serving. */
async function announce(
  { dataDirectory }: Config,
  { kind }: Database,
  url: string,
): Promise<() => Promise<void>> {
  const nothing = (): Promise<void> => Promise.resolve();
  return kind === 'embedded' ? announceServing(dataDirectory, url).catch(() => nothing) : nothing;
}

/** The demo is for trying things out: what of it can't be made any more is told, and keeps no server from starting. */
async function makeDemo(seed: () => Promise<string[]>): Promise<void> {
  for (const lacking of await seed()) console.error(`Not in the demo any more: ${lacking}`);
}

async function makePartitions({ ownerUrl }: Database): Promise<void> {
  await ensurePartitions(ownerUrl, (line) => console.error(line)).catch((error: unknown) =>
    console.error(`Partitions could not be made: ${error instanceof Error ? error.message : String(error)}`),
  );
}

function greet(url: string, kind: Database['kind']): void {
  const key = kind === 'embedded' ? 'demo --json' : "agency create --name 'My agency'";
  console.log(`Headroom is ready; Ctrl-C ends it.
  API         ${url}/graphql
  Playground  ${url}/playground
  A key       npm run headroom -- ${key}`);
}

/** The second one doesn't wait for anything. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | null = null;
    const onSignal = (): void => {
      if (firstAt !== null && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
      firstAt ??= performance.now();
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
