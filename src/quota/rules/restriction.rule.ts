import type { Limit, MaxStep } from '../limit.js';
import type { Objection, Rule } from '../rule.js';
import type { RestrictionFacts } from '../seat-facts.js';
import type { Unit } from '../unit.js';
import type { Instant } from '../window.js';
import type { Action } from '../words.js';

/** What LinkedIn restricted is refused until the restriction ends; where nobody knows when, until a person lifts it. */
export const restrictionUnit: Unit = {
  rules: ({ ask: { action, restrictions = [] } }) =>
    restrictions.filter((restriction) => stops(restriction, action)).map(restrictionRule),
  warnings: () => [],
};

function stops({ actions }: Pick<RestrictionFacts, 'actions'>, action: Action): boolean {
  return actions === null || actions.includes(action);
}

function restrictionRule({ kind, endsAt }: RestrictionFacts): Rule {
  const objection: Objection = { code: 'SEAT_RESTRICTED', facts: { kind }, limit: null };
  return {
    objectionAt: (at) => (endsAt !== null && at >= endsAt ? null : objection),
    admitsFrom: (at) => (endsAt === null ? null : Math.max(at, endsAt)),
  };
}

/** Half of a seat's policy limits for a time after each restriction, as of an instant: of several no less than half. */
export function halfCapLimits(
  ofPolicy: readonly Limit[],
  restrictions: readonly RestrictionFacts[],
  at: Instant,
): Limit[] {
  const spans = restrictions.flatMap(({ endsAt, halfCapsUntil }) =>
    endsAt !== null && halfCapsUntil !== null && halfCapsUntil > at ? [{ endsAt, halfCapsUntil }] : [],
  );
  if (spans.length === 0) return [];
  const isHalf = (instant: Instant): boolean =>
    spans.some(({ endsAt, halfCapsUntil }) => endsAt <= instant && instant < halfCapsUntil);
  const instants = new Set(spans.flatMap(({ endsAt, halfCapsUntil }) => [endsAt, halfCapsUntil]));
  const ahead = [...instants].filter((instant) => instant > at).toSorted((one, other) => one - other);
  return ofPolicy.map((limit): Limit => {
    const stepAt = (from: Instant): MaxStep =>
      isHalf(from)
        ? { from, max: Math.ceil(limit.max / 2), origin: 'RESTRICTION' }
        : { from, max: limit.max, origin: limit.origin };
    const { max, origin } = stepAt(at);
    return { ...limit, max, origin, later: ahead.map(stepAt) };
  });
}
