import { Command } from 'commander';
import { linkAddress } from '../services/members/members.js';
import { systemViewer } from '../tenancy/viewer.js';
import { answering, CommandError } from './answer.js';
import { uuidOf } from './key.js';
import { withDatabase } from './opened.js';

interface LinkOptions {
  readonly agency: string;
  readonly email: string;
}

export function member(): Command {
  const passwordLink = new Command('password-link')
    .description(
      'Makes a link by which a member sets a new password, once, within an hour. Hand it over in person.',
    )
    .requiredOption('--agency <id>', 'agency_…')
    .requiredOption('--email <address>', 'whose')
    .option('--json', 'answer as JSON')
    .action(answering(makeLink));
  return new Command('member').description('Members: the people of an agency.').addCommand(passwordLink);
}

function makeLink({ agency, email }: LinkOptions) {
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  return withDatabase(async ({ services, publicUrl }) => {
    const token = await services.passwords.linkFor(viewer, email);
    if (token === null) throw new CommandError('NOT_FOUND', 'No member of the agency has this address.');
    const url = linkAddress(publicUrl, 'PASSWORD', token);
    return { json: { url }, text: `A new password is set here, once, within an hour: ${url}` };
  });
}
