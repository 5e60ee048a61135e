import type { Instant } from './window.js';

/**
 * What a seat had pending when it was added: a number, of people whom nobody named. Whoever an archive names of before is among
 * it and counts no more by himself, and whoever answers, or is withdrawn, since then, and wasn't invited since then, was. So it
 * is never less than what is left of the number, nor than those who are named (src/quota/README.md).
 */

export interface OpeningInvitations {
  /** When the seat was added. */
  readonly at: Instant;
  readonly count: number;
}

/** An invitation of a seat to a person. */
interface Invitation {
  readonly at: Instant;
  readonly isArchived: boolean;
}

/** How one person stands to it. */
export interface NamedOfOpening {
  /** An archive names the person, who hasn't answered. */
  readonly listed: boolean;
  /** It has ended since. */
  readonly ended: boolean;
}

export const NOT_NAMED: NamedOfOpening = { listed: false, ended: false };

/** Whether an invitation is among the number, and counts no more by itself. */
export function isAmong({ at, isArchived }: Invitation, opening: OpeningInvitations): boolean {
  return opening.count > 0 && isArchived && at <= opening.at;
}

/** Whether an archive names somebody by it who is of the number: what had lapsed by then is no part of it. */
export function isNamed(
  { at, isArchived }: Invitation,
  opening: OpeningInvitations,
  lapsedAt: Instant,
): boolean {
  return isArchived && at <= opening.at && at > lapsedAt;
}

/**
 * How a person stands to it. `pending` is the newest invitation, where it is; `ends` are what ended one, and `connectedAt`
 * tells of such an end only where an archive names the person: else it may have been the other one who asked. What had
 * lapsed by then is no part of it: `lapsedAt`, and what was before.
 */
export function namedOf(
  opening: OpeningInvitations,
  person: {
    readonly invitations: readonly Invitation[];
    readonly pending: Invitation | null;
    readonly ends: readonly Instant[];
    readonly connectedAt: Instant | null;
  },
  lapsedAt: Instant,
): NamedOfOpening {
  if (opening.count === 0) return NOT_NAMED;
  const { invitations, pending, connectedAt } = person;
  const isOfIt = (one: Invitation): boolean => isNamed(one, opening, lapsedAt);
  const again = Math.min(...invitations.map((one) => one.at).filter((sentAt) => sentAt > opening.at));
  const ends = invitations.some(isOfIt) && connectedAt !== null ? [connectedAt] : [];
  return {
    listed: pending !== null && isOfIt(pending),
    ended: [...person.ends, ...ends].some((end) => end >= opening.at && end < again),
  };
}
