import { Command } from 'commander';
import { parseConfig } from '../config.js';
import { openDatabase } from '../database/database.js';
import { migrate as runMigrations } from '../database/migrate.js';
import { checkOwnerRole, checkRuntimeRole } from '../database/roles.js';
import { answering } from './answer.js';

export function migrate(): Command {
  return new Command('migrate')
    .description('Brings the database up to date, and makes partitions ahead.')
    .option('--json', 'answer as JSON')
    .action(
      answering(async () => {
        const say = (line: string) => console.error(line);
        const database = await openDatabase(parseConfig(process.env), say);
        try {
          await checkOwnerRole(database.ownerUrl);
          await checkRuntimeRole(database.appUrl);
          const applied = await runMigrations(database.ownerUrl, database.appUrl, { say });
          const text = applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'Nothing to do.';
          return { json: { applied }, text };
        } finally {
          await database.close();
        }
      }),
    );
}
