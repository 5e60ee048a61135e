import { DAY } from '../../quota/window.js';

/** How far ahead of the clock a send may stand: one that is known by its day alone stands at the day's end. */
const AHEAD_MAX = 3 * DAY;

/**
 * No charge stands later. Said with whatever looks for charges: PostgreSQL then leaves the partitions of quarters to come
 * alone, each of which would be opened by each statement otherwise, and looked through for each row.
 */
export const CHARGED_UNTIL = `(current_setting('headroom.now')::int8 + ${AHEAD_MAX})`;
