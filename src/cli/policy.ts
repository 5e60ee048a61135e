import { Command } from 'commander';
import {
  BUILT_IN_COURSE,
  BUILT_IN_POLICIES,
  newerBuiltIn,
  type Policy,
  type PolicyRule,
} from '../quota/policy/index.js';
import { policyStaleFrom } from '../quota/policy/index.js';
import { windowInWords } from '../quota/window.js';
import { toId } from '../schema/ids.js';
import type { PublishedPolicy } from '../services/policy/policy.service.js';
import { systemViewer } from '../tenancy/viewer.js';
import { answering, CommandError, done } from './answer.js';
import { INSTANT_EXAMPLE, instantOf } from './instant.js';
import { uuidOf } from './key.js';
import { withDatabase } from './opened.js';
import { readPolicyFile } from './policy-file.js';

interface OfAgency {
  readonly agency?: string;
}

interface PublishOptions {
  readonly agency: string;
  readonly effective?: string;
  readonly dryRun?: boolean;
}

export function policy(): Command {
  const list = new Command('list')
    .description('The versions of the policy: the built-in ones, or an agency’s.')
    .option('--agency <id>', 'agency_…: with those that it published')
    .option('--json', 'answer as JSON')
    .action(answering(listPolicies));
  const show = new Command('show')
    .description('The numbers of a version, each with its source: the one in force, unless told.')
    .argument('[version]', '2026-11')
    .option('--agency <id>', 'agency_…: among those that it published')
    .option('--json', 'answer as JSON')
    .action(answering(showPolicy));
  const publish = new Command('publish')
    .description('Publishes a version of an agency’s own, or tells what it would change today.')
    .argument('<file>', 'JSON: what changes, and who says so (docs/policy.md)')
    .requiredOption('--agency <id>', 'agency_…')
    .option('--effective <instant>', `from when on it decides, ${INSTANT_EXAMPLE}; now, unless told`)
    .option('--dry-run', 'publish nothing, and tell which seats would lose or gain room')
    .option('--json', 'answer as JSON')
    .action(answering(publishPolicy));
  return new Command('policy')
    .description('What is known of LinkedIn’s limits: dated opinions with sources.')
    .addCommand(list)
    .addCommand(show)
    .addCommand(publish);
}

async function listPolicies({ agency }: OfAgency) {
  const policies = await versionsOf(agency);
  const versions = policies.map((policy) => {
    const { id, version, effectiveFrom, builtIn } = shown(policy);
    return { id, version, effectiveFrom, builtIn };
  });
  const newer = policies.map((policy) => newerBuiltIn(policy)).find((found) => found !== null);
  const lines = versions.map(({ version, effectiveFrom, builtIn }) =>
    [version, ` from ${effectiveFrom}`, ...(builtIn ? [] : [' of the agency’s own'])].join(' '),
  );
  const told = newer ? [`Built-in ${newer.version} is newer: publish it as basedOn to take it over.`] : [];
  return { json: versions, text: [...lines, ...told].join('\n') };
}

async function showPolicy({ agency }: OfAgency, version?: string) {
  const found = await versionOf(agency, version);
  const stale = instantInWords(policyStaleFrom(found));
  const text = [
    `Policy ${found.version}; the first of its numbers counts as unchecked from ${stale} on.`,
    ...found.rules.map(inWords),
  ];
  return { json: shown(found), text: text.join('\n') };
}

function publishPolicy({ agency, effective, dryRun = false }: PublishOptions, path: string) {
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  const effectiveFrom = effective === undefined ? undefined : instantOf('--effective', effective);
  return withDatabase(async ({ services }) => {
    await services.agencies.getAgency(viewer);
    const file = await readPolicyFile(path);
    const input = { ...file, ...(effectiveFrom !== undefined && { effectiveFrom }), dryRun };
    const published = done(await services.policies.publishPolicy(viewer, input));
    return { json: publishedAsJson(published, dryRun), text: publishedInWords(published) };
  });
}

function publishedAsJson({ policy, effect }: PublishedPolicy, dryRun: boolean) {
  const changes = effect?.changes.map(({ seatId, now, then, action }) => {
    return { seatId: toId('seat', seatId), action, roomNow: now, roomThen: then };
  });
  return { published: !dryRun, policy: shown(policy), effect: effect && { seats: effect.seats, changes } };
}

function publishedInWords({ policy, effect }: PublishedPolicy): string {
  const from = instantInWords(policy.effectiveFrom);
  if (!effect) return `${policy.version} decides from ${from} on.`;
  const rows = effect.changes.map(
    ({ seatId, action, now, then }) =>
      `  ${toId('seat', seatId)}  ${action.padEnd(21)} ${now} → ${then} (${then > now ? '+' : ''}${then - now})`,
  );
  const seats = new Set(effect.changes.map(({ seatId }) => seatId)).size;
  return [
    `Nothing is published. ${policy.version} would decide from ${from} on.`,
    `If it were in force now, ${seats} of ${effect.seats} seats would have other room:`,
    ...rows,
  ].join('\n');
}

/** Newest first where an agency is named, as the API tells them. */
function versionsOf(agency: string | undefined): Promise<readonly Policy[]> {
  if (agency === undefined) return Promise.resolve(BUILT_IN_POLICIES);
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  return withDatabase(async ({ services }) => {
    await services.agencies.getAgency(viewer);
    return services.policies.versions(viewer);
  });
}

async function versionOf(agency: string | undefined, version: string | undefined): Promise<Policy> {
  if (version === undefined && agency === undefined) return BUILT_IN_COURSE.at(Date.now());
  if (version === undefined) {
    const viewer = systemViewer(uuidOf('agency', agency!), 'cli');
    return withDatabase(({ services }) => services.policies.policyAt(viewer, null));
  }
  const found = (await versionsOf(agency)).find((candidate) => candidate.version === version);
  if (found) return found;
  throw new CommandError(
    'NOT_FOUND',
    `There is no version ${version}; \`policy list\` tells which there are.`,
  );
}

/** As the API shows it. */
function shown({ published, ...policy }: Policy) {
  return {
    ...policy,
    id: toId('policy', policy.id),
    effectiveFrom: instantInWords(policy.effectiveFrom),
    basedOn: published?.basedOn ?? null,
    source: published?.source ?? null,
    publishedAt: published ? instantInWords(published.at) : null,
  };
}

function instantInWords(at: number): string {
  return new Date(at).toISOString();
}

function inWords({
  description,
  recommended,
  ceiling,
  unit,
  window,
  confidence,
  source,
  checkedOn,
}: PolicyRule): string {
  const numbers = [recommended ?? '–', ceiling ?? '–'].join(' / ');
  const span = window ? ` in ${windowInWords(window)}` : '';
  return `  ${description}: ${numbers} ${unit}${span}\n      ${confidence}, ${checkedOn}: ${source}`;
}
