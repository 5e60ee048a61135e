import { Command, Option } from 'commander';
import { ROLES, type Role } from '../quota/words.js';
import { fromId, toId, type IdKind } from '../schema/ids.js';
import { systemViewer } from '../tenancy/viewer.js';
import { answering, CommandError, done } from './answer.js';
import { INSTANT_EXAMPLE, instantOf } from './instant.js';
import { withDatabase } from './opened.js';

interface CreateOptions {
  readonly agency: string;
  readonly role: Role;
  readonly name: string;
  readonly clientAccount?: string;
  readonly expires?: string;
}

export function key(): Command {
  const create = new Command('create')
    .description('Makes an API key of an agency. It is shown this once.')
    .requiredOption('--agency <id>', 'agency_…')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--name <name>', 'to recognise it by', 'Command line')
    .option('--client-account <id>', 'client_…: it sees this client account alone')
    .option('--expires <instant>', `when it ends, ${INSTANT_EXAMPLE}`)
    .option('--json', 'answer as JSON')
    .action(answering(createKey));
  const revoke = new Command('revoke')
    .description('Revokes an API key: its very next request is refused.')
    .argument('<key>', 'key_…')
    .requiredOption('--agency <id>', 'agency_…')
    .option('--json', 'answer as JSON')
    .action(answering(revokeKey));
  return new Command('key').description('API keys.').addCommand(create).addCommand(revoke);
}

function createKey({ agency, role, name, clientAccount, expires }: CreateOptions) {
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  const clientAccountId = clientAccount === undefined ? null : uuidOf('client', clientAccount);
  const expiresAt = expires === undefined ? null : instantOf('--expires', expires);
  return withDatabase(async ({ services }) => {
    await services.agencies.getAgency(viewer);
    const created = done(
      await services.apiKeys.createApiKey(viewer, { name, role, clientAccountId, expiresAt }),
    );
    const id = toId('key', created.apiKey.id);
    return { json: { id, key: created.secret }, text: `${id}, shown this once: ${created.secret}` };
  });
}

function revokeKey({ agency }: { readonly agency: string }, keyId: string) {
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  return withDatabase(async ({ services }) => {
    await services.agencies.getAgency(viewer);
    done(await services.apiKeys.revokeApiKey(viewer, uuidOf('key', keyId)));
    return { json: { id: keyId, revoked: true }, text: `${keyId} is revoked.` };
  });
}

/** The uuid of an id as people have it. */
export function uuidOf(kind: IdKind, id: string): string {
  const uuid = fromId(kind, id);
  if (uuid === null)
    throw new CommandError('INVALID', `"${id}" is no id such as ${kind}_01h2xcejqtf2nbrexx3vqjhp41.`);
  return uuid;
}
