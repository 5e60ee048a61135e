import type { Ask } from './ask.js';
import { countedOn, EntriesNeeded, rulesOf } from './decide.js';
import { maxAt, stepsAhead, type Limit, type MaxStep } from './limit.js';
import type { LiveHold } from './book.js';
import { firstAdmitted, reasonsAt, type Reason, type Rule } from './rule.js';
import { entriesForPlan } from './rules/limit.rule.js';
import type { Books } from './unit.js';
import { HOUR, SECOND, type Instant } from './window.js';

/** What a plan is made for. */
export interface PlanTerms {
  readonly count: number;
  readonly from: Instant;
  /** Not included. */
  readonly until: Instant;
  /** Recommended between two actions of a seat, from an instant on. */
  readonly gapSecondsAt: (at: Instant) => number;
}

export interface SendPlan {
  readonly slots: readonly Instant[];
  /** What stops the first that does not fit; null where all do. */
  readonly binding: Reason | null;
}

/**
 * Instants for some sends, at the recommended pace and within all rules as they stand, as if each were committed at its
 * instant and each hold that there is at its last moment. Never over a recommended number. `holdAt` notes a planned send in
 * the books, which are the plan's own, and `asked` is asked again behind it: a warm-up goes by what is sent. Throws
 * EntriesNeeded where the books were not given all charges of their windows.
 */
export function planSends(
  asked: () => Ask,
  books: Books,
  now: Instant,
  terms: PlanTerms,
  holdAt: (hold: LiveHold) => void,
): SendPlan {
  let ask = plannedAsk(asked());
  const { action, noted } = ask;
  const limits = countedOn(ask);
  const needs = limits.flatMap((limit) => entriesForPlan(limit, books(limit.scope)) ?? []);
  if (needs.length > 0) throw new EntriesNeeded(needs);
  const paceAt = (at: Instant): number => paceOf(limits, terms.gapSecondsAt(at) * SECOND, at);
  const slots: Instant[] = [];
  let earliest = Math.max(now, terms.from, lastSentAt(limits, books) + terms.gapSecondsAt(now) * SECOND);
  while (slots.length < terms.count) {
    const rules = rulesOf({ ask, books, at: now }, 'COMMIT');
    const slot = firstAdmitted(rules, earliest);
    if (slot === null || slot >= terms.until) {
      const pace = paceAt(slots.at(-1) ?? earliest);
      return { slots, binding: bindingOf(rules, earliest, { planned: slots.length, pace, slot }) };
    }
    slots.push(slot);
    // A hold that is committed at its last moment counts at this very instant.
    holdAt({ action, noted, expiresAt: slot + 1 });
    earliest = slot + paceAt(slot);
    ask = plannedAsk(asked());
  }
  return { slots, binding: null };
}

/** As it is planned: to the recommended numbers, and to the usual hours as if the seat had set them itself. */
function plannedAsk(asked: Ask): Ask {
  const { hours, later, pending } = asked;
  return {
    ...asked,
    limits: asked.limits.map(recommendedLimit),
    ...(pending && { pending: pending.map(recommendedLimit) }),
    ...(hours && { hours: { ...hours, areOwn: true } }),
    ...(later && { later: later.map(({ from, ask }) => ({ from, ask: plannedAsk(ask) })) }),
  };
}

/** What no plan goes over. */
function recommendedLimit(limit: Limit): Limit {
  const { max, recommended } = limit;
  const lower = (most: number, least: number | null): number => Math.min(most, least ?? most);
  const lowered = (step: MaxStep): MaxStep => {
    const least = step.recommended === undefined ? recommended : step.recommended;
    return { ...step, max: lower(step.max, least) };
  };
  // A plan holds that all that is held will be sent.
  const later = stepsAhead(limit, 'COMMIT').map(lowered);
  const { later: _later, laterIfCommitted: _laterIfCommitted, ...now } = limit;
  return { ...now, max: lower(max, recommended), ...(later.length > 0 && { later }) };
}

/** Longest window of a burst: within it a plan goes evenly, so that nothing waits for room that others took at once. */
const BURST = HOUR;

function paceOf(limits: readonly Limit[], gap: number, at: Instant): number {
  return limits.reduce((pace, limit) => {
    const { window } = limit.counter;
    const max = maxAt(limit, at);
    if (window.kind !== 'ROLLING' || window.seconds * SECOND > BURST || max === 0) return pace;
    return Math.max(pace, Math.ceil((window.seconds * SECOND) / max));
  }, gap);
}

/** The seat's last action, as far as the counters of the plan know it; the one of all actions knows it whichever it was. */
function lastSentAt(limits: readonly Limit[], books: Books): Instant {
  return limits
    .filter(({ scope }) => scope.kind === 'SEAT')
    .reduce((last, { scope, counter }) => {
      const entry = books(scope).entriesOf(counter)?.entries.at(-1);
      return Math.max(last, entry?.at ?? -Infinity);
    }, -Infinity);
}

function bindingOf(
  rules: readonly Rule[],
  at: Instant,
  { planned, pace, slot }: { readonly planned: number; readonly pace: number; readonly slot: Instant | null },
): Reason {
  const [reason] = reasonsAt(rules, at);
  // Every rule admits, but not before the plan's end: the pace alone stands in the way.
  if (!reason) return { code: 'TOO_SOON', facts: { seconds: pace / SECOND }, limit: null, retryAt: slot };
  return reason.limit ? { ...reason, facts: { planned } } : reason;
}
