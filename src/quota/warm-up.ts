import { calendarBounds, calendarDays, dayStart, zoneInForce, type ZoneFrom } from './calendar.js';
import type { Limit, MaxStep } from './limit.js';
import type { Policy } from './policy/index.js';
import { DAY, type Instant } from './window.js';

/** The ramp of a new or long idle seat: lower maxima that grow at each of the seat's midnights. */

/** What a ramp follows from. */
export interface WarmUp {
  /** `2026-11-24`, in the seat's zone. */
  readonly startedOn: string;
  /** The first send after the seat was idle for so long that the ramp begins again; null where there is none of late. */
  readonly resumedAt: Instant | null;
  /** Null where nothing was sent for that long. */
  readonly lastSentAt: Instant | null;
  /** When the live holds of the seat expire, of whichever action: each may be sent until then. */
  readonly heldUntil: readonly Instant[];
  /** The seat's, oldest first. */
  readonly zones: readonly ZoneFrom[];
}

/** The numbers of a ramp; null where a policy has none. */
interface Ramp {
  readonly firstPercent: number;
  readonly percentPerDay: number;
  readonly idleMs: number;
}

/** For how long nothing is to be sent before a ramp begins again; null where the policy has no ramp. */
export function rampOf(policy: Policy): Ramp | null {
  const numberOf = (kind: string): number | null => {
    const rule = policy.rules.find((one) => one.kind === kind);
    return rule?.recommended ?? rule?.ceiling ?? null;
  };
  const firstPercent = numberOf('WARM_UP');
  const percentPerDay = numberOf('WARM_UP_PER_DAY');
  const idleDays = numberOf('WARM_UP_AGAIN');
  if (firstPercent === null || percentPerDay === null || idleDays === null) return null;
  return { firstPercent, percentPerDay, idleMs: idleDays * DAY };
}

/** Shares of the recommended numbers from instants on, in order; the first is that of `at`. */
interface Share {
  readonly from: Instant;
  readonly percent: number;
}

/**
 * The maxima of a ramp on those of a seat's policy limits that have a recommended number, as of an instant. What is held
 * and lapses was never sent; what is held and committed at its last moment ends an idleness, or puts it off.
 */
export function warmUpLimits(policy: Policy, limits: readonly Limit[], warmUp: WarmUp, at: Instant): Limit[] {
  const ramp = rampOf(policy);
  if (!ramp) return [];
  const sends = warmUp.heldUntil.map((expiresAt) => expiresAt - 1).toSorted((one, other) => one - other);
  const [now, ...later] = sharesFrom(ramp, warmUp, [], at);
  const ifCommitted = sends.length === 0 ? null : [...sharesFrom(ramp, warmUp, sends, at)].slice(1);
  return limits.filter(isWarmedUp).map((limit): Limit => {
    const steps = (shares: readonly Share[]): MaxStep[] => shares.map((share) => stepOf(limit, share));
    const warming = { ...limit, ...maxOf(limit, now!), later: steps(later) };
    return ifCommitted ? { ...warming, laterIfCommitted: steps(ifCommitted) } : warming;
  });
}

/** The same for whoever looks at that instant alone, and asks for nothing that time makes of it. */
export function warmUpLimitsAt(
  policy: Policy,
  limits: readonly Limit[],
  warmUp: WarmUp,
  at: Instant,
): Limit[] {
  const ramp = rampOf(policy);
  if (!ramp) return [];
  const [now] = sharesFrom(ramp, warmUp, [], at);
  return limits.filter(isWarmedUp).map((limit) => ({ ...limit, ...maxOf(limit, now!) }));
}

const WHOLE = 100;

function isWarmedUp({ origin, recommended }: Limit): boolean {
  return origin === 'POLICY' && recommended !== null;
}

function maxOf({ max, origin, recommended }: Limit, { percent }: Share): Pick<Limit, 'max' | 'origin'> {
  if (percent >= WHOLE) return { max, origin };
  return { max: Math.ceil(((recommended ?? 0) * percent) / WHOLE), origin: 'WARM_UP' };
}

function stepOf(limit: Limit, share: Share): MaxStep {
  return { from: share.from, ...maxOf(limit, share) };
}

/** All that becomes of a ramp from an instant on, if some sends follow, in order, and nothing after them; found as it is asked for. */
function* sharesFrom(
  ramp: Ramp,
  warmUp: WarmUp,
  sends: readonly Instant[],
  at: Instant,
): Generator<Share, void> {
  const { zones, startedOn, resumedAt } = warmUp;
  const startedAt = startOf(startedOn, zones);
  const isResumed = resumedAt !== null && resumedAt - startedAt >= ramp.idleMs;
  let firstDay = isResumed ? dateAt(zones, resumedAt) : startedOn;
  let lastSentAt = Math.max(startedAt, warmUp.lastSentAt ?? -Infinity);
  let from = at;
  for (const sentAt of [...sends, Infinity]) {
    const idleFrom = lastSentAt + ramp.idleMs;
    if (sentAt >= idleFrom) {
      if (from < idleFrom) yield* growing(ramp, zones, firstDay, { from, until: idleFrom });
      // It begins again with the next send: until then it stays where a ramp begins.
      yield { from: Math.max(from, idleFrom), percent: ramp.firstPercent };
      if (sentAt === Infinity) return;
      from = sentAt;
      firstDay = dateAt(zones, sentAt);
    }
    lastSentAt = Math.max(lastSentAt, sentAt);
  }
}

/** A change of zone takes effect within a day and some hours, and may show a date once more. */
const ZONE_SETTLES_MS = 3 * DAY;

/** The shares of a ramp in a span: one at its beginning and at each midnight that may change it, up to the whole. */
function* growing(
  ramp: Ramp,
  zones: readonly ZoneFrom[],
  firstDay: string,
  { from, until }: { readonly from: Instant; readonly until: Instant },
): Generator<Share, void> {
  const settledFrom = zones.at(-1)!.from + ZONE_SETTLES_MS;
  // Before its first day, in whichever zone that begins, a ramp stays where it begins: that may be for decades.
  const growsFrom = Date.parse(firstDay) - ZONE_SETTLES_MS;
  let percent = 0;
  for (let next = from; next < until && (next < settledFrom || percent < WHOLE);) {
    percent = percentOn(ramp, firstDay, dateAt(zones, next));
    yield { from: next, percent };
    next = calendarBounds('CALENDAR_DAY', zones, Math.max(next, growsFrom)).end;
  }
}

function percentOn(ramp: Ramp, firstDay: string, day: string): number {
  // Days of the calendar: how long each of them was is of no interest.
  const days = Math.max(0, Math.round((Date.parse(day) - Date.parse(firstDay)) / DAY));
  return Math.min(WHOLE, ramp.firstPercent + ramp.percentPerDay * days);
}

/** The day of the scope's calendar at an instant: where the clock goes back over midnight, the one that has begun. */
function dateAt(zones: readonly ZoneFrom[], at: Instant): string {
  return calendarDays(zones, at).next().value.date;
}

/** When a day begins in the zone of that time: the same whenever it is asked, whatever zone follows. */
function startOf(day: string, zones: readonly ZoneFrom[]): Instant {
  return dayStart(day, zoneInForce('CALENDAR_DAY', zones, Date.parse(day) + DAY / 2));
}
