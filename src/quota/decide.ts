import { entriesForUsage, entriesNeeded, type EntriesNeed } from './entries-needed.js';
import { isInForce, limitsOn, type Limit } from './limit.js';
import { pendingOn } from './pending.js';
import { during, firstAdmitted, goingOn, reasonsAt, type Reason, type Rule } from './rule.js';
import { acceptanceUnit } from './rules/acceptance.rule.js';
import { collisionUnit } from './rules/collision.rule.js';
import { creditsLeft, creditsUnit } from './rules/credits.rule.js';
import { historyUnit } from './rules/history.rule.js';
import { gapUnit } from './rules/gap.rule.js';
import { hoursUnit } from './rules/hours.rule.js';
import { limitUnit, staysOpen } from './rules/limit.rule.js';
import { pendingUnit } from './rules/pending.rule.js';
import { repeatedTextUnit } from './rules/repeated-text.rule.js';
import { personUnit } from './rules/person.rules.js';
import { restrictionUnit } from './rules/restriction.rule.js';
import { stateUnit } from './rules/state.rules.js';
import { personalUnit, placeholderUnit, textLengthUnit } from './rules/text.rules.js';
import { tierUnit } from './rules/tier.rule.js';
import type { Books, Case, HoldsWill, Unit } from './unit.js';
import type { Ask } from './ask.js';
import { remaining, taken, type Usage } from './usage.js';
import type { Instant } from './window.js';
import type { Action, Outcome } from './words.js';

/** All kinds of rules. A new one is a file of src/quota/rules, and a line here. */
const UNITS: readonly Unit[] = [
  stateUnit,
  historyUnit,
  restrictionUnit,
  tierUnit,
  hoursUnit,
  gapUnit,
  personUnit,
  collisionUnit,
  creditsUnit,
  limitUnit,
  pendingUnit,
  acceptanceUnit,
  textLengthUnit,
  placeholderUnit,
  personalUnit,
  repeatedTextUnit,
];

/** Kinds that know by themselves what versions of the policy to come will make of them: one rule for all time. */
const FOR_ALL_TIME: readonly Unit[] = [limitUnit, pendingUnit, creditsUnit];

/** Thrown where an answer has to look at charges that the books were not given. Nothing has changed by then. */
export class EntriesNeeded extends Error {
  constructor(readonly needs: readonly EntriesNeed[]) {
    super('Charges are needed to look ahead.');
  }
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Every rule that refuses, the one that binds longest first. */
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Reason[];
  readonly retryAt: Instant | null;
  readonly certainAt: Instant | null;
}

/**
 * Whether a request may go out at an instant, under all rules together. A pure function of what it is given: it reads
 * the books and changes nothing. Throws EntriesNeeded where a refusal must look ahead at charges that the books were
 * not given.
 */
export function decide(ask: Ask, books: Books, at: Instant): Verdict {
  const judged = { ask, books, at };
  const rules = rulesOf(judged, 'LAPSE');
  if (rules.every((rule) => rule.objectionAt(at) === null)) {
    const warnings = UNITS.flatMap((unit) => unit.warnings(judged));
    return { outcome: 'ALLOWED', reasons: [], warnings, retryAt: null, certainAt: null };
  }
  const limits = countedOn(ask);
  const needs = limits.flatMap((limit) => entriesNeeded(limit, books(limit.scope)) ?? []);
  if (needs.length > 0) throw new EntriesNeeded(needs);
  return {
    outcome: 'DENIED',
    reasons: reasonsAt(rules, at),
    warnings: [],
    retryAt: firstAdmitted(rules, at),
    certainAt: firstAdmitted(rulesOf(judged, 'COMMIT'), at),
  };
}

/** The instants of a refusal that lie ahead, as far as it is time that changes the answer: null where none was found. */
export function laterAnswers({ outcome, reasons, retryAt, certainAt }: Verdict): (Instant | null)[] {
  if (outcome === 'ALLOWED') return [];
  const single = reasons.flatMap((reason) => reason.retryAt ?? []);
  return single.length < reasons.length ? single : [...single, retryAt, certainAt];
}

/** All that a request is counted on: its limits, and the gauge of an invitation. */
export function countedOn(ask: Ask): Limit[] {
  return [...limitsOn(ask.limits, ask.action, ask.noted), ...pendingOn(ask)];
}

/** All rules that a request is under, those of versions of the policy to come among them, each for its own time. */
export function rulesOf(judged: Case, holdsWill: HoldsWill): Rule[] {
  const { later = [] } = judged.ask;
  if (later.length === 0) return UNITS.flatMap((unit) => unit.rules(judged, holdsWill));
  const versions = [{ from: -Infinity, ask: judged.ask }, ...later];
  return UNITS.flatMap((unit) => {
    if (FOR_ALL_TIME.includes(unit)) return unit.rules(judged, holdsWill);
    const [now = [], ...others] = versions.map(({ from, ask }, index) => {
      const until = versions[index + 1]?.from ?? Infinity;
      return unit.rules({ ...judged, ask }, holdsWill).map((rule) => during(rule, from, until));
    });
    const toCome = others.flat();
    return [...now.map((rule) => goingOn(rule, toCome)), ...toCome];
  });
}

/**
 * Each counter that a request is held to, as it stands. Throws EntriesNeeded where it takes charges to tell when the
 * window next gives room back.
 */
export function usageOf(limitsToCome: readonly Limit[], books: Books): Usage[] {
  const limits = limitsToCome.filter(isInForce);
  const needs = limits.flatMap((limit) => entriesForUsage(limit, books(limit.scope)) ?? []);
  if (needs.length > 0) throw new EntriesNeeded(needs);
  return amountsOf(limits, books);
}

/** The same, but `nextRoomAt` may be early. */
function amountsOf(limits: readonly Limit[], books: Books): Usage[] {
  return limits.map((limit) => books(limit.scope).usage(limit));
}

/** How many could be held now, and what stops the next one. */
export interface Room {
  readonly action: Action;
  readonly remaining: number;
  /** Null where only a person can make room. */
  readonly availableAt: Instant | null;
  readonly binding: Reason | null;
}

export function roomOf(ask: Ask, books: Books, at: Instant): Room {
  const { action } = ask;
  const verdict = decide(ask, books, at);
  if (verdict.outcome === 'DENIED') {
    return { action, remaining: 0, availableAt: verdict.retryAt, binding: verdict.reasons[0] ?? null };
  }
  const tightest = tightestOf(amountsOf(countedOn(ask), books));
  if (!tightest) throw new Error(`No limit holds for ${action}.`);
  const credits = creditsLeft(ask, at);
  if (credits && credits.available < remaining(tightest)) {
    const binding = { code: 'NO_CREDITS', facts: { ...credits }, limit: null, retryAt: null } as const;
    return { action, remaining: credits.available, availableAt: at, binding };
  }
  return { action, remaining: remaining(tightest), availableAt: at, binding: bindsNext(tightest) };
}

/**
 * Of the limits of one scope those that tell how much room an action has there: the tightest, and what has none or may have none later.
 * A request has the same room under these as under all of them, and to many seats their parents' are the same.
 */
export function tellingRoom(limits: readonly Limit[], books: Books, action: Action): Limit[] {
  const usage = amountsOf(limitsOn(limits, action, false), books);
  const tightest = tightestOf(usage)?.limit;
  const telling = usage.filter(({ limit }) => limit === tightest || !staysOpen(limit, books(limit.scope)));
  return telling.map(({ limit }) => limit);
}

/** The first of equals. */
function tightestOf(usage: readonly Usage[]): Usage | undefined {
  return usage.toSorted((one, other) => remaining(one) - remaining(other))[0];
}

/** The same number alone: it looks at no later instant, so the books need no charges for it. */
export function roomLeft(ask: Ask, books: Books, at: Instant): number {
  if (rulesOf({ ask, books, at }, 'LAPSE').some((rule) => rule.objectionAt(at) !== null)) return 0;
  const usage = amountsOf(countedOn(ask), books);
  const credits = creditsLeft(ask, at);
  return Math.min(...usage.map(remaining), credits?.available ?? Infinity);
}

function bindsNext(usage: Usage): Reason {
  if (usage.limit.counter.unanswered) {
    const facts = { pending: taken(usage), most: usage.limit.max };
    return { code: 'TOO_MANY_PENDING_INVITATIONS', facts, limit: null, retryAt: null };
  }
  return { code: 'LIMIT_REACHED', facts: { remaining: remaining(usage) }, limit: usage.limit, retryAt: null };
}
