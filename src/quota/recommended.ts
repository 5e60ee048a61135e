/** A request as plans, forecasts and the work queue are held to: never over a recommended number, whatever the ceiling. */
import type { Ask } from './ask.js';
import { stepsAhead, type HoldsWill, type Limit, type MaxStep } from './limit.js';

/** As it is planned: to the recommended numbers, and to the usual hours as if the seat had set them itself. */
export function plannedAsk(asked: Ask): Ask {
  return lowered(asked, plannedLimit, plannedAsk);
}

/** The same for whoever asks at the very instant: the recommended gap binds as well, and holds may lapse or be committed. */
export function recommendedAsk(asked: Ask): Ask {
  const { gap } = asked;
  const ask = lowered(asked, recommendedLimit, recommendedAsk);
  return gap ? { ...ask, gap: { ...gap, binds: true } } : ask;
}

function lowered(asked: Ask, limitOf: (limit: Limit) => Limit, askOf: (ask: Ask) => Ask): Ask {
  const { hours, later, pending } = asked;
  return {
    ...asked,
    limits: asked.limits.map(limitOf),
    ...(pending && { pending: pending.map(limitOf) }),
    ...(hours && { hours: { ...hours, areOwn: true } }),
    ...(later && { later: later.map(({ from, ask }) => ({ from, ask: askOf(ask) })) }),
  };
}

/** What no plan goes over. A plan holds that all that is held will be sent. */
export function plannedLimit(limit: Limit): Limit {
  const later = stepsBelow(limit, 'COMMIT');
  return { ...loweredNow(limit), ...(later.length > 0 && { later }) };
}

function recommendedLimit(limit: Limit): Limit {
  return {
    ...loweredNow(limit),
    ...(limit.later && { later: stepsBelow(limit, 'LAPSE') }),
    ...(limit.laterIfCommitted && { laterIfCommitted: stepsBelow(limit, 'COMMIT') }),
  };
}

function loweredNow(limit: Limit): Limit {
  const { later: _later, laterIfCommitted: _laterIfCommitted, ...now } = limit;
  return { ...now, max: lower(now.max, now.recommended) };
}

function stepsBelow(limit: Limit, holdsWill: HoldsWill): MaxStep[] {
  return stepsAhead(limit, holdsWill).map((step) => {
    const least = step.recommended === undefined ? limit.recommended : step.recommended;
    return { ...step, max: lower(step.max, least) };
  });
}

function lower(most: number, least: number | null): number {
  return Math.min(most, least ?? most);
}
