import type { AcceptanceStep } from '../acceptance.js';
import type { Objection, Reason } from '../rule.js';
import type { Unit } from '../unit.js';
import type { Instant } from '../window.js';

/**
 * Whoever's invitations hardly anybody accepts sends none for some days; then few, which is a limit as others are. A rate
 * that is merely low is told.
 */
export const acceptanceUnit: Unit = {
  rules: ({ ask }) => {
    const steps = ask.action === 'CONNECTION_REQUEST' ? (ask.acceptance ?? []) : [];
    if (!steps.some(({ acceptance }) => acceptance === 'STOPPED')) return [];
    const stoppedAt = (at: Instant): AcceptanceStep | undefined => {
      const step = stepAt(steps, at);
      return step?.acceptance === 'STOPPED' ? step : undefined;
    };
    return [
      {
        objectionAt: (at) => objectionTo(stoppedAt(at)),
        admitsFrom(at) {
          if (!stoppedAt(at)) return at;
          // None is stopped for ever: it is slowed down after some days, if not healed before.
          return steps.find(({ from, acceptance }) => from > at && acceptance !== 'STOPPED')?.from ?? null;
        },
      },
    ];
  },
  warnings: ({ ask, at }): Reason[] => {
    if (ask.action !== 'CONNECTION_REQUEST') return [];
    const step = stepAt(ask.acceptance ?? [], at);
    const objection = step?.acceptance === 'FINE' ? null : objectionTo(step);
    return objection ? [{ ...objection, retryAt: null }] : [];
  },
};

function stepAt(steps: readonly AcceptanceStep[], at: Instant): AcceptanceStep | undefined {
  return steps.findLast(({ from }) => from <= at);
}

function objectionTo(step: AcceptanceStep | undefined): Objection | null {
  if (!step) return null;
  const { judged, accepted } = step;
  return { code: 'LOW_ACCEPTANCE', facts: { judged, accepted }, limit: null };
}
