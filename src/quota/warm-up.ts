import { calendarBounds, dayOf, dayStart, zoneInForce, type ZoneFrom } from './calendar.js';
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

/** The maxima of a ramp on those of a seat's policy limits that have a recommended number, as of an instant. */
export function warmUpLimits(policy: Policy, limits: readonly Limit[], warmUp: WarmUp, at: Instant): Limit[] {
  const ramp = rampOf(policy);
  if (!ramp) return [];
  const [now, ...later] = sharesFrom(ramp, warmUp, at);
  return limits.flatMap((limit): Limit[] => {
    const { recommended } = limit;
    if (limit.origin !== 'POLICY' || recommended === null) return [];
    const stepOf = ({ from, percent }: Share): MaxStep =>
      percent >= WHOLE
        ? { from, max: limit.max, origin: limit.origin }
        : { from, max: Math.ceil((recommended * percent) / WHOLE), origin: 'WARM_UP' };
    const { max, origin } = stepOf(now);
    return [{ ...limit, max, origin, later: later.map(stepOf) }];
  });
}

const WHOLE = 100;

function sharesFrom(ramp: Ramp, warmUp: WarmUp, at: Instant): [Share, ...Share[]] {
  const { zones, startedOn, resumedAt, lastSentAt } = warmUp;
  const timeZone = zoneInForce('CALENDAR_DAY', zones, at);
  const startedAt = dayStart(startedOn, timeZone);
  const idleFrom = Math.max(startedAt, lastSentAt ?? -Infinity) + ramp.idleMs;
  const beginning = { from: at, percent: ramp.firstPercent };
  // Idle for so long, it begins again with the next send: until then it stays where a ramp begins.
  if (at >= idleFrom) return [beginning];
  const isResumed = resumedAt !== null && resumedAt - startedAt >= ramp.idleMs;
  const firstDay = isResumed ? dayOf(resumedAt, timeZone) : startedOn;
  const shares: [Share, ...Share[]] = [{ from: at, percent: percentAt(ramp, zones, firstDay, at) }];
  let next = calendarBounds('CALENDAR_DAY', zones, at).end;
  while (shares.at(-1)!.percent < WHOLE && next < idleFrom) {
    shares.push({ from: next, percent: percentAt(ramp, zones, firstDay, next) });
    next = calendarBounds('CALENDAR_DAY', zones, next).end;
  }
  return [...shares, { ...beginning, from: idleFrom }];
}

function percentAt(ramp: Ramp, zones: readonly ZoneFrom[], firstDay: string, at: Instant): number {
  const { start } = calendarBounds('CALENDAR_DAY', zones, at);
  const day = dayOf(start, zoneInForce('CALENDAR_DAY', zones, at));
  // Days of the calendar: how long each of them was is of no interest.
  const days = Math.max(0, Math.round((Date.parse(day) - Date.parse(firstDay)) / DAY));
  return Math.min(WHOLE, ramp.firstPercent + ramp.percentPerDay * days);
}
