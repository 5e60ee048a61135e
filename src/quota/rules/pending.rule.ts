import { pendingOn } from '../pending.js';
import type { Reason } from '../rule.js';
import type { Unit } from '../unit.js';
import { taken } from '../usage.js';
import { limitRule } from './limit.rule.js';

/** Invitations that nobody answered yet, sent or held: at the ceiling no more go out, from the recommended number on it is told. */
export const pendingUnit: Unit = {
  rules: ({ ask, books }, holdsWill) =>
    pendingOn(ask).map((limit) => limitRule(limit, books(limit.scope), holdsWill)),
  warnings: ({ ask, books }) =>
    pendingOn(ask).flatMap((limit): Reason[] => {
      const pending = taken(books(limit.scope).usage(limit));
      if (limit.recommended === null || pending < limit.recommended) return [];
      const facts = { pending, most: limit.max };
      return [{ code: 'TOO_MANY_PENDING_INVITATIONS', facts, limit: null, retryAt: null }];
    }),
};
