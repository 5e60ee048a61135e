import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/** A database of one's own, on the one PostgreSQL of the run. */
export interface TestDatabase {
  /** The limited role, as in production. */
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly secret: Buffer;
}

/** Where the run's PostgreSQL is, as JSON in SERVER_FILE of the run's folder; the secret in base64. */
export interface TestServer {
  readonly superuserUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly secret: string;
}

export const SERVER_FILE = 'server.json';
export const TEMPLATE = 'headroom_template';

const START_SCRIPT = 'dist/tests/support/start-test-server.js';
const DUPLICATE_DATABASE = '42P04';

let ofWorker: Promise<TestDatabase> | null = null;

/**
 * The worker's database: migrated, made when first asked for, shared by the test files that the worker runs one after
 * another. So a test makes an agency of its own, and expects others in the tables.
 */
export function testDatabase(): Promise<TestDatabase> {
  ofWorker ??= copyDatabase(`headroom_worker_${process.env.JEST_WORKER_ID ?? '1'}`, TEMPLATE);
  return ofWorker;
}

/** A database for one test alone: migrated, or empty where the test is about migrations. */
export function ownDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const name = `headroom_own_${randomUUID().replaceAll('-', '')}`;
  return copyDatabase(name, kind === 'migrated' ? TEMPLATE : 'template0');
}

/** The superuser's way into the database of `url`: for a role or a state that the product itself never makes. */
export async function superuserUrl(url: string): Promise<string> {
  return urlFor((await testServer()).superuserUrl, new URL(url).pathname.slice(1));
}

export function urlFor(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

let started: Promise<TestServer> | null = null;

function testServer(): Promise<TestServer> {
  started ??= startOnce();
  return started;
}

async function startOnce(): Promise<TestServer> {
  const directory = process.env.HEADROOM_TEST_DIRECTORY;
  if (directory === undefined) throw new Error('The global setup of jest did not run: there is no database.');
  const file = join(directory, SERVER_FILE);
  if (!existsSync(file)) {
    await promisify(execFile)(process.execPath, [START_SCRIPT, directory]);
  }
  return JSON.parse(await readFile(file, 'utf8')) as TestServer;
}

async function copyDatabase(name: string, template: string): Promise<TestDatabase> {
  const server = await testServer();
  const superuser = new pg.Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  try {
    await superuser.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER headroom_owner`);
  } catch (error) {
    // An earlier test file of this worker made it.
    if (!(error instanceof pg.DatabaseError) || error.code !== DUPLICATE_DATABASE) throw error;
  } finally {
    await superuser.end();
  }
  return {
    appUrl: urlFor(server.appUrl, name),
    ownerUrl: urlFor(server.ownerUrl, name),
    secret: Buffer.from(server.secret, 'base64'),
  };
}
