import type { Ask } from './ask.js';
import { countedOn, EntriesNeeded, rulesOf } from './decide.js';
import { stepsAhead, type Limit, type MaxStep } from './limit.js';
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
  /** Recommended between two actions of a seat. */
  readonly gapSeconds: number;
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
  const pace = paceOf(limits, terms.gapSeconds * SECOND);
  const slots: Instant[] = [];
  const rules = new PlannedRules(first, books, now);
  let earliest = Math.max(now, terms.from, lastSentAt(limits, books) + terms.gapSeconds * SECOND);
  while (slots.length < terms.count) {
    let slot = rules.firstAdmitted(earliest);
    if (!rules.holdAt(slot ?? Infinity, terms.steadyMs)) {
      rules.ask(plannedAsk(asked(slots)), slots);
      slot = rules.firstAdmitted(earliest);
    }
    if (slot === null || slot >= terms.until) {
      return { slots, binding: bindingOf(rules.all(), earliest, pace, slot) };
    }
    slots.push(slot);
    rules.send(slot);
    earliest = slot + pace;
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
    const others = { ...ask, limits: [], pending: null, credits: null };
    this.others = rulesOf({ ask: others, books, at: now }, 'COMMIT');
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
    this.credits?.begin(at);
    return firstAdmitted(this.all(), at);
  }

  all(): Rule[] {
    return [...this.others, ...(this.credits ? [this.credits] : []), ...this.limits];
  }
}

/** As it is planned: to the recommended numbers, and to the usual hours as if the seat had set them itself. */
export function plannedAsk(asked: Ask): Ask {
  const limits = asked.limits.map(recommendedLimit);
  const planned = { ...asked, limits, pending: asked.pending ? recommendedLimit(asked.pending) : null };
  return asked.hours ? { ...planned, hours: { ...asked.hours, areOwn: true } } : planned;
}

/** What no plan goes over. */
function recommendedLimit(limit: Limit): Limit {
  const { recommended } = limit;
  if (recommended === null) return limit;
  const lowered = ({ from, max, origin }: MaxStep): MaxStep => ({
    from,
    max: Math.min(max, recommended),
    origin,
  });
  // A plan holds that all that is held will be sent.
  const later = stepsAhead(limit, 'COMMIT').map(lowered);
  const { laterIfCommitted: _laterIfCommitted, ...now } = limit;
  return { ...now, max: Math.min(limit.max, recommended), later };
}

/** Longest window of a burst: within it a plan goes evenly, so that nothing waits for room that others took at once. */
const BURST = HOUR;

function paceOf(limits: readonly Limit[], gap: number): number {
  return limits.reduce((pace, { counter: { window }, max }) => {
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
