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

/** Who had a seat before leaves half of what may be of it in all. */
export const WHOEVER_HAD_IT = 2;

interface Changing {
  readonly what: string;
  readonly field: string;
  readonly at: Instant;
  /** Since when whoever has it has had it; what others did before is not theirs to answer for. */
  readonly heldFrom?: Instant;
}

/** Refuses what has changed too often of late; what it began with counts. */
export async function refuseOften(
  { what, field, at, heldFrom = -Infinity }: Changing,
  countFrom: (from: Instant) => Promise<number>,
  bounds = CHANGES_MAX,
): Promise<Refusal | null> {
  for (const { changes, days } of bounds) {
    const from = at - days * DAY + 1;
    const isFull =
      (await countFrom(Math.max(from, heldFrom))) >= changes ||
      (heldFrom > from && (await countFrom(from)) >= changes * WHOEVER_HAD_IT);
    if (!isFull) continue;
    return refuse(
      'WRONG_STATE',
      `${what} changes ${changes} times in ${days === 1 ? 'a day' : `${days} days`} at most.`,
      field,
    );
  }
  return null;
}
