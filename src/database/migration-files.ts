import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../errors.js';
import { messageOf } from './connect.js';

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** Of its text, as hexadecimal; the same whatever line ends a checkout gave it. */
  readonly sha256: string;
}

/** Four digits that order it, then what it does. */
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** `migrations/` of the project, from the sources and from what is built of them. */
export function migrationsDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && directory !== dirname(directory)) {
    directory = dirname(directory);
  }
  return join(directory, 'migrations');
}

/** All migrations in their order. Throws a StartError on a name that has no order, or two of the same number. */
export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new StartError(`The migrations can't be read: ${messageOf(cause)}.`, { cause });
  });
  const files = names.filter((name) => name.endsWith('.sql')).sort();
  files.forEach((name, index) => {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) {
      throw new StartError(`Rename migrations/${name}: four digits, then small letters, as 0001_walls.sql.`);
    }
    if (index > 0 && files[index - 1]?.startsWith(number)) {
      throw new StartError(`Two migrations have the number ${number}: ${files[index - 1]} and ${name}.`);
    }
  });
  return Promise.all(files.map((name) => readMigration(directory, name)));
}

async function readMigration(directory: string, name: string): Promise<MigrationFile> {
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
  return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}
