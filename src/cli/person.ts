import { Command } from 'commander';
import { counted } from '../quota/counted.js';
import { withPublicIds } from '../schema/public-ids.js';
import { systemViewer } from '../tenancy/viewer.js';
import { answering, CommandError, done, type Answer } from './answer.js';
import { uuidOf } from './key.js';
import { withDatabase } from './opened.js';

interface Options {
  readonly agency: string;
}

export function person(): Command {
  const named = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .argument('<profile>', 'the address of the profile')
      .requiredOption('--agency <id>', 'agency_…')
      .option('--json', 'answer as JSON');
  return new Command('person')
    .description('What a person may ask of an agency.')
    .addCommand(
      named('export', 'Tells everything that is known of a person.').action(answering(exportPerson)),
    )
    .addCommand(
      named('erase', 'Erases a person for good: they stay uncontacted.').action(answering(erasePerson)),
    );
}

function exportPerson({ agency }: Options, profileUrl: string): Promise<Answer> {
  return withDatabase(async ({ services }) => {
    const viewer = systemViewer(uuidOf('agency', agency), 'cli');
    await services.agencies.getAgency(viewer);
    const write = (row: object): string => JSON.stringify(withPublicIds(row));
    const exported = await services.persons.exportPerson(viewer, profileUrl, write);
    if (exported === null) throw new CommandError('NOT_FOUND', 'Nobody is known by this address.');
    const json: unknown = JSON.parse(exported);
    return { json, text: JSON.stringify(json, null, 2) };
  });
}

function erasePerson({ agency }: Options, profileUrl: string): Promise<Answer> {
  return withDatabase(async ({ services }) => {
    const viewer = systemViewer(uuidOf('agency', agency), 'cli');
    await services.agencies.getAgency(viewer);
    const erased = done(await services.persons.erasePerson(viewer, profileUrl));
    const text = `The person is erased, and off ${counted(erased.prospects, 'list')}. Given back: ${counted(erased.released, 'hold')}.`;
    return { json: erased, text };
  });
}
