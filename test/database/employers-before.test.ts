import { randomBytes, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { migrationsDirectory } from '../../src/database/migration-files.js';
import { ownDatabase, superuserUrl } from '../support/database.js';

/** Employers of before it was put down by whose word they are known. */
const FILE = '0161_whose_word_of_employers.sql';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-employers-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('bind the whole agency, as they did', async () => {
  const database = await ownDatabase('empty');
  const names = (await readdir(migrationsDirectory())).sort();
  const bring = (name: string) => copyFile(join(migrationsDirectory(), name), join(directory, name));
  for (const name of names.filter((one) => one < FILE)) await bring(name);
  await migrate(database.ownerUrl, database.appUrl, directory);
  const client = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await client.connect();
  try {
    const agencies = [randomUUID(), randomUUID()];
    for (const agencyId of agencies) {
      const recipientId = randomUUID();
      await client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [agencyId]);
      await client.query(
        `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Agency', 'UTC', 0)`,
        [agencyId],
      );
      await client.query('INSERT INTO recipient (agency_id, id, created_at) VALUES ($1, $2, 0)', [
        ...[agencyId, recipientId],
      ]);
      await client.query(
        `INSERT INTO recipient_employer (agency_id, recipient_id, kind, key_version, fingerprint)
         VALUES ($1, $2, 'COMPANY', 1, $3), ($1, $2, 'DOMAIN', 1, $3)`,
        [agencyId, recipientId, randomBytes(32)],
      );
    }
    await bring(FILE);
    expect(await migrate(database.ownerUrl, database.appUrl, directory)).toEqual([FILE]);
    const { rows } = await client.query<{ agency_id: string }>(
      'SELECT agency_id FROM recipient_employer WHERE scope_id = agency_id ORDER BY agency_id',
    );
    expect(rows.map((row) => row.agency_id)).toEqual(agencies.flatMap((id) => [id, id]).sort());
  } finally {
    await client.end();
  }
});
