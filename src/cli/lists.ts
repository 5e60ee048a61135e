import { Command } from 'commander';
import { counted } from '../quota/counted.js';
import { toId } from '../schema/ids.js';
import {
  ListRefused,
  type DoNotContactReport,
  type LeadListReport,
  type ListRead,
} from '../services/prospects/lead-list.report.js';
import { systemViewer, type Viewer } from '../tenancy/viewer.js';
import { answering, CommandError, done, type Answer } from './answer.js';
import { uuidOf } from './key.js';
import { foundAt } from './named-file.js';
import { withDatabase, type Opened } from './opened.js';
import { ProgressBar } from './progress.js';
import { rejectedInWords } from './rejected.js';

interface Options {
  readonly agency?: string;
  readonly clientAccount?: string;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly mapping?: readonly string[];
}

export function prospects(): Command {
  const list = listCommand(
    'Puts the people of a CSV on the list of a client account, each once, however often.',
  )
    .requiredOption('--client-account <id>', 'client_…: whose list')
    .option('--replace', 'let it take the place of what other lists told; what was set by hand stays')
    .action(answering(importProspects));
  return new Command('prospects').description('The people whom client accounts write to.').addCommand(list);
}

export function doNotContact(): Command {
  const list = listCommand('Marks the people, or the companies, of a CSV as not to be contacted.')
    .option('--client-account <id>', 'client_…: for it alone; for the whole agency where left out')
    .action(answering(importDoNotContact));
  return new Command('do-not-contact').description('Whom the agency leaves alone.').addCommand(list);
}

function listCommand(description: string): Command {
  return new Command('import')
    .description(description)
    .argument('<file>', 'CSV with a header, in UTF-8 (docs/prospects.md says which columns)')
    .option('--agency <id>', 'agency_…; found by the client account where left out')
    .option('--dry-run', 'write nothing, and tell what each column is taken for and what would be read')
    .option('--mapping <heading=field...>', 'take a column for another field, for "custom", or "ignore" it')
    .option('--json', 'answer as JSON');
}

async function importProspects({ clientAccount = '', ...options }: Options, path: string): Promise<Answer> {
  const clientAccountId = uuidOf('client', clientAccount);
  await foundAt(path, 'file');
  return importList(options, clientAccountId, async ({ services }, viewer, onProgress) => {
    const terms = { ...options, clientAccountId, path, onProgress };
    const report = taken(done(await services.leadLists.importList(viewer, terms)));
    return { report, text: peopleInWords(report) };
  });
}

async function importDoNotContact({ clientAccount, ...options }: Options, path: string): Promise<Answer> {
  const clientAccountId = clientAccount === undefined ? null : uuidOf('client', clientAccount);
  await foundAt(path, 'file');
  return importList(options, clientAccountId, async ({ services }, viewer, onProgress) => {
    const terms = { ...options, clientAccountId, path, onProgress };
    const report = taken(done(await services.doNotContactLists.importList(viewer, terms)));
    return { report, text: marksInWords(report) };
  });
}

type OnProgress = (progress: { readonly done: number; readonly total: number }) => void;

function importList(
  { agency }: Options,
  clientAccountId: string | null,
  work: (
    opened: Opened,
    viewer: Viewer,
    onProgress: OnProgress,
  ) => Promise<{ report: LeadListReport | DoNotContactReport; text: string }>,
): Promise<Answer> {
  return withDatabase(async (opened) => {
    const viewer = await viewerOf(opened, clientAccountId, agency);
    const bar = new ProgressBar('bytes read and written');
    const { report, text } = await work(opened, viewer, ({ done: read, total }) =>
      bar.show(read, total),
    ).finally(() => bar.end());
    const shown = report.clientAccountId && toId('client', report.clientAccountId);
    const exitCode = report.rejectedTotal > 0 ? 1 : 0;
    return { json: { ...report, clientAccountId: shown }, text, exitCode };
  });
}

/** The command line's authority over the agency of a client account, which is found by it where nobody names it. */
async function viewerOf(
  { services }: Opened,
  clientAccountId: string | null,
  agency: string | undefined,
): Promise<Viewer> {
  if (agency !== undefined) {
    const viewer = systemViewer(uuidOf('agency', agency), 'cli');
    await services.agencies.getAgency(viewer);
    return viewer;
  }
  if (clientAccountId === null) throw new CommandError('INVALID', 'Say --agency, or --client-account.');
  for (const agencyId of await services.agencies.allIds()) {
    const viewer = systemViewer(agencyId, 'cli');
    if ((await services.clientAccounts.byIds(viewer, [clientAccountId])).size > 0) return viewer;
  }
  throw new CommandError('NOT_FOUND', 'There is no such client account.');
}

function taken<Report>(outcome: Report | ListRefused): Report {
  if (outcome instanceof ListRefused) throw new CommandError(outcome.code, outcome.message);
  return outcome;
}

function peopleInWords(report: LeadListReport): string {
  const { people, added, updated, unchanged, duplicates, doNotContact: marked, erased } = report;
  const counts = report.dryRun
    ? [`${counted(people, 'person', 'different people')} would be listed. Nothing is written.`]
    : [
        `${counted(added, 'person', 'people')} added; of ${updated} more is known now, ${unchanged} as before.`,
        `${counted(duplicates, 'row')} of people told of before. ${counted(marked, 'person', 'people')} may not be contacted.`,
        ...(erased > 0 ? [`${counted(erased, 'row')} of people who were erased, and stay so.`] : []),
      ];
  return inWords(report, counts);
}

function marksInWords(report: DoNotContactReport): string {
  const { people, companies, domains } = report.marked;
  if (report.dryRun) return inWords(report, ['Nothing is marked.']);
  return inWords(report, [
    `Marked: ${counted(people, 'person', 'people')}, ${counted(companies, 'company', 'companies')} and ${counted(domains, 'domain')}. Before: ${report.alreadyMarked}.`,
    ...(report.released > 0 ? [`Given back: ${counted(report.released, 'hold')} for them.`] : []),
  ]);
}

function inWords(report: ListRead, counts: readonly string[]): string {
  const unlisted = report.rejectedTotal - report.rejected.length;
  return [
    'The columns are taken for:',
    ...report.mapping.map(({ heading, use }) => `  ${heading}: ${use}`),
    `${counted(report.rowsRead, 'row')} read, ${report.rejectedTotal} rejected.`,
    ...rejectedInWords(report.rejected, (lines, { reason }) => `  line ${lines}: ${reason}`),
    ...(unlisted > 0 ? [`  and ${unlisted} more`] : []),
    ...counts,
    ...report.warnings,
  ].join('\n');
}
