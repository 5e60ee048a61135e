import { Command } from 'commander';
import pg from 'pg';
import { type Config, parseConfig } from '../config.js';
import { openDatabase, type Database } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import { checkOwnerRole, checkRuntimeRole } from '../database/roles.js';
import { askRedis } from '../database/redis.js';
import { greetMailServer } from '../services/members/mail-server.js';
import { answering } from './answer.js';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

const NODE_MAJOR_MIN = 20;
/** Further apart, instants that callers tell are not what they mean. */
const CLOCKS_APART_MS_MAX = 5_000;

export function doctor(): Command {
  return new Command('doctor')
    .description('Looks whether everything is as it must be, and says what to do where it is not.')
    .option('--json', 'answer as JSON')
    .action(
      answering(async () => {
        const findings = await examine();
        const text = findings
          .map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'BAD '} ${check}: ${detail}`)
          .join('\n');
        return { json: { findings }, text, exitCode: findings.every(({ ok }) => ok) ? 0 : 1 };
      }),
    );
}

/** Looks at one thing and notes what was found. Null where it is not as it must be. */
type Look = <T>(check: string, work: () => Promise<readonly [detail: string, found: T]>) => Promise<T | null>;

async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look: Look = async (check, work) => {
    try {
      const [detail, found] = await work();
      findings.push({ check, ok: true, detail });
      return found;
    } catch (error) {
      findings.push({ check, ok: false, detail: error instanceof Error ? error.message : String(error) });
      return null;
    }
  };
  await look('Node.js', () => Promise.resolve([checkNode(), null]));
  const config = await look('environment', () => Promise.resolve(['read', parseConfig(process.env)]));
  if (!config) return findings;
  await examineDatabase(config, look, findings);
  await look('Redis', async () => [await examineRedis(config.redisUrl), null]);
  await look('mail server', async () => [await examineMail(config.smtpUrl), null]);
  return findings;
}

async function examineDatabase(config: Config, look: Look, findings: readonly Finding[]): Promise<void> {
  const database = await look('database', async () => {
    const opened = await openDatabase(config);
    return [`${opened.kind}, answers`, opened];
  });
  if (!database) return;
  try {
    await look('owner role', async () => [`as it must be`, await checkOwnerRole(database.ownerUrl)]);
    await look('run-time role', async () => [
      'owns nothing, sees only what it is shown',
      await checkRuntimeRole(database.appUrl),
    ]);
    // What migrates grants to the run-time role: not to one that is refused.
    if (findings.some(({ ok }) => !ok)) return;
    await look('migrations', async () => {
      const said: string[] = [];
      const say = (line: string) => void said.push(line);
      const applied = await migrate(database.ownerUrl, database.appUrl, { say });
      const state = applied.length > 0 ? `applied now: ${applied.join(', ')}` : 'current';
      return [[state, ...said].join('; '), null];
    });
    await look('clocks', async () => [await compareClocks(database), null]);
  } finally {
    await database.close();
  }
}

/** Without Redis the API answers all the same. */
async function examineRedis(url: string | null): Promise<string> {
  const alone = 'each process counts the API limits by itself';
  if (url === null) return `REDIS_URL is not set: ${alone}`;
  try {
    await askRedis(url);
    return 'answers: all processes count the API limits together';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`REDIS_URL does not answer (${why}): until it does ${alone}.`, { cause: error });
  }
}

async function examineMail(url: string | null): Promise<string> {
  if (url === null) return 'SMTP_URL is not set: links are shown to whoever makes them';
  await greetMailServer(url);
  return 'answers';
}

function checkNode(): string {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN) throw new Error(`${process.version}: take Node.js ${NODE_MAJOR_MIN} or newer.`);
  return process.version;
}

/** No rule reads the process's clock; callers do. */
async function compareClocks({ appUrl }: Database): Promise<string> {
  const client = new pg.Client({ connectionString: appUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ clock: string }>('SELECT see_clock() AS clock');
    const apart = Math.abs(Date.now() - Number(rows[0]?.clock));
    if (apart > CLOCKS_APART_MS_MAX)
      throw new Error(`this machine's and the database's are ${apart} ms apart: set them by NTP.`);
    return `${apart} ms apart`;
  } finally {
    await client.end();
  }
}
