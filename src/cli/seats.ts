import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { counted, verbOf } from '../quota/counted.js';
import { fromId, toId } from '../schema/ids.js';
import type { SeatsAdded } from '../services/seats/seat.bulk.js';
import { systemViewer } from '../tenancy/viewer.js';
import { answering, CommandError, done, type Answer } from './answer.js';
import { uuidOf } from './key.js';
import { foundAt } from './named-file.js';
import { withDatabase } from './opened.js';

interface Options {
  readonly agency: string;
  readonly clientAccount?: string;
  readonly dryRun?: boolean;
}

const FILE_BYTES_MAX = 1_048_576;

export function seats(): Command {
  const add = new Command('add')
    .description('Adds the seats of a table, all of them or none, and tells what is wrong with each line.')
    .argument('<file>', 'CSV with a header, in UTF-8 (docs/seats.md says which columns)')
    .requiredOption('--agency <id>', 'agency_…')
    .option('--client-account <id>', 'client_…: of the lines that name none')
    .option('--dry-run', 'add nothing, and tell what would come of it')
    .option('--json', 'answer as JSON')
    .action(answering(addSeats));
  return new Command('seats')
    .description('LinkedIn accounts that are operated for client accounts.')
    .addCommand(add);
}

async function addSeats({ agency, clientAccount, dryRun = false }: Options, path: string): Promise<Answer> {
  const viewer = systemViewer(uuidOf('agency', agency), 'cli');
  const clientAccountId = clientAccount === undefined ? null : uuidOf('client', clientAccount);
  const csv = await readTable(path);
  return withDatabase(async ({ services }) => {
    await services.agencies.getAgency(viewer);
    const terms = { csv, clientAccountId, dryRun, uuidOf: (id: string) => fromId('client', id) };
    const added = done(await services.seatBulk.addSeatsOfTable(viewer, terms));
    return { json: asJson(added), text: inWords(added), exitCode: added.errors.length > 0 ? 1 : 0 };
  });
}

async function readTable(path: string): Promise<string> {
  const found = await foundAt(path, 'file');
  if (!found.isFile()) throw new CommandError('INVALID', `${path} is no file.`);
  if (found.size > FILE_BYTES_MAX) throw new CommandError('INVALID', `${path} is over 1 MB.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch {
    throw new CommandError('INVALID', `${path} is not UTF-8: save it as "CSV UTF-8".`);
  }
}

function asJson({ dryRun, added, rows, errors }: SeatsAdded) {
  return {
    dryRun,
    added,
    rows: rows.map(({ index, line, input, seat }) => ({
      ...{ index, line, holderName: input.holderName ?? null, profileUrl: input.profileUrl ?? null },
      seatId: seat && toId('seat', seat.id),
    })),
    errors,
  };
}

/** What is wrong in the same words with several rows in turn is told once, of all of them. */
const SAME_TOLD_ONCE_FROM = 3;

function inRanges(errors: SeatsAdded['errors']) {
  const runs: SeatsAdded['errors'][number][][] = [];
  for (const error of errors) {
    const last = runs.at(-1)?.at(-1);
    const isNext = last?.line !== undefined && error.line === (last.line ?? 0) + 1;
    if (isNext && last.column === error.column && last.message === error.message) runs.at(-1)?.push(error);
    else runs.push([error]);
  }
  return runs.flatMap((run) =>
    run.length < SAME_TOLD_ONCE_FROM
      ? run.map((error) => ({ ...error, lines: `line ${error.line}` }))
      : run.slice(0, 1).map((error) => ({ ...error, lines: `lines ${error.line} to ${run.at(-1)?.line}` })),
  );
}

function inWords({ dryRun, added, rows, errors }: SeatsAdded): string {
  const wrong = inRanges(errors).map(
    ({ lines, column, message }) => [lines, ...(column === null ? [] : [column])].join(', ') + `: ${message}`,
  );
  if (wrong.length > 0) return [`Nothing is added, of ${counted(rows.length, 'seat')}:`, ...wrong].join('\n');
  if (dryRun)
    return `Nothing is added yet: ${rows.length === 1 ? 'the one seat' : `all ${rows.length} seats`} would be.`;
  return [
    `${counted(added, 'seat')} ${verbOf(added)} added:`,
    ...rows.map(({ seat, input }) => `  ${seat ? toId('seat', seat.id) : ''}  ${input.holderName}`),
  ].join('\n');
}
