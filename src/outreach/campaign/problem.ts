import type { Facts } from '../../quota/rule.js';

/** What can be wrong with a campaign as a whole. */
export const CAMPAIGN_PROBLEM_CODES = [
  'STEPS_MISSING',
  'TOO_MANY_STEPS',
  'TOUCH_MISSING',
  'KEY_INVALID',
  'KEY_TWICE',
  'NEXT_UNKNOWN',
  'ENDLESS',
  'UNREACHABLE',
  'DELAY_OUT_OF_RANGE',
  'DEGREES_MISSING',
  'BRANCH_IN_VAIN',
  'NOT_CONNECTED_YET',
  'TEXT_MISSING',
  'WEIGHT_OUT_OF_RANGE',
  'TEMPLATE_INVALID',
  'VALUE_MISSING',
  'TEXT_FINDING',
  'TEXTS_TOO_SLOW',
  'TEXT_FOR_TOO_MANY',
  'AUDIENCE_MISSING',
  'AUDIENCE_EMPTY',
  'SEATS_MISSING',
  'SEAT_REMOVED',
  'ACTION_NOT_IN_TIER',
  'PURPOSE_MISSING',
  'LAWFUL_BASIS_MISSING',
  'DATA_SOURCE_MISSING',
  'ENDED_ALREADY',
] as const;
export type CampaignProblemCode = (typeof CAMPAIGN_PROBLEM_CODES)[number];

/** One thing that is wrong with a campaign, and where. */
export interface CampaignProblem {
  readonly code: CampaignProblemCode;
  /** CRITICAL: it is not launched like this. WARNING: it had better not be. */
  readonly severity: 'CRITICAL' | 'WARNING';
  /** From the campaign down: `steps`, `2`, `variants`, `0`, `body`. */
  readonly path: readonly string[];
  /** Numbers and codes, by name, for the words. */
  readonly facts: Facts;
  /** Of a text's finding or a template: what is said of it; null for all others. */
  readonly told: string | null;
}

export function critical(
  code: CampaignProblemCode,
  path: readonly string[],
  facts: Facts = {},
): CampaignProblem {
  return { code, severity: 'CRITICAL', path, facts, told: null };
}

export function warning(
  code: CampaignProblemCode,
  path: readonly string[],
  facts: Facts = {},
): CampaignProblem {
  return { code, severity: 'WARNING', path, facts, told: null };
}
