/** Dates of the export: what is written, and every instant that it can mean. */

/** How far from the written time, read as if it were UTC, the true instant can lie. */
interface Spread {
  readonly beforeMs: number;
  readonly afterMs: number;
}

/**
 * A written date. `wallMs` is what it says, as epoch milliseconds as if in UTC: two dates of one column are in
 * the same zone, whichever it is, so the order of two rows is the order of their `wallMs`.
 */
export interface ExportDate {
  readonly wallMs: number;
  readonly spread: Spread;
}

/** The possible instants of a date, in epoch milliseconds. */
export interface InstantRange {
  /** The instant to count at: the latest possible one that is not after the import. */
  readonly at: number;
  readonly earliest: number;
  readonly latest: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Zones go from UTC−12 to UTC+14: the same wall time comes 14 hours early in the east, 12 late in the west. */
const ZONE_EAST_MS = 14 * HOUR_MS;
const ZONE_WEST_MS = 12 * HOUR_MS;

type Precision = 'day' | 'minute' | 'second' | 'millisecond';

// UTC with seconds is the most exact that LinkedIn writes. It is taken as the second's start, not as a range:
// a range of 999 ms would only make an exact date look uncertain.
const SPREAD_UTC: Readonly<Record<Precision, Spread>> = {
  day: { beforeMs: 0, afterMs: DAY_MS - 1 },
  minute: { beforeMs: 0, afterMs: MINUTE_MS - 1 },
  second: { beforeMs: 0, afterMs: 0 },
  millisecond: { beforeMs: 0, afterMs: 0 },
};
const SPREAD_UNZONED: Readonly<Record<Precision, Spread>> = {
  day: { beforeMs: ZONE_EAST_MS, afterMs: ZONE_WEST_MS + DAY_MS - 1 },
  minute: { beforeMs: ZONE_EAST_MS, afterMs: ZONE_WEST_MS + MINUTE_MS - 1 },
  second: { beforeMs: ZONE_EAST_MS, afterMs: ZONE_WEST_MS + SECOND_MS - 1 },
  millisecond: { beforeMs: ZONE_EAST_MS, afterMs: ZONE_WEST_MS },
};

/** LinkedIn opened in May 2003: an older date is a broken one. */
const YEAR_MIN = 2003;
const YEAR_MAX = 9999;

const DATE_CHARACTERS_MAX = 40;

/** `2025-06-01 14:03:22 UTC`, `2024/02/01 15:02 UTC`, `2026-02-09 01:21:47`, `2025-06-01T14:03:22.123Z`. */
const YEAR_FIRST =
  /^(?<year>\d{4})([-/])(?<month>\d{1,2})\2(?<day>\d{1,2})(?:[T ](?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?)? ?(?<zone>UTC|GMT|Z|\+00:?00)?$/i;

/** `1/29/26, 2:37 PM`. The time is needed: a lone `05/06/23` could be May or June. */
const MONTH_FIRST =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4}|\d{2}),? (?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))? ?(?<half>[AP])?\.?(?:M\.?)? ?(?<zone>UTC|GMT)?$/i;

/** `08 Feb 2026`, and `4-Apr-21` as Excel writes it. */
const DAY_FIRST = /^(?<day>\d{1,2})\.?[- ](?<monthName>\p{L}{3,9})\.?[- ](?<year>\d{4}|\d{2})$/u;

/** English, as LinkedIn writes them, and German, in case that a localised export localises these too. */
const MONTH_NAMES: readonly (readonly string[])[] = [
  ['jan', 'january', 'januar'],
  ['feb', 'february', 'februar'],
  ['mar', 'march', 'mär', 'mrz', 'märz'],
  ['apr', 'april'],
  ['may', 'mai'],
  ['jun', 'june', 'juni'],
  ['jul', 'july', 'juli'],
  ['aug', 'august'],
  ['sep', 'sept', 'september'],
  ['oct', 'october', 'okt', 'oktober'],
  ['nov', 'november'],
  ['dec', 'december', 'dez', 'dezember'],
];

/** Reads a date in any form that the export has been seen to use. Null where it is none, or no real date. */
export function parseExportDate(text: string): ExportDate | null {
  if (text.length > DATE_CHARACTERS_MAX) return null;
  // AM and PM follow a narrow no-break space in newer exports.
  const plain = text.replace(/\s+/gu, ' ').trim();
  const groups = (YEAR_FIRST.exec(plain) ?? MONTH_FIRST.exec(plain) ?? DAY_FIRST.exec(plain))?.groups;
  if (groups === undefined) return null;
  const wallMs = wallTime(groups);
  if (wallMs === null) return null;
  const spreads = groups['zone'] === undefined ? SPREAD_UNZONED : SPREAD_UTC;
  return { wallMs, spread: spreads[precisionOf(groups)] };
}

/** Every instant that a date can mean; null when all of them lie after the import, which no export can hold. */
export function rangeOf(date: ExportDate, importedAt: number): InstantRange | null {
  const earliest = date.wallMs - date.spread.beforeMs;
  const latest = date.wallMs + date.spread.afterMs;
  return earliest > importedAt ? null : { at: Math.min(latest, importedAt), earliest, latest };
}

type Groups = Readonly<Record<string, string | undefined>>;

function precisionOf(groups: Groups): Precision {
  if (groups['fraction'] !== undefined) return 'millisecond';
  if (groups['second'] !== undefined) return 'second';
  return groups['minute'] === undefined ? 'day' : 'minute';
}

function wallTime(groups: Groups): number | null {
  const year = yearOf(groups['year'] ?? '');
  const month = groups['month'] === undefined ? monthOf(groups['monthName'] ?? '') : Number(groups['month']);
  const day = Number(groups['day']);
  const hour = hourOf(Number(groups['hour'] ?? 0), groups['half']);
  const minute = Number(groups['minute'] ?? 0);
  const second = Number(groups['second'] ?? 0);
  const millisecond = Number((groups['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
  if (hour === null || minute > 59 || second > 59 || year < YEAR_MIN || year > YEAR_MAX) return null;
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  return isDay(year, month, day) ? wallMs : null;
}

/** Whether the calendar has it: Date makes 2 March of 30 February. */
export function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function yearOf(text: string): number {
  return text.length === 2 ? 2000 + Number(text) : Number(text);
}

/** 1 to 12; 0 for a word that is no month. */
function monthOf(name: string): number {
  return MONTH_NAMES.findIndex((names) => names.includes(name.toLowerCase())) + 1;
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour <= 23 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}
