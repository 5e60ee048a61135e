import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { migrationsDirectory } from '../../src/database/migration-files.js';
import { ownDatabase, superuserUrl } from './database.js';

/** What a migration finds: the superuser's connection, for rows as they were written then. */
export interface BeforeMigration {
  readonly client: pg.Client;
  /** Runs the migration, with none of those after it; answers with what was run. */
  readonly bring: () => Promise<string[]>;
}

/** Runs `work` on a database of its own that has every migration before `file`, and not yet that one. */
export async function beforeMigration(file: string, work: (found: BeforeMigration) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), 'headroom-before-'));
  try {
    const database = await ownDatabase('empty');
    const copy = (name: string) => copyFile(join(migrationsDirectory(), name), join(directory, name));
    const bringAll = () => migrate(database.ownerUrl, database.appUrl, { directory });
    for (const name of await readdir(migrationsDirectory())) if (name < file) await copy(name);
    await bringAll();
    const client = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
    await client.connect();
    try {
      await work({ client, bring: () => copy(file).then(bringAll) });
    } finally {
      await client.end();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}
