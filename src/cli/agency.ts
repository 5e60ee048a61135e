import { Command } from 'commander';
import { toId } from '../schema/ids.js';
import { answering, done } from './answer.js';
import { withDatabase } from './opened.js';

interface Options {
  readonly name: string;
  readonly ownerEmail?: string;
  readonly timeZone: string;
}

export function agency(): Command {
  const create = new Command('create')
    .description('Makes an agency, and its owner’s key. The key is shown this once.')
    .requiredOption('--name <name>', 'what it is called')
    .option('--owner-email <address>', 'whom the key is for: it is named so')
    .option('--time-zone <zone>', 'its IANA time zone', 'UTC')
    .option('--json', 'answer as JSON')
    .action(
      answering(({ name, ownerEmail, timeZone }: Options) =>
        withDatabase(async ({ services }) => {
          const created = done(await services.agencies.createAgency({ name, ownerEmail, timeZone }));
          const id = toId('agency', created.agency.agencyId);
          return {
            json: { agency: { id, name: created.agency.name }, key: created.secret },
            text: `${created.agency.name} is ${id}.\nIts owner's key, shown this once: ${created.secret}`,
          };
        }),
      ),
    );
  return new Command('agency').description('Agencies: the tenants.').addCommand(create);
}
