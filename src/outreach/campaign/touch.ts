/** DUE, or CLAIMED by somebody for a while; then exactly one of the others. CANCELLED: nothing was to be done any more. */
export const TOUCH_STATES = ['DUE', 'CLAIMED', 'DONE', 'SKIPPED', 'FAILED', 'CANCELLED'] as const;
export type TouchState = (typeof TOUCH_STATES)[number];

/** Why something could not be sent. */
export const TOUCH_FAILURES = ['PERSON_GONE', 'CANNOT_BE_REACHED', 'LINKEDIN_LIMIT_NOTICE', 'OTHER'] as const;
export type TouchFailure = (typeof TOUCH_FAILURES)[number];
