import { calendarBounds, type CalendarBounds } from '../quota/calendar.js';
import { counterOf } from '../quota/counter.js';
import {
  areSeveralTools,
  holdsExpiredAt,
  isSpike,
  LAPSED_HOLDS_MIN,
  SPIKE_MEAN_DAYS,
  SPIKE_OVER,
} from '../quota/day-alert.js';
import type { Facts } from '../quota/rule.js';
import { DAY, rolling, SECOND, type Instant } from '../quota/window.js';
import { ACTIONS } from '../quota/words.js';
import type { Desk } from './desk.js';
import { Missing, scopeName } from './loaded.js';
import { dayName, hoursOfDay, type DayAlertKind, type DayFacts, type DayQuestion } from './seat-days.js';
import type { Standing } from './standing.js';

/** All that a seat did in 24 hours: at least what it did in its day so far. */
const ALL_OF_A_DAY = counterOf(ACTIONS, false, rolling(DAY / SECOND));

/** Raises what is due of the days of the seats that a pass wrote of. Throws Missing where it takes a look at the books. */
export function raiseDayAlerts(desk: Desk): void {
  for (const seatId of desk.seatsWritten()) {
    const charges = desk.writes.charges.filter((charge) => charge.seat_id === seatId);
    raiseOfDay(desk, seatId, charges.length > 0);
  }
}

/** The same for one seat; `isCharged` says whether anything was charged to it. Each kind is told once a day. */
export function raiseOfDay(desk: Desk, seatId: string, isCharged: boolean): void {
  const standing = desk.loaded.standings.get(seatId);
  if (!standing) return;
  const day = calendarBounds('CALENDAR_DAY', standing.zones.seat, desk.at);
  const kinds: DayAlertKind[] = [
    ...(mayHaveLapsed(desk, seatId, day) ? (['HOLDS_EXPIRED'] as const) : []),
    ...(isCharged && mayBeSpike(desk, seatId) ? (['ACTIVITY_SPIKE'] as const) : []),
    ...(sourcesWritten(desk, seatId).length > 0 ? (['SEVERAL_TOOLS'] as const) : []),
  ];
  const told = desk.told({ kind: 'SEAT', id: seatId });
  const questions = kinds
    .filter((kind) => !told.isToldOn(kind, desk.at))
    .map((kind): DayQuestion => ({ agencyId: desk.agencyId, seatId, kind, start: day.start, at: desk.at }));
  const missing = questions.filter((question) => !desk.loaded.days.has(dayName(question)));
  if (missing.length > 0) throw new Missing([], [], [], missing);
  for (const question of questions) {
    const due = DUE[question.kind](desk, question, desk.loaded.days.get(dayName(question))!);
    if (due) tell(desk, standing, question.kind, day, due);
  }
}

interface Due {
  readonly at: Instant;
  readonly facts: Facts;
}

const DUE: Record<DayAlertKind, (desk: Desk, question: DayQuestion, facts: DayFacts) => Due | null> = {
  HOLDS_EXPIRED: (_, __, { held, lapsedAt }) => {
    const at = holdsExpiredAt(held, lapsedAt);
    return at === null ? null : { at, facts: { lapsed: lapsedAt.length, held } };
  },
  ACTIVITY_SPIKE: ({ writes, at }, question, facts) => {
    const hours = hoursOfDay(question);
    const ofSeat = writes.charges.filter(({ seat_id }) => seat_id === question.seatId);
    const sum = (from: Instant, until: Instant): number =>
      ofSeat
        .filter(({ effective_at: sentAt }) => sentAt >= from && sentAt < until)
        .reduce((total, { count }) => total + count, 0);
    const today = facts.today + sum(hours.today, Infinity);
    const before = facts.before + sum(hours.from, hours.today);
    if (!isSpike(today, before)) return null;
    return { at, facts: { today, mean: Math.round(before / SPIKE_MEAN_DAYS) } };
  },
  SEVERAL_TOOLS: (desk, { seatId, at }, facts) => {
    const sources = new Set([...facts.sources, ...sourcesWritten(desk, seatId)]).size;
    return areSeveralTools(sources) ? { at, facts: { sources } } : null;
  },
};

function tell(desk: Desk, standing: Standing, kind: DayAlertKind, day: CalendarBounds, due: Due): void {
  const { seatId, clientAccountId } = standing;
  // Opened, so that its state is written with what is told.
  desk.book({ kind: 'SEAT', id: seatId });
  desk.told({ kind: 'SEAT', id: seatId }).tellUntil(kind, day.end);
  desk.raise({ kind, seatId, clientAccountId, ...due });
}

/** Holds that lapsed are read with the live ones: those who have too few need no other look. */
function mayHaveLapsed(desk: Desk, seatId: string, { start }: CalendarBounds): boolean {
  const holds = desk.loaded.holds.get(scopeName({ kind: 'SEAT', id: seatId })) ?? [];
  const lapsed = holds.filter(({ expiresAt }) => expiresAt >= start && expiresAt <= desk.at);
  return lapsed.length >= LAPSED_HOLDS_MIN;
}

/** A seat that is known to have done little needs no look at its hours. */
function mayBeSpike(desk: Desk, seatId: string): boolean {
  const tally = desk.book({ kind: 'SEAT', id: seatId }).tallyIfOpen(ALL_OF_A_DAY);
  return tally === undefined || tally.used > SPIKE_OVER;
}

/** The tools that new records of a seat name. */
function sourcesWritten({ writes }: Desk, seatId: string): string[] {
  return writes.charges.flatMap((charge) =>
    charge.seat_id === seatId && charge.source_id !== null ? [charge.source_id] : [],
  );
}
