import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { migrationsDirectory } from '../../src/database/migration-files.js';
import { rememberedEdits } from '../../src/outreach/prospect.js';
import { ownDatabase, superuserUrl } from '../support/database.js';

/** Prospects of before so much at most was remembered of what was set by hand. */
const FILE = '0205_newest_edits.sql';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-edits-'));
});
afterEach(() => rm(directory, { recursive: true }));

const CUSTOM = { there: 'x', 'there: too': 'y' };
const numbered = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind}${index}`);
const FEW = ['company', 'tag:#one', 'custom:gone'];
const MANY = [
  ...['custom:there', 'tag:#custom:x', 'company'],
  ...numbered('tag:#', 150).flatMap((tag, index) => [tag, `custom:${index}`]),
  ...['custom:there: too', 'notes'],
];

it('keep what is remembered since, in its order', async () => {
  const database = await ownDatabase('empty');
  const names = (await readdir(migrationsDirectory())).sort();
  const bring = (name: string) => copyFile(join(migrationsDirectory(), name), join(directory, name));
  for (const name of names.filter((one) => one < FILE)) await bring(name);
  await migrate(database.ownerUrl, database.appUrl, directory);
  const client = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await client.connect();
  try {
    // Who is on a list, and whose, is looked at by no part of it.
    await client.query(`SET session_replication_role = 'replica'`);
    for (const edited of [FEW, MANY]) {
      await client.query(
        `INSERT INTO prospect (agency_id, id, client_account_id, recipient_id, profile_url, tags, custom, edited, sort_name,
           compared, added_at)
         VALUES ($1, $1, $1, $1, 'https://www.linkedin.com/in/ada', '{}', $2, $3, 'x', '{"v": 1}', 0)`,
        [randomUUID(), { v: 1, fields: CUSTOM }, edited],
      );
    }
    await bring(FILE);
    expect(await migrate(database.ownerUrl, database.appUrl, directory)).toEqual([FILE]);
    const { rows } = await client.query<{ edited: string[] }>(
      'SELECT edited FROM prospect ORDER BY cardinality(edited)',
    );
    expect(rows.map(({ edited }) => edited)).toEqual([FEW, rememberedEdits(MANY, CUSTOM)]);
    expect(rows[1]?.edited).toHaveLength(204);
  } finally {
    await client.end();
  }
});
