import { firstAccountOf, type Viewer } from './viewer.js';

/**
 * How much of what an agency has is held at most: by all of it together, by those together who see a part of it, and by those of one
 * client account.
 */
export interface Shares {
  readonly whole: number;
  readonly parts: number;
  readonly account: number;
}

/** What counts together, by its name within the agency, and how much that may come to. */
export type Share = readonly [name: string, max: number];

/** The shares that count what a viewer holds. */
export function sharesOf({ reach }: Viewer, { whole, parts, account }: Shares): Share[] {
  if (!reach) return [['whole', whole]];
  return [
    ['whole', whole],
    ['parts', parts],
    [`account ${firstAccountOf(reach)}`, account],
  ];
}
