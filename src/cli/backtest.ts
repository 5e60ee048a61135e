import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import type { Overrun } from '../quota/backtest.js';
import { counted } from '../quota/counted.js';
import { counterInWords } from '../quota/limit.js';
import type { Policy } from '../quota/policy/index.js';
import { windowKey } from '../quota/window.js';
import { toId } from '../schema/ids.js';
import type { BacktestReport } from '../services/policy/backtest.service.js';
import type { Viewer } from '../tenancy/viewer.js';
import { answering, done } from './answer.js';
import { uuidOf } from './key.js';
import { withDatabase, type Opened } from './opened.js';
import { readPolicyFile } from './policy-file.js';
import { viewerOfSeat } from './seat-viewer.js';

interface Options {
  readonly seat: string;
  readonly agency?: string;
  readonly policy?: string;
}

export function backtest(): Command {
  return new Command('backtest')
    .description(
      'What the limits of a policy would have refused of all that a seat has sent, and from when on. Its limits at the ' +
        'seat’s tier and mode alone: no credits, pending invitations, acceptance, hours, restrictions, and none of the ' +
        'limits that people set. recordActivities tells by all rules what asking first would have refused.',
    )
    .requiredOption('--seat <id>', 'seat_…')
    .option('--agency <id>', 'agency_…; found by the seat where left out')
    .option(
      '--policy <file or version>',
      'a file as for `policy publish`, or 2026-11; the one in force, unless told',
    )
    .option('--json', 'answer as JSON')
    .action(answering(runBacktest));
}

function runBacktest({ seat, agency, policy }: Options) {
  const seatId = uuidOf('seat', seat);
  return withDatabase(async (opened) => {
    const viewer = await viewerOfSeat(opened, seatId, agency);
    const onProgress = (sends: number): void => {
      if (process.stderr.isTTY) process.stderr.write(`\r${sends} sends read`);
    };
    const asked = { seatId, policy: await policyMeant(opened, viewer, policy), onProgress };
    const report = done(await opened.services.backtests.backtest(viewer, asked));
    if (process.stderr.isTTY) process.stderr.write('\n');
    return { json: asJson(seatId, report), text: inWords(report) };
  });
}

/** A file where there is one of that name, else a version. */
async function policyMeant(
  { services }: Opened,
  viewer: Viewer,
  named: string | undefined,
): Promise<Policy | null> {
  if (named === undefined) return null;
  const isFile = await stat(named).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return done(await services.policies.byVersion(viewer, named));
  const file = await readPolicyFile(named);
  // When it is to decide says nothing of the past that it is tried on.
  return done(await services.policies.draft(viewer, { ...file, effectiveFrom: null }));
}

function asJson(seatId: string, { timeZoneAt, overruns, firstAt, lastAt, ...report }: BacktestReport) {
  return {
    seatId: toId('seat', seatId),
    ...report,
    firstAt: firstAt === null ? null : new Date(firstAt).toISOString(),
    lastAt: lastAt === null ? null : new Date(lastAt).toISOString(),
    overruns: overruns.map(({ counter, max, refused, from, until, most, mostAt }) => ({
      actions: counter.actions,
      onlyWithNote: counter.onlyWithNote,
      window: windowKey(counter.window),
      ...{ max, most, refused },
      mostAt: new Date(mostAt).toISOString(),
      refusedFrom: new Date(from).toISOString(),
      refusedUntil: new Date(until).toISOString(),
      timeZone: timeZoneAt(from),
    })),
  };
}

function inWords(report: BacktestReport): string {
  const { version, sends, refused, overruns, overrunsUnlisted } = report;
  return [
    `${counted(sends, 'send')}, of which the limits of ${version} would have refused ${refused}.`,
    ...overruns.map((overrun) => `  ${overrunInWords(overrun, report)}`),
    ...(overrunsUnlisted > 0 ? [`  and ${counted(overrunsUnlisted, 'more time')}`] : []),
  ].join('\n');
}

/** "143 connection requests in 7 days on 12 March 2026; refused from 9 March 2026 14:02 on: 43, over 100" */
function overrunInWords(
  { counter, max, refused, from, most, mostAt }: Overrun,
  { timeZoneAt }: BacktestReport,
): string {
  const local = (at: number, time?: 'time'): string =>
    new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'long',
      ...(time && { timeStyle: 'short' as const }),
      timeZone: timeZoneAt(at),
    })
      .format(at)
      .replace(' at ', ' ');
  return `${most} ${counterInWords(counter, most)} on ${local(mostAt)}; refused from ${local(from, 'time')} on: ${refused}, over ${max}`;
}
