import type { Action } from '../../src/quota/words.js';
import { spanAt, zoneAt, type ZoneSince } from '../../src/ledger/audit/plain-calendar.js';
import { dateOf } from './plain-outside.js';

/** The rules of a seat by itself, by plain counting: it shares nothing with the core but the words. */

export interface PlainRestriction {
  readonly actions: readonly Action[] | null;
  readonly reportedAt: number;
  endsAt: number | null;
  halfCapsUntil: number | null;
}

export interface PlainSeat {
  hours: { readonly days: readonly number[]; readonly from: string; readonly to: string } | null;
  daysOff: readonly string[];
  lacks: readonly Action[];
  warmUpStartedOn: string | null;
  readonly restrictions: PlainRestriction[];
}

export function plainSeat(): PlainSeat {
  return { hours: null, daysOff: [], lacks: [], warmUpStartedOn: null, restrictions: [] };
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const IDLE_MS = 30 * DAY_MS;
const DAYS_AHEAD = 401;

interface Day {
  readonly date: string;
  readonly end: number;
  readonly timeZone: string;
}

const datesKept = new Map<string, string>();

function dayAt(zones: readonly ZoneSince[], at: number): Day {
  const { start, end } = spanAt('CALENDAR_DAY', zones, at);
  const timeZone = zoneAt('CALENDAR_DAY', zones, at);
  const key = `${timeZone} ${start}`;
  const date = datesKept.get(key) ?? dateOf(timeZone, start);
  datesKept.set(key, date);
  return { date, end, timeZone };
}

/** The first instant at or after one that the seat works at; null for none within 400 days. */
export function plainOpensAt(
  { hours, daysOff }: Pick<PlainSeat, 'hours' | 'daysOff'>,
  zones: readonly ZoneSince[],
  at: number,
): number | null {
  if (!hours) return at;
  let from = at;
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1) {
    const day = dayAt(zones, from);
    const weekday = new Date(day.date).getUTCDay() || 7;
    if (hours.days.includes(weekday) && !daysOff.includes(day.date)) {
      const opens = Math.max(from, firstShown(day, hours.from));
      if (opens < (hours.to === '24:00' ? day.end : firstShown(day, hours.to))) return opens;
    }
    from = day.end;
  }
  return null;
}

/** When the seat's next days of work begin and end, and its restrictions. */
export function plainSeatEdges(seat: PlainSeat, zones: readonly ZoneSince[], now: number): number[] {
  const ends = seat.restrictions.flatMap(({ endsAt, halfCapsUntil }) => [
    endsAt ?? now,
    halfCapsUntil ?? now,
  ]);
  const { hours } = seat;
  if (!hours) return ends;
  const edges: number[] = [];
  for (let [at, ahead] = [now, 0]; ahead < 3; ahead += 1) {
    const day = dayAt(zones, at);
    edges.push(firstShown(day, hours.from), hours.to === '24:00' ? day.end : firstShown(day, hours.to));
    at = day.end;
  }
  return [...ends, ...edges];
}

const shownKept = new Map<string, number>();

/** The first minute at which the clock on the wall shows a time of a day, or later: it is looked at minute by minute. */
function firstShown({ date, end, timeZone }: Day, time: string): number {
  const key = `${date} ${time} ${timeZone}`;
  const known = shownKept.get(key);
  if (known !== undefined) return known;
  const [hour, minute] = time.split(':').map(Number);
  // No day begins earlier than a day and a half before its hour, nor does a clock jump by more than a day.
  let at = end - DAY_MS - 2 * 60 * MINUTE_MS + (hour! * 60 + minute! - 200) * MINUTE_MS;
  while (at < end && wallClock(timeZone, at) < `${date} ${time}`) at += MINUTE_MS;
  shownKept.set(key, at);
  return at;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-24 09:00` */
function wallClock(timeZone: string, at: number): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });
  clocks.set(timeZone, clock);
  return clock.format(at);
}

/** How much of the recommended numbers a warm-up allows at an instant, after some sends, in per cent. */
export function plainPercent(
  startedOn: string,
  zones: readonly ZoneSince[],
  sends: readonly number[],
  at: number,
): number {
  let activeAt = startOf(startedOn, zones);
  let firstDay = startedOn;
  for (const sentAt of sends.filter((one) => one <= at).toSorted((one, other) => one - other)) {
    if (sentAt - activeAt >= IDLE_MS) firstDay = dayAt(zones, sentAt).date;
    activeAt = Math.max(activeAt, sentAt);
  }
  if (at - activeAt >= IDLE_MS) return 20;
  const days = (Date.parse(dayAt(zones, at).date) - Date.parse(firstDay)) / DAY_MS;
  return 20 + 3 * Math.max(0, days);
}

const startsKept = new WeakMap<readonly ZoneSince[], Map<string, number>>();

function startOf(date: string, zones: readonly ZoneSince[]): number {
  const kept = startsKept.get(zones) ?? new Map<string, number>();
  startsKept.set(zones, kept);
  const known = kept.get(date);
  if (known !== undefined) return known;
  let { start, end } = spanAt('CALENDAR_DAY', zones, Date.parse(date) - 2 * DAY_MS);
  while (dateOf(zoneAt('CALENDAR_DAY', zones, start), start) < date) {
    ({ start, end } = spanAt('CALENDAR_DAY', zones, end));
  }
  kept.set(date, start);
  return start;
}

export function isHalved({ restrictions }: PlainSeat, at: number): boolean {
  return restrictions.some(
    ({ endsAt, halfCapsUntil }) =>
      endsAt !== null && halfCapsUntil !== null && endsAt <= at && at < halfCapsUntil,
  );
}

/** Every instant at which a maximum of the seat can change, if some sends follow. */
export function plainMaxChanges(
  { restrictions, warmUpStartedOn }: PlainSeat,
  zones: readonly ZoneSince[],
  sends: readonly number[],
  now: number,
): number[] {
  const ends = restrictions.flatMap(({ endsAt, halfCapsUntil }) => [endsAt ?? now, halfCapsUntil ?? now]);
  if (warmUpStartedOn === null) return ends;
  const idle = [startOf(warmUpStartedOn, zones), ...sends].map((at) => at + IDLE_MS);
  const midnights: number[] = [];
  // A ramp that the last hold begins is over by then.
  for (let at = now; at < now + 35 * DAY_MS;) {
    at = spanAt('CALENDAR_DAY', zones, at).end;
    midnights.push(at);
  }
  return [...ends, ...idle, ...sends, ...midnights];
}
