import { calendarBounds, type CalendarBounds } from '../../quota/calendar.js';
import { counterOf, isRolling, type Scope } from '../../quota/counter.js';
import {
  areSeveralTools,
  holdsExpiredAt,
  IDLE_DAYS,
  idleFrom,
  isSpike,
  LAPSED_HOLDS_MIN,
  mayBeTooMany,
  SPIKE_MEAN_DAYS,
  SPIKE_OVER,
} from '../../quota/day-alert.js';
import type { Facts } from '../../quota/rule.js';
import { DAY, MINUTE, rolling, SECOND, type Instant } from '../../quota/window.js';
import { ACTIONS } from '../../quota/words.js';
import type { Desk } from '../desk.js';
import { Missing } from '../reading/needs.js';
import { scopeName } from '../reading/names.js';
import {
  DAY_ALERT_KINDS,
  dayName,
  meanFrom,
  type DayAlertKind,
  type DayFacts,
  type DayQuestion,
} from './seat-days.js';
import type { Standing } from '../reading/standing.js';
import { tallyFromJson, type ToldOnce } from '../books/state.js';

/** All that a seat did in 24 hours: at least what it did in its day so far. */
const ALL_OF_A_DAY = counterOf(ACTIONS, false, rolling(DAY / SECOND));

/** Raises what is due of the days of the seats that a pass wrote of. Throws Missing where it takes a look at the books. */
export function raiseDayAlerts(desk: Desk): void {
  raiseOfDays(desk, [...desk.seatsWritten()], (seatId) => desk.writes.chargesOf(seatId).length > 0);
}

/**
 * The same for some seats; `isCharged` says whether anything was charged to one. What it takes to tell is asked for all of
 * them at once: seat by seat each would cost a round trip, and a pass.
 */
export function raiseOfDays(
  desk: Desk,
  seatIds: readonly string[],
  isCharged: (seatId: string) => boolean,
): void {
  const missing = seatIds.flatMap((seatId) => raiseOrAsk(desk, seatId, isCharged(seatId)));
  if (missing.length > 0) throw new Missing([], [], [], missing);
}

/** Each kind is told once a day. Answers what has to be looked up first, and then nothing is told. */
function raiseOrAsk(desk: Desk, seatId: string, isCharged: boolean): readonly DayQuestion[] {
  const standing = desk.loaded.standings.get(seatId);
  if (!standing) return [];
  const kinds = kindsToLookAt(desk, standing, isCharged);
  if (kinds.length === 0) return [];
  const day = calendarBounds('CALENDAR_DAY', standing.zones.seat, desk.at);
  const { agencyId, clientAccountId } = standing;
  const questions = kinds
    .map((kind): DayQuestion => ({
      ...{ agencyId, seatId, clientAccountId, kind },
      ...{ start: day.start, at: desk.at },
    }))
    .filter((question) => !isQuiet(desk, question));
  const missing = questions.filter((question) => !desk.loaded.days.has(dayName(question)));
  if (missing.length > 0) return missing;
  for (const question of questions) {
    const facts = desk.loaded.days.get(dayName(question))!;
    if (question.kind === 'SEAT_IDLE') tellIdle(desk, standing, facts);
    else tellOfDay(desk, standing, question, { day, due: DUE[question.kind](desk, question, facts) });
  }
  return [];
}

interface Due {
  readonly at: Instant;
  readonly facts: Facts;
}

const DUE: Record<
  Exclude<DayAlertKind, 'SEAT_IDLE'>,
  (desk: Desk, question: DayQuestion, facts: DayFacts) => Due | null
> = {
  HOLDS_EXPIRED: (_, __, { held, lapsedAt }) => {
    const at = holdsExpiredAt(held, lapsedAt);
    return at === null ? null : { at, facts: { lapsed: lapsedAt.length, held } };
  },
  ACTIVITY_SPIKE: ({ writes, at }, question, facts) => {
    const sum = (from: Instant, until: Instant): number =>
      writes
        .chargesOf(question.seatId)
        .filter(({ effective_at: sentAt }) => sentAt >= from && sentAt < until)
        .reduce((total, { count }) => total + count, 0);
    const today = facts.today + sum(question.start, Infinity);
    const before = facts.before + sum(meanFrom(question.start), question.start);
    if (!isSpike(today, before)) return null;
    return { at, facts: { today, mean: Math.round(before / SPIKE_MEAN_DAYS) } };
  },
  SEVERAL_TOOLS: (desk, question, facts) => {
    const sources = new Set([...facts.sources, ...sourcesWritten(desk, question)]).size;
    return areSeveralTools(sources) ? { at: question.at, facts: { sources } } : null;
  },
};

function tellOfDay(
  desk: Desk,
  standing: Standing,
  { kind }: DayQuestion,
  { day, due }: { readonly day: CalendarBounds; readonly due: Due | null },
): void {
  if (!due) return;
  const { seatId, clientAccountId } = standing;
  // Opened, so that its state is written with what is told.
  desk.book({ kind: 'SEAT', id: seatId });
  desk.told({ kind: 'SEAT', id: seatId }).tellUntil(toldAs(kind, standing), day.end);
  desk.raise({ kind, seatId, clientAccountId, ...due });
}

/** Of its own holds and tools each client account is told, also on the day on which the one that the seat left was told. */
function toldAs(kind: DayAlertKind, { clientAccountId }: Standing): ToldOnce {
  return kind === 'HOLDS_EXPIRED' || kind === 'SEVERAL_TOOLS' ? `${kind} ${clientAccountId}` : kind;
}

/** Told once of each time that it did nothing: remembered by the instant at which that was too long. */
function tellIdle(desk: Desk, { seatId, clientAccountId, assignments }: Standing, facts: DayFacts): void {
  // A seat that came to another client account has been idle there since then at most.
  let lastAt = Math.max(facts.lastAt ?? 0, assignments.at(-1)?.from ?? 0);
  // What is told of now may have been done long ago.
  const sentAt = desk.writes.chargesOf(seatId).map(({ effective_at }) => effective_at);
  for (const at of sentAt.toSorted((one, other) => one - other)) {
    if (at <= idleFrom(lastAt)) lastAt = Math.max(lastAt, at);
  }
  const at = idleFrom(lastAt);
  const told = desk.told({ kind: 'SEAT', id: seatId });
  if (at > desk.at || told.toldUntil('SEAT_IDLE') >= at) return;
  desk.book({ kind: 'SEAT', id: seatId });
  told.tellUntil('SEAT_IDLE', at);
  desk.raise({ kind: 'SEAT_IDLE', seatId, clientAccountId, facts: { days: IDLE_DAYS }, at });
}

/**
 * Whether a seat may have done nothing for too long. Its counters are kept as of an instant at which it was looked at, and
 * with the first charge in them: a seat that was looked at, or did something, of late needs no look at its charges.
 */
function mayHaveBeenIdle(desk: Desk, { seatId, status, assignments }: Standing): boolean {
  if (status !== 'ACTIVE') return false;
  const seat: Scope = { kind: 'SEAT', id: seatId };
  const kept = tallyFromJson(ALL_OF_A_DAY, desk.loaded.states.get(scopeName(seat)));
  const known = kept && isRolling(kept) ? Math.max(kept.tail + DAY, kept.first ?? 0) : 0;
  const idleAt = idleFrom(Math.max(known, assignments.at(-1)?.from ?? 0));
  return idleAt <= desk.at && desk.told(seat).toldUntil('SEAT_IDLE') < idleAt;
}

/** What may be due, as far as it can be told from what was read anyway: nothing, of nearly all requests. */
function kindsToLookAt(desk: Desk, standing: Standing, isCharged: boolean): DayAlertKind[] {
  const { seatId } = standing;
  const told = desk.told({ kind: 'SEAT', id: seatId });
  const mayBe: Record<DayAlertKind, () => boolean> = {
    HOLDS_EXPIRED: () => lapsedHolds(desk, seatId) >= LAPSED_HOLDS_MIN,
    ACTIVITY_SPIKE: () => isCharged && (activityOf(desk, seatId) ?? Infinity) > SPIKE_OVER,
    SEVERAL_TOOLS: () => sourcesWritten(desk, standing).length > 0,
    SEAT_IDLE: () => mayHaveBeenIdle(desk, standing),
  };
  return DAY_ALERT_KINDS.filter(
    (kind) => (kind === 'SEAT_IDLE' || !told.isToldOn(toldAs(kind, standing), desk.at)) && mayBe[kind](),
  );
}

/** Whether somebody looked today already, and nothing came since that could make it due. */
function isQuiet(desk: Desk, question: DayQuestion): boolean {
  const { kind, seatId, start } = question;
  const name = dayName({ kind, seatId });
  const look = desk.loaded.looks.get(name);
  if (look?.start !== start || desk.loaded.days.has(name)) return false;
  const { held, before, sources } = look.facts;
  switch (kind) {
    case 'HOLDS_EXPIRED':
      // By time alone: once a minute of the books is often enough.
      return minuteOf(desk.at) === minuteOf(look.at) || !mayBeTooMany(lapsedHolds(desk, seatId), held);
    case 'ACTIVITY_SPIKE':
      return !isSpike(activityOf(desk, seatId) ?? Infinity, before);
    case 'SEVERAL_TOOLS':
      return sourcesWritten(desk, question).every((source) => sources.includes(source));
    case 'SEAT_IDLE':
      return false;
  }
}

/** The holds of a seat that lapsed in its day, or not long before. */
function lapsedHolds(desk: Desk, seatId: string): number {
  const holds = desk.loaded.holds.get(scopeName({ kind: 'SEAT', id: seatId })) ?? [];
  return holds.filter(({ expiresAt }) => expiresAt <= desk.at).length;
}

/** What a seat did in 24 hours, this pass included; undefined where nobody counted it. */
function activityOf(desk: Desk, seatId: string): number | undefined {
  return desk.book({ kind: 'SEAT', id: seatId }).tallyIfOpen(ALL_OF_A_DAY)?.used;
}

/** The tools that new records of a seat name, of the client account that has it. */
function sourcesWritten(
  { writes }: Desk,
  { seatId, clientAccountId }: Pick<Standing, 'seatId' | 'clientAccountId'>,
): string[] {
  return writes
    .chargesOf(seatId)
    .filter((charge) => charge.client_account_id === clientAccountId)
    .flatMap(({ source_id: sourceId }) => sourceId ?? []);
}

function minuteOf(at: Instant): number {
  return Math.floor(at / MINUTE);
}
