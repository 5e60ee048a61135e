import { Command } from 'commander';
import { audit as runAudit } from '../ledger/audit/audit.js';
import { answering } from './answer.js';
import { withDatabase } from './opened.js';
import { ProgressBar } from './progress.js';

export function audit(): Command {
  return new Command('audit')
    .description('Recounts everything from the ledger and prints what differs, which is nothing.')
    .option('--json', 'answer as JSON')
    .action(
      answering(() =>
        withDatabase(async ({ database }) => {
          const bar = new ProgressBar('agencies');
          const report = await runAudit(database.appUrl, (done, total) => bar.show(done, total));
          bar.end();
          const lines = report.drift.map(
            ({ agencyId, what, kept, counted }) => `${agencyId} ${what}: kept ${kept}, counted ${counted}`,
          );
          return { json: report, text: lines.join('\n'), exitCode: report.drift.length > 0 ? 1 : 0 };
        }),
      ),
    );
}
