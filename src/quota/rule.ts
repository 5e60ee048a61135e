import type { Limit } from './limit.js';
import { SECOND, WINDOW_SECONDS_MAX, type Instant } from './window.js';
import type { ReasonCode } from './words.js';

/** What an objection is about, by name: numbers, instants and codes, never a text that somebody wrote. */
export type Facts = Readonly<Record<string, number | string>>;

/** What a rule says against a request. */
export interface Objection {
  readonly code: ReasonCode;
  readonly facts: Facts;
  /** The limit that refuses; null where the rule is of another kind. */
  readonly limit: Limit | null;
}

/**
 * Anything that can refuse. All rules have this shape: what a rule needs to know it was made from, and it answers for
 * any instant from the one of the request on, as if nothing else happened.
 */
export interface Rule {
  /** Null where it admits. */
  objectionAt(at: Instant): Objection | null;
  /** The first instant ≥ at that it admits; null where only a person can change the answer. */
  admitsFrom(at: Instant): Instant | null;
}

/** An objection with the first instant at which its own rule admits. */
export interface Reason extends Objection {
  readonly retryAt: Instant | null;
}

/** How far an answer looks ahead: 400 days. */
export const HORIZON = WINDOW_SECONDS_MAX * SECOND;

/** Rules that admit in turn, each only while another refuses, are given up after this many rounds. */
const ROUNDS_MAX = 400 * 24 * 4;

/**
 * The first instant ≥ at that all rules admit together, or null: none within the horizon, or not by time alone. Not
 * the latest of the single answers: at that instant another rule may refuse again, so it goes on from there until
 * none moves the instant any more.
 */
export function firstAdmitted(rules: readonly Rule[], at: Instant): Instant | null {
  let candidate = at;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = candidate;
    for (const rule of rules) {
      const admitted = rule.admitsFrom(candidate);
      if (admitted === null || admitted > at + HORIZON) return null;
      candidate = admitted;
    }
    if (candidate === before) return candidate;
  }
  return null;
}

/** Several rules as one, which remembers from when they admit together: until one of them changes. */
export function together(rules: readonly Rule[]): Rule {
  const found = new Map<Instant, Instant | null>();
  return {
    objectionAt(at) {
      for (const rule of rules) {
        const objection = rule.objectionAt(at);
        if (objection) return objection;
      }
      return null;
    },
    admitsFrom(at) {
      const known = found.get(at);
      if (known !== undefined) return known;
      const admitted = firstAdmitted(rules, at);
      found.set(at, admitted);
      if (admitted !== null) found.set(admitted, admitted);
      return admitted;
    },
  };
}

/** A rule that holds from an instant until another one, exclusive: outside of it, it has nothing to say. */
export function during(rule: Rule, from: Instant, until: Instant): Rule {
  const holds = (at: Instant): boolean => from <= at && at < until;
  return {
    objectionAt: (at) => (holds(at) ? rule.objectionAt(at) : null),
    admitsFrom(at) {
      if (!holds(at)) return at;
      const admitted = rule.admitsFrom(at);
      if (admitted !== null && admitted < until) return admitted;
      return until === Infinity ? admitted : until;
    },
  };
}

/** A rule whose own answer goes on into those that take its place: while one of them says the same, it admits nothing. */
export function goingOn(rule: Rule, successors: readonly Rule[]): Rule {
  return {
    objectionAt: (at) => rule.objectionAt(at),
    admitsFrom(at) {
      const code = rule.objectionAt(at)?.code;
      const alike = successors.map((next): Rule => ({
        objectionAt: (then) => next.objectionAt(then),
        admitsFrom: (then) => (next.objectionAt(then)?.code === code ? next.admitsFrom(then) : then),
      }));
      return code === undefined ? rule.admitsFrom(at) : firstAdmitted([rule, ...alike], at);
    },
  };
}

/** Every rule that refuses at an instant, the one that binds longest first. */
export function reasonsAt(rules: readonly Rule[], at: Instant): Reason[] {
  const reasons = rules.flatMap((rule): Reason[] => {
    const objection = rule.objectionAt(at);
    return objection ? [{ ...objection, retryAt: rule.admitsFrom(at) }] : [];
  });
  return longestFirst(reasons);
}

/** Of equals the one that came first. */
export function longestFirst(reasons: readonly Reason[]): Reason[] {
  return reasons.toSorted((one, other) => (other.retryAt ?? Infinity) - (one.retryAt ?? Infinity) || 0);
}
