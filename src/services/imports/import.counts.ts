import type { LinkedInExport, Send } from '../../imports/linkedin-export.js';
import type { Instant } from '../../quota/window.js';
import { FATE, type Fates } from './import.fates.js';
import type { BookedSend } from './import.matching.js';
import {
  IMPORTED_ACTIONS,
  IMPORTED_ENGAGEMENTS,
  type ImportedAction,
  type ImportReport,
} from './import.report.js';

/** What an import did, in numbers. */
export interface ImportCounts extends Pick<
  ImportReport,
  'recorded' | 'notedInvitations' | 'engagements' | 'alreadyKnown' | 'matched' | 'committedNotInArchive'
> {
  /** Of the matched ones those that a live reservation holds. */
  readonly held: number;
  /** Of the recorded invitations those that are too many for one person, and name nobody. */
  readonly unnamed: number;
}

export function countSends(
  sends: readonly Send[],
  fates: Fates,
): Omit<ImportCounts, 'engagements' | 'committedNotInArchive' | 'unnamed'> {
  const recorded = zeros(IMPORTED_ACTIONS);
  const counts = { notedInvitations: 0, alreadyKnown: 0, matched: 0, held: 0 };
  for (const [index, { action, noted }] of sends.entries()) {
    const fate = fates.of(index);
    if (fate === FATE.RECORDED) {
      recorded[action] += 1;
      if (noted) counts.notedInvitations += 1;
    }
    if (fate === FATE.KNOWN) counts.alreadyKnown += 1;
    if (fate === FATE.MATCHED || fate === FATE.HELD) counts.matched += 1;
    if (fate === FATE.HELD) counts.held += 1;
  }
  return { recorded, ...counts };
}

export function countEngagements(engagements: LinkedInExport['engagements']): ImportCounts['engagements'] {
  const counts = zeros(IMPORTED_ENGAGEMENTS);
  for (const { kind } of engagements) counts[kind] += 1;
  return counts;
}

/** Which of the archive's files tell of an action. */
const FILE_OF = {
  CONNECTION_REQUEST: 'invitations',
  DIRECT_MESSAGE: 'messages',
  INMAIL: 'messages',
} as const satisfies Record<ImportedAction, string>;

interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * How many committed sends no row is, of actions that the archive tells of, in the time from the first to the last row of
 * the file that would have told.
 */
export function countCommittedNotTold(
  sends: readonly Send[],
  booked: readonly BookedSend[],
  fates: Fates,
): number {
  const spans = new Map<string, Span>();
  for (const { action, earliest, latest } of sends) {
    const span = spans.get(FILE_OF[action]) ?? { from: Infinity, until: -Infinity };
    if (earliest >= span.from && latest <= span.until) continue;
    spans.set(FILE_OF[action], {
      from: Math.min(span.from, earliest),
      until: Math.max(span.until, latest),
    });
  }
  const isTold = ({ action, at }: BookedSend): boolean => {
    const told = IMPORTED_ACTIONS.find((known) => known === action);
    const span = told && spans.get(FILE_OF[told]);
    return span !== undefined && at >= span.from && at <= span.until;
  };
  return booked.filter((send) => send.origin === 'COMMIT' && isTold(send) && !fates.isMatched(send.id))
    .length;
}

function zeros<Word extends string>(words: readonly Word[]): Record<Word, number> {
  return Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;
}
