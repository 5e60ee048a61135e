import type { Ask } from './ask.js';
import { countedOn, EntriesNeeded, rulesOf } from './decide.js';
import { maxAt, stepsAhead, type Limit, type MaxStep } from './limit.js';
import { PlannedCredits } from './planned-credits.js';
import { PlannedLimit } from './planned-limit.js';
import { firstAdmitted, reasonsAt, type Reason, type Rule } from './rule.js';
import { creditsOf } from './rules/credits.rule.js';
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
 * `asked` is the request as some planned sends leave it. Throws EntriesNeeded where the books were not given all charges of
 * their windows.
 */
export function planSends(
  asked: (slots: readonly Instant[]) => Ask,
  books: Books,
  now: Instant,
  terms: PlanTerms,
): SendPlan {
  const first = plannedAsk(asked([]));
  const limits = countedOn(first);
  const needs = limits.flatMap((limit) => entriesForPlan(limit, books(limit.scope)) ?? []);
  if (needs.length > 0) throw new EntriesNeeded(needs);
  const paceAt = (at: Instant): number => paceOf(limits, terms.gapSecondsAt(at) * SECOND, at);
  const slots: Instant[] = [];
  const rules = new PlannedRules(first, books, now);
  let earliest = Math.max(now, terms.from, lastSentAt(limits, books) + terms.gapSecondsAt(now) * SECOND);
  while (slots.length < terms.count) {
    let slot = rules.firstAdmitted(earliest);
    if (!rules.holdAt(slot ?? Infinity, terms.steadyMs)) {
      rules.ask(plannedAsk(asked(slots)), slots);
      slot = rules.firstAdmitted(earliest);
    }
    if (slot === null || slot >= terms.until) {
      const pace = paceAt(slots.at(-1) ?? earliest);
      return { slots, binding: bindingOf(rules.all(), earliest, pace, slot) };
    }
    slots.push(slot);
    rules.send(slot);
    earliest = slot + paceAt(slot);
  }
  return { slots, binding: null };
}

/** All rules of a plan. Those that each send changes go along with it; the others are made anew when they are asked anew. */
class PlannedRules {
  private limits: readonly PlannedLimit[] = [];
  private readonly credits: PlannedCredits | null;
  private others: readonly Rule[] = [];
  /** The last planned send that the request was last asked with, and whether there are others since. */
  private toldUntil: Instant = -Infinity;
  private isToldAll = true;

  constructor(
    ask: Ask,
    private readonly books: Books,
    private readonly now: Instant,
  ) {
    const credits = creditsOf(ask);
    this.credits = credits && new PlannedCredits(credits, now);
    this.ask(ask, []);
  }

  ask(ask: Ask, slots: readonly Instant[]): void {
    const { books, now } = this;
    this.limits = countedOn(ask).map((limit) => new PlannedLimit(limit, books(limit.scope), slots));
    this.others = rulesOf(
      { ask: { ...ask, limits: [], pending: [], credits: null }, books, at: now },
      'COMMIT',
    );
    this.toldUntil = slots.at(-1) ?? -Infinity;
    this.isToldAll = true;
  }

  send(slot: Instant): void {
    for (const limit of this.limits) limit.send(slot);
    this.credits?.send(slot);
    this.isToldAll = false;
  }

  /** Whether what was asked still holds at an instant. */
  holdAt(at: Instant, steadyMs: number): boolean {
    return this.isToldAll || steadyMs === Infinity || at < this.toldUntil + steadyMs;
  }

  firstAdmitted(at: Instant): Instant | null {
    return firstAdmitted(this.all(), at);
  }

  all(): Rule[] {
    return [...this.others, ...(this.credits ? [this.credits] : []), ...this.limits];
  }
}

/** As it is planned: to the recommended numbers, and to the usual hours as if the seat had set them itself. */
export function plannedAsk(asked: Ask): Ask {
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

function bindingOf(rules: readonly Rule[], at: Instant, pace: number, slot: Instant | null): Reason {
  const [reason] = reasonsAt(rules, at);
  // Every rule admits, but not before the plan's end: the pace alone stands in the way.
  return reason ?? { code: 'TOO_SOON', facts: { seconds: pace / SECOND }, limit: null, retryAt: slot };
}
