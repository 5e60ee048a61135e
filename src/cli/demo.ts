import { Command } from 'commander';
import { inTurnForDemo } from '../database/turn.js';
import { toId } from '../schema/ids.js';
import { openDemo, type DemoAgency } from '../services/demo.service.js';
import { addressOf } from './address.js';
import { answering, CommandError } from './answer.js';
import { withDatabase } from './opened.js';

export function demo(): Command {
  return new Command('demo')
    .description('The demo’s two agencies, with a fresh API key for each role. Embedded database only.')
    .option('--json', 'answer as JSON')
    .action(
      answering(() =>
        withDatabase(async ({ config, database, services }) => {
          if (database.kind !== 'embedded') {
            throw new CommandError(
              'EMBEDDED_ONLY',
              'The demo is for the embedded database: unset DATABASE_URL.',
            );
          }
          const url = `${await addressOf(config)}/graphql`;
          const opened = await inTurnForDemo(database.appUrl, () => openDemo(services));
          const agencies = opened.map(shown);
          return { json: { url, agencies }, text: [url, ...agencies.map(inWords)].join('\n\n') };
        }),
      ),
    );
}

function shown({ id, name, keys, clientAccounts }: DemoAgency) {
  return {
    id: toId('agency', id),
    name,
    keys,
    clientAccounts: clientAccounts.map((account) => ({
      id: toId('client', account.id),
      seats: account.seats.map((seat) => ({ ...seat, id: toId('seat', seat.id) })),
    })),
  };
}

function inWords({ name, keys, clientAccounts }: ReturnType<typeof shown>): string {
  const keyLines = Object.entries(keys).map(([role, key]) => `  ${role.padEnd(9)}${key}`);
  const seatLines = clientAccounts.flatMap(({ seats }) =>
    seats.map(({ id, tier }) => `  seat ${id} ${tier}`),
  );
  return [name, ...keyLines, ...seatLines].join('\n');
}
