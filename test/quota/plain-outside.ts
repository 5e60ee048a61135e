import type { Action } from '../../src/quota/words.js';
import {
  spanAt,
  zoneAt,
  type CalendarKind,
  type Span,
  type ZoneSince,
} from '../../src/ledger/audit/plain-calendar.js';

/** What is set aside for outside use, by plain counting over days: it shares nothing with the core but the words. */

export interface CountedActions {
  readonly actions: readonly Action[];
  readonly onlyWithNote: boolean;
  readonly window: { readonly kind: 'ROLLING'; readonly seconds: number } | { readonly kind: CalendarKind };
}

export interface PlainOutsideUse {
  readonly action: Action;
  readonly perDay: number;
  readonly from: string;
  readonly until: string | null;
}

export interface PlainOutside {
  /** The newest first. */
  readonly uses: readonly PlainOutsideUse[];
  readonly importedAt: number | null;
  readonly recorded: readonly { readonly at: number; readonly action: Action; readonly count: number }[];
}

/** A day, and the instant at which it came into force. */
export interface PlainDay extends Span {
  readonly begins: number;
  readonly date: string;
}

const DAY_MS = 86_400_000;
const TOLD: readonly Action[] = ['CONNECTION_REQUEST', 'DIRECT_MESSAGE', 'INMAIL'];

/** A day is between 23 and 25 hours long, but for one that a zone skipped: the search begins a little before. */
const DAYS_BEFORE = 4;
const daysKept = new WeakMap<readonly ZoneSince[], PlainDay[]>();

/** All days of a calendar that begin in a span, and some before. */
function plainDays(zones: readonly ZoneSince[], from: number, until: number): PlainDay[] {
  const kept = daysKept.get(zones) ?? [];
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last || first.start > from - 3 * DAY_MS || last.begins < until) {
    const end = Math.max(until, last?.begins ?? until) + 30 * DAY_MS;
    const start = Math.min(from - 3 * DAY_MS, first?.start ?? from) - 30 * DAY_MS;
    kept.length = 0;
    for (let begins = spanAt('CALENDAR_DAY', zones, start).start; begins <= end; begins = kept.at(-1)!.end) {
      const span = spanAt('CALENDAR_DAY', zones, begins);
      kept.push({ ...span, begins, date: dateOf(zoneAt('CALENDAR_DAY', zones, begins), span.start) });
    }
    daysKept.set(zones, kept);
  }
  const reach = Math.max(0, Math.floor((from - kept[0]!.start) / DAY_MS) - DAYS_BEFORE);
  const days: PlainDay[] = [];
  for (let index = reach; index < kept.length && kept[index]!.begins <= until; index += 1) {
    days.push(kept[index]!);
  }
  return days;
}

const dates = new Map<string, Intl.DateTimeFormat>();

/** The date that the wall clock of a zone shows. */
export function dateOf(timeZone: string, at: number): string {
  const format = dates.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  dates.set(timeZone, format);
  return format.format(at);
}

/** How much of a counter is set aside at an instant. */
export function plainUnknown(
  { uses, importedAt, recorded }: PlainOutside,
  { actions, onlyWithNote, window }: CountedActions,
  zones: readonly ZoneSince[],
  at: number,
): number {
  if (onlyWithNote || uses.length === 0) return 0;
  const start =
    window.kind === 'ROLLING' ? at - window.seconds * 1_000 : spanAt(window.kind, zones, at).start;
  let unknown = 0;
  for (const day of plainDays(zones, start - 2 * DAY_MS, at)) {
    // An instant is in a rolling window after its start, and in a calendar one from it on; a day ends before its end.
    if (day.begins > at || day.end <= start) continue;
    for (const action of actions) {
      const use = uses.find(
        (one) =>
          one.action === action && day.date >= one.from && (one.until === null || day.date <= one.until),
      );
      if (!use || (importedAt !== null && importedAt >= day.end && TOLD.includes(action))) continue;
      const known = recorded
        .filter((one) => one.action === action && one.at >= day.start && one.at < day.end)
        .reduce((sum, { count }) => sum + count, 0);
      unknown += Math.max(0, use.perDay - known);
    }
  }
  return unknown;
}

/** Every instant of a span at which a day begins, or leaves a rolling window. */
export function plainOutsideChanges(
  { uses }: PlainOutside,
  { actions, window }: CountedActions,
  zones: readonly ZoneSince[],
  from: number,
  until: number,
): number[] {
  if (!uses.some(({ action }) => actions.includes(action))) return [];
  const length = window.kind === 'ROLLING' ? window.seconds * 1_000 : 0;
  return plainDays(zones, from - length - 2 * DAY_MS, until).flatMap(({ begins, end }) =>
    window.kind === 'ROLLING' ? [begins, end + length] : [begins, spanAt(window.kind, zones, begins).end],
  );
}
