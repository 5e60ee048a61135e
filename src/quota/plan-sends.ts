import type { Ask } from './ask.js';
import { countedOn } from './decide.js';
import { maxAt, type Limit } from './limit.js';
import { needEntries, PlannedLimits } from './planned-limits.js';
import { PlannedRules } from './planned-rules.js';
import { plannedAsk } from './recommended.js';
import type { Reason } from './rule.js';
import type { Books } from './unit.js';
import { HOUR, SECOND, type Instant } from './window.js';

/** What a plan is made for. */
export interface PlanTerms {
  readonly count: number;
  readonly from: Instant;
  /** Not included. */
  readonly until: Instant;
  /** The seat's last send, of whatever kind; null where there was none of late. */
  readonly lastSentAt: Instant | null;
  /** Recommended between two actions of a seat, from an instant on. */
  readonly gapSecondsAt: (at: Instant) => number;
  /**
   * For so long after a planned send nothing but the counters and the credits can tell that it was sent; behind that a
   * warm-up goes by it, and an invitation is judged. Infinity where neither is.
   */
  readonly steadyMs: number;
}

export interface SendPlan {
  readonly slots: readonly Instant[];
  /** What stops the first that does not fit; null where all do. */
  readonly binding: Reason | null;
}

/**
 * Instants for some sends, at the recommended pace and within all rules as they stand, as if each were committed at its
 * instant, nobody answered, and each hold that there is were committed at its last moment. Never over a recommended number.
 * `asked` is the request as some planned sends leave it. Yields behind each of them. Throws EntriesNeeded where the books were not
 * given the charges that it takes.
 */
export function* planSends(
  asked: (slots: readonly Instant[]) => Ask,
  books: Books,
  now: Instant,
  terms: PlanTerms,
): Generator<void, SendPlan> {
  const first = plannedAsk(asked([]));
  const limits = countedOn(first);
  needEntries(limits, books, terms.count);
  const paceAt = (at: Instant): number => paceOf(limits, terms.gapSecondsAt(at) * SECOND, at);
  const slots: Instant[] = [];
  const planned = new PlannedLimits(books, terms.count);
  const rules = new PlannedRules(first, planned, books, now);
  const goneAt = (terms.lastSentAt ?? -Infinity) + terms.gapSecondsAt(now) * SECOND;
  let earliest = Math.max(now, terms.from, goneAt);
  while (slots.length < terms.count) {
    let slot = rules.together().admitsFrom(earliest);
    if (!rules.holdAt(slot ?? Infinity, terms.steadyMs)) {
      rules.ask(plannedAsk(asked(slots)), slots.at(-1));
      slot = rules.together().admitsFrom(earliest);
    }
    if (slot === null || slot >= terms.until) {
      const pace = paceAt(slots.at(-1) ?? earliest);
      return { slots, binding: bindingOf(rules.reasonsAt(earliest), pace, slot) };
    }
    slots.push(slot);
    const sent = { action: first.action, noted: first.noted, campaignId: null, at: slot };
    planned.send(sent);
    rules.send(sent);
    earliest = slot + paceAt(slot);
    yield;
  }
  return { slots, binding: null };
}

/** Longest window of a burst: within it a plan goes evenly, so that nothing waits for room that others took at once. */
const BURST = HOUR;

/** How long after a send the next one goes out at the earliest: the gap, and what spreads a burst. */
export function paceOf(limits: readonly Limit[], gap: number, at: Instant): number {
  return limits.reduce((pace, limit) => {
    const { window } = limit.counter;
    const max = maxAt(limit, at);
    if (window.kind !== 'ROLLING' || window.seconds * SECOND > BURST || max === 0) return pace;
    return Math.max(pace, Math.ceil((window.seconds * SECOND) / max));
  }, gap);
}

/** What stands in the way, of what is said against it. */
export function bindingOf([reason]: readonly Reason[], pace: number, slot: Instant | null): Reason {
  // Every rule admits, but not before the plan's end: the pace alone stands in the way.
  return reason ?? { code: 'TOO_SOON', facts: { seconds: pace / SECOND }, limit: null, retryAt: slot };
}
