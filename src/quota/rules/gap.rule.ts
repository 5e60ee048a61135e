import { SECOND } from '../window.js';
import type { Unit } from '../unit.js';

/** Two actions of a seat close to each other are warned of; a hard gap is a limit of 1 over all actions. */
export const gapUnit: Unit = {
  rules: () => [],
  warnings: ({ ask: { gap }, at }) => {
    if (!gap || gap.lastAt === null || at - gap.lastAt >= gap.seconds * SECOND) return [];
    return [{ code: 'TOO_SOON', facts: { seconds: gap.seconds }, limit: null, retryAt: null }];
  },
};
