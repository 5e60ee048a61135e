import { Command } from 'commander';
import { counted, verbOf } from '../quota/counted.js';
import { toId } from '../schema/ids.js';
import { ArchiveRefused, type ImportReport } from '../services/imports/import.report.js';
import { answering, CommandError, done } from './answer.js';
import { uuidOf } from './key.js';
import { foundAt } from './named-file.js';
import { withDatabase } from './opened.js';
import { ProgressBar } from './progress.js';
import { rejectedInWords } from './rejected.js';
import { viewerOfSeat } from './seat-viewer.js';

interface Options {
  readonly seat: string;
  readonly agency?: string;
  readonly force?: boolean;
}

export function importArchive(): Command {
  return new Command('import')
    .description(
      'Records what LinkedIn’s own data export says that a seat sent: each send once, however often.',
    )
    .argument('<archive>', 'the .zip, or the folder that it unpacks to')
    .requiredOption('--seat <id>', 'seat_…')
    .option('--agency <id>', 'agency_…; found by the seat where left out')
    .option('--force', 'take an archive of another profile as well: addresses change')
    .option('--json', 'answer as JSON')
    .action(answering(runImport));
}

async function runImport({ seat, agency, force = false }: Options, path: string) {
  const seatId = uuidOf('seat', seat);
  await foundAt(path, 'file or folder');
  return withDatabase(async (opened) => {
    const viewer = await viewerOfSeat(opened, seatId, agency);
    const bar = new ProgressBar('read or written');
    const onProgress = (progress: { readonly done: number; readonly total: number }) =>
      bar.show(progress.done, progress.total);
    const outcome = done(
      await opened.services.imports
        .importArchive(viewer, { seatId, path, force, onProgress })
        .finally(() => bar.end()),
    );
    if (outcome instanceof ArchiveRefused) throw new CommandError(outcome.code, outcome.message);
    return { json: { ...outcome, seatId: toId('seat', outcome.seatId) }, text: inWords(outcome) };
  });
}

function inWords(report: ImportReport): string {
  const recorded = Object.entries({ ...report.recorded, ...report.engagements });
  const unlisted = report.rejectedTotal - report.rejected.length;
  return [
    `${counted(report.rowsRead, 'row')} read, of ${report.owner ?? 'an archive that does not tell whose it is'}. Recorded:`,
    ...recorded.map(([what, count]) => `  ${count} ${what}`),
    `Of the invitations ${report.notedInvitations} had a note. ${counted(report.connections, 'person', 'people')} ${verbOf(report.connections)} connected.`,
    `${counted(report.alreadyKnown, 'send')} ${verbOf(report.alreadyKnown, 'was', 'were')} known, ${report.matched} ${verbOf(report.matched)} ours, ${counted(report.rejectedTotal, 'row')} rejected.`,
    `Committed here and not in the archive: ${counted(report.committedNotInArchive, 'send')}.`,
    ...rejectedInWords(
      report.rejected,
      (lines, { file, reason }) => `  ${file}:${lines} ${reason}`,
      (one, other) => one.file === other.file && one.reason === other.reason,
    ),
    ...(unlisted > 0 ? [`  and ${unlisted} more`] : []),
    ...report.warnings,
  ].join('\n');
}
