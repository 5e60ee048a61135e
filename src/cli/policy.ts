import { Command } from 'commander';
import { BUILT_IN_POLICIES, policyAt, type Policy, type PolicyRule } from '../quota/policy/index.js';
import { windowInWords } from '../quota/window.js';
import { toId } from '../schema/ids.js';
import { answering, CommandError } from './answer.js';

export function policy(): Command {
  const list = new Command('list')
    .description('The versions of the policy.')
    .option('--json', 'answer as JSON')
    .action(
      answering(() => {
        const versions = BUILT_IN_POLICIES.map((policy) => {
          const { id, version, effectiveFrom, builtIn } = shown(policy);
          return { id, version, effectiveFrom, builtIn };
        });
        const text = versions
          .map(({ version, effectiveFrom }) => `${version}  from ${effectiveFrom}`)
          .join('\n');
        return Promise.resolve({ json: versions, text });
      }),
    );
  const show = new Command('show')
    .description('The numbers of a version, each with its source: the one in force, unless told.')
    .argument('[version]', '2026-11')
    .option('--json', 'answer as JSON')
    .action(
      answering((_: object, version?: string) => {
        const found = versionOf(version);
        const text = [`Policy ${found.version}`, ...found.rules.map(inWords)].join('\n');
        return Promise.resolve({ json: shown(found), text });
      }),
    );
  return new Command('policy')
    .description('What is known of LinkedIn’s limits: dated opinions with sources.')
    .addCommand(list)
    .addCommand(show);
}

/** As the API shows it. */
function shown(policy: Policy) {
  const { id, effectiveFrom } = policy;
  return { ...policy, id: toId('policy', id), effectiveFrom: new Date(effectiveFrom).toISOString() };
}

function versionOf(version: string | undefined): Policy {
  if (version === undefined) return policyAt(Date.now());
  const found = BUILT_IN_POLICIES.find((candidate) => candidate.version === version);
  if (!found)
    throw new CommandError(
      'NOT_FOUND',
      `There is no version ${version}; \`policy list\` tells which there are.`,
    );
  return found;
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
