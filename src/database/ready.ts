import type { Config } from '../config.js';
import { openDatabase, type Database } from './database.js';
import { migrate } from './migrate.js';
import { checkOwnerRole, checkRuntimeRole } from './roles.js';

/** Finds or starts the database, migrated, with roles that are as they must be. `say` is told what takes long. */
export async function openReady(config: Config, say: (line: string) => void): Promise<Database> {
  const database = await openDatabase(config, say);
  try {
    await checkOwnerRole(database.ownerUrl);
    // First: the migrations grant to the run-time role, and a role that is refused must be given nothing.
    await checkRuntimeRole(database.appUrl);
    await migrate(database.ownerUrl, database.appUrl, { say });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
