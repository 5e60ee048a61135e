import { Command } from 'commander';
import { toId } from '../schema/ids.js';
import type { Invited } from '../services/members/member.desk.js';
import { answering, done } from './answer.js';
import { withDatabase } from './opened.js';

interface Options {
  readonly name: string;
  readonly ownerEmail?: string;
  readonly timeZone: string;
}

export function agency(): Command {
  const create = new Command('create')
    .description(
      'Makes an agency, its owner’s key and an invitation for its owner. Both are shown this once.',
    )
    .requiredOption('--name <name>', 'what it is called')
    .option(
      '--owner-email <address>',
      'who is invited to sign in. Without it nobody is: the key can, with inviteMember',
    )
    .option('--time-zone <zone>', 'its IANA time zone', 'UTC')
    .option('--json', 'answer as JSON')
    .action(
      answering(({ name, ownerEmail, timeZone }: Options) =>
        withDatabase(async ({ services }) => {
          const { agencies } = services;
          const created =
            ownerEmail === undefined
              ? { ...done(await agencies.createAgency({ name, timeZone })), invited: null }
              : done(await agencies.createWithOwner({ name, timeZone }, ownerEmail, services));
          const { agency: made, invited } = created;
          const id = toId('agency', made.agencyId);
          return {
            json: {
              agency: { id, name: made.name },
              key: created.secret,
              invitation: invited && shownInvitation(invited),
            },
            text: [
              `${made.name} is ${id}.`,
              `Its owner's key, shown this once: ${created.secret}`,
              ...(invited ? [inWords(invited)] : []),
            ].join('\n'),
          };
        }),
      ),
    );
  return new Command('agency').description('Agencies: the tenants.').addCommand(create);
}

/** `url` is null where it was sent by mail. */
function shownInvitation({ invitationUrl, expiresAt }: Invited) {
  return { url: invitationUrl, expiresAt: new Date(expiresAt).toISOString() };
}

function inWords({ invitationUrl, member, expiresAt }: Invited): string {
  const until = new Date(expiresAt).toISOString();
  return invitationUrl === null
    ? `An invitation was sent to ${member.email}; it is good once, until ${until}.`
    : `Its owner signs up here, once, until ${until}: ${invitationUrl}`;
}
