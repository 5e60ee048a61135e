import { Temporal } from 'temporal-polyfill';
import { refuse, Refusal } from '../../errors.js';
import type { SeatColumn, SeatTableRow } from '../../imports/seat-table.js';
import type { OpeningUse } from '../../ledger/opening-use.js';
import { zoneNamed } from '../../quota/zone-names.js';
import { ACTIONS, HOLDER_KINDS, LIMIT_MODES, LINKEDIN_TIERS, SEAT_HISTORIES } from '../../quota/words.js';
import type { SeatInput, WorkingHoursInput } from './seat.checks.js';

/** From the cells of a table to what is told of a seat. A cell that can't be read is a refusal of its column. */

/** A seat of a table, as far as it can be read. */
export interface SeatOfTable extends SeatInput {
  /** An id, a reference or a name; null where the table doesn't say. */
  readonly clientAccount: string | null;
  readonly openingCredits?: number | null;
}

type Reader<T> = (text: string, column: SeatColumn) => T | Refusal;

const text: Reader<string> = (value) => value;

const day: Reader<string> = (value, column) => {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(value))
      return Temporal.PlainDate.from(value, { overflow: 'reject' }).toString();
  } catch {
    // No day of the calendar.
  }
  return refuse('INVALID', `${column} is a day such as 2026-11-24, not "${value}".`, column);
};

const count: Reader<number> = (value, column) =>
  /^\d{1,9}$/.test(value)
    ? Number(value)
    : refuse('INVALID', `${column} is a whole number, not "${value}".`, column);

function wordOf<T extends string>(words: readonly T[]): Reader<T> {
  return (value, column) =>
    words.find((word) => word === inCapitals(value)) ??
    refuse('INVALID', `${column} is one of ${words.join(', ')}, not "${value}".`, column);
}

/** `Sales Navigator` is SALES_NAVIGATOR. */
function inCapitals(value: string): string {
  return value.toUpperCase().replace(/[\s-]+/g, '_');
}

/**
 * Blanks that follow each other are one, before a cell is matched: where a pattern may divide them between its parts, a long row of
 * them is tried in all ways there are.
 */
function singleSpaced(value: string): string {
  return value.replaceAll(/ +/g, ' ');
}

const OPENING_USE = /^(\d{1,9}) ([A-Za-z_ -]+?) in (\d{1,9}) days?$/i;

/** `80 CONNECTION_REQUEST in 7 days; 20 DIRECT_MESSAGE in 1 day` */
const openingUse: Reader<readonly OpeningUse[]> = (value, column) => {
  const uses: OpeningUse[] = [];
  for (const part of value
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const [, sent, words, days] = OPENING_USE.exec(singleSpaced(part)) ?? [];
    const name = inCapitals(words ?? '');
    const action = ACTIONS.find((one) => one === name || `${one}S` === name);
    if (action === undefined) {
      const message = `${column} is such as "80 CONNECTION_REQUEST in 7 days; 20 DIRECT_MESSAGE in 1 day", not "${part}".`;
      return refuse('INVALID', message, column);
    }
    uses.push({ action, count: Number(sent), days: Number(days) });
  }
  return uses;
};

const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const HOURS = /^([A-Za-z1-7,\s-]+?) (\d{1,2}:\d\d) ?(?:-|–|to) ?(\d{1,2}:\d\d)$/i;
const LOCAL_TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** `Mon-Fri 09:00-18:00`, `1,3,5 09:00-13:00` */
const workingHours: Reader<WorkingHoursInput> = (value, column) => {
  const [, dayList = '', fromTime = '', toTime = ''] = HOURS.exec(singleSpaced(value)) ?? [];
  const days = dayList.split(',').map(daysOf);
  const [from, to] = [fromTime.padStart(5, '0'), toTime.padStart(5, '0')];
  const isRight = LOCAL_TIME.test(from) && (LOCAL_TIME.test(to) || to === '24:00');
  if (isRight && days.every((some) => some !== null)) return { days: days.flat(), from, to };
  return refuse('INVALID', `${column} are such as "Mon-Fri 09:00-18:00", not "${value}".`, column);
};

/** A day, or a span of days in the order of the week; null for neither. */
function daysOf(span: string): number[] | null {
  const [first, last = first, ...others] = span.split('-').map((one) => {
    const name = one.trim().toUpperCase();
    return /^[1-7]$/.test(name) ? Number(name) : DAYS.indexOf(name.slice(0, 3)) + 1;
  });
  if (!first || !last || last < first || others.length > 0) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const READERS = {
  clientAccount: text,
  holderName: text,
  profileUrl: text,
  tier: wordOf(LINKEDIN_TIERS),
  timeZone: (value) => zoneNamed(value) ?? value,
  holderKind: wordOf(HOLDER_KINDS),
  holderAgreedOn: day,
  externalRef: text,
  workingHours,
  limitMode: wordOf(LIMIT_MODES),
  history: wordOf(SEAT_HISTORIES),
  openingUse,
  openingPendingInvitations: count,
  warmUpStartedOn: day,
  openingCredits: count,
  creditsRenewOn: day,
  creditsPerMonth: count,
} as const satisfies { readonly [Column in SeatColumn]: Reader<unknown> };

/** What a row says, and all that can't be read in it. */
export function readSeatRow({ cells }: SeatTableRow): {
  readonly seat: SeatOfTable;
  readonly refusals: readonly Refusal[];
} {
  const seat: Record<string, unknown> = { clientAccount: null };
  const refusals: Refusal[] = [];
  for (const [column, value] of cells) {
    const read: unknown = READERS[column](value, column);
    if (read instanceof Refusal) refusals.push(read);
    else seat[column] = read;
  }
  // Each value was read by its column's reader.
  return { seat: seat as Record<string, unknown> & SeatOfTable, refusals };
}
