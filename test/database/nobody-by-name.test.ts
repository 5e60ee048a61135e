import { randomBytes, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { migrationsDirectory } from '../../src/database/migration-files.js';
import { ownDatabase, superuserUrl } from '../support/database.js';

/** People of before: whom an archive named without an address loses the name. */
const FILE = '0160_nobody_by_name_alone.sql';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-names-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('leaves no name of those who are found by it alone, and that of everybody else', async () => {
  const database = await ownDatabase('empty');
  const names = (await readdir(migrationsDirectory())).sort();
  const bring = (name: string) => copyFile(join(migrationsDirectory(), name), join(directory, name));
  for (const name of names.filter((one) => one < FILE)) await bring(name);
  await migrate(database.ownerUrl, database.appUrl, directory);
  const client = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await client.connect();
  try {
    const agencyId = randomUUID();
    await client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [agencyId]);
    await client.query(
      `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Agency', 'UTC', 0)`,
      [agencyId],
    );
    const url = 'https://www.linkedin.com/in/ada';
    const people = [
      { name: 'alone', url: null, kinds: ['NAME'] },
      { name: 'both', url: null, kinds: ['NAME', 'SALES_NAVIGATOR'] },
      { name: 'listed', url, kinds: ['PROFILE'] },
    ];
    for (const person of people) {
      const id = randomUUID();
      await client.query(
        `INSERT INTO recipient (agency_id, id, profile_url, name, company, created_at) VALUES ($1, $2, $3, $4, 'Acme', 0)`,
        [agencyId, id, person.url, person.name],
      );
      for (const kind of person.kinds) {
        await client.query(
          `INSERT INTO recipient_key (agency_id, kind, key_version, fingerprint, recipient_id) VALUES ($1, $2, 1, $3, $4)`,
          [agencyId, kind, randomBytes(32), id],
        );
      }
    }
    await bring(FILE);
    expect(await migrate(database.ownerUrl, database.appUrl, directory)).toEqual([FILE]);
    const { rows } = await client.query('SELECT name, company FROM recipient ORDER BY name');
    expect(rows).toEqual([
      { name: 'both', company: 'Acme' },
      { name: 'listed', company: 'Acme' },
      { name: null, company: null },
    ]);
    expect((await client.query('SELECT 1 FROM recipient_key')).rowCount).toBe(4);
  } finally {
    await client.end();
  }
});
