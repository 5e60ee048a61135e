import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { OWNER_ROLE, placeOf } from '../../src/database/cluster.js';
import { openEmbedded } from '../../src/database/embedded.js';
import { migrate } from '../../src/database/migrate.js';
import { findServer, stopServer } from '../../src/database/server.js';
import { SERVER_FILE, TEMPLATE, urlFor, type TestServer } from './database.js';

/** "template" in ASCII: two workers may ask for the first database at once. */
const TEMPLATE_LOCK = '8387230210669507685';
const TEMPLATE_DRAFT = `${TEMPLATE}_draft`;

/**
 * Starts the run's PostgreSQL, or finds it started by another worker; migrates the template that every database of the
 * run is a copy of; then tells where they are, in SERVER_FILE. The server runs on until `endTestServer`.
 */
export async function startTestServer(directory: string): Promise<void> {
  const { superuserUrl, ownerUrl, appUrl, secret } = await openEmbedded(directory, () => undefined);
  const server: TestServer = { superuserUrl, ownerUrl, appUrl, secret: secret.toString('base64') };
  await ensureTemplate(server);
  const draft = join(directory, `${SERVER_FILE}.${process.pid}`);
  await writeFile(draft, JSON.stringify(server), { mode: 0o600 });
  await rename(draft, join(directory, SERVER_FILE));
}

async function ensureTemplate(server: TestServer): Promise<void> {
  const superuser = new pg.Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  try {
    await superuser.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await superuser.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (found.rowCount === 1) return;
    await superuser.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DRAFT} WITH (FORCE)`);
    await superuser.query(`CREATE DATABASE ${TEMPLATE_DRAFT} OWNER ${OWNER_ROLE}`);
    await migrate(urlFor(server.ownerUrl, TEMPLATE_DRAFT), urlFor(server.appUrl, TEMPLATE_DRAFT));
    // A template that somebody is connected to can't be copied.
    await superuser.query(`ALTER DATABASE ${TEMPLATE_DRAFT} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    await superuser.query(`ALTER DATABASE ${TEMPLATE_DRAFT} RENAME TO ${TEMPLATE}`);
  } finally {
    await superuser.end();
  }
}

/**
 * Ends the run's PostgreSQL, whoever still uses it.
 * @public jest's teardown, in plain JavaScript, loads it by name.
 */
export async function endTestServer(directory: string): Promise<void> {
  const place = placeOf(directory);
  const server = await findServer(place);
  if (server !== null) await stopServer(place, server);
}
