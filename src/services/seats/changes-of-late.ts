import { refuse, type Refusal } from '../../errors.js';
import { DAY, type Instant } from '../../quota/window.js';

/**
 * How often something of a seat, or a client account, changes that is kept for ever, since what was sent in its time is counted by it:
 * whoever asks about the seat reads all of it.
 */
const CHANGES_MAX: readonly Often[] = [
  { changes: 30, days: 30 },
  { changes: 100, days: 400 },
];

export interface Often {
  readonly changes: number;
  readonly days: number;
}

/** All who had a seat may change it so many times as often as each: who had it alone before leaves as much as it had. */
export const WHOEVER_HAD_IT = 2;

/** Whose the changes are that are refused for their number in all. */
export const BY_ALL = 'by all client accounts that had the seat';

interface Changing {
  readonly what: string;
  readonly field: string;
  readonly at: Instant;
  /** Since when whoever has it has had it; what others did before is not theirs to answer for. */
  readonly heldFrom?: Instant | undefined;
}

/** Refuses what has changed too often of late; what it began with counts. */
export async function refuseOften(
  { what, field, at, heldFrom = -Infinity }: Changing,
  countFrom: (from: Instant) => Promise<number>,
  bounds = CHANGES_MAX,
): Promise<Refusal | null> {
  for (const { changes, days } of bounds) {
    const from = at - days * DAY + 1;
    const span = days === 1 ? 'a day' : `${days} days`;
    if ((await countFrom(Math.max(from, heldFrom))) >= changes) {
      return refuse('WRONG_STATE', `${what} changes ${changes} times in ${span} at most.`, field);
    }
    const ofAll = changes * WHOEVER_HAD_IT;
    if (heldFrom > from && (await countFrom(from)) >= ofAll) {
      return refuse('WRONG_STATE', `${what} changes ${ofAll} times in ${span} at most, ${BY_ALL}.`, field);
    }
  }
  return null;
}
