import type { Unit } from '../unit.js';

/** What nobody knows of the time before: its lower maxima are limits of their own, and whoever asks should know why. */
export const historyUnit: Unit = {
  rules: () => [],
  warnings: ({ ask }) =>
    ask.history === 'UNKNOWN' ? [{ code: 'HISTORY_UNKNOWN', facts: {}, limit: null, retryAt: null }] : [],
};
