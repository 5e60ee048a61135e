import type { Instant } from './window.js';

/** What the books hold of a seat's invitations over time. */

/** An invitation that was sent; without a person, some of them. */
export interface PastInvitation {
  readonly chargeId: string;
  readonly personId: string | null;
  readonly at: Instant;
  readonly count: number;
  readonly isArchived: boolean;
}

/** Something that ended a person's invitation: an answer, a connection, or a withdrawal, which is a charge. */
export interface PastEnd {
  readonly chargeId: string | null;
  readonly personId: string;
  readonly at: Instant;
  readonly isConnection: boolean;
}

/** A withdrawal that named nobody, with how many invitations of one instant it took. */
export interface PastWithdrawal {
  readonly chargeId: string;
  readonly at: Instant;
  readonly sentAt: Instant;
  readonly count: number;
}

/** One person's: the invitations in the order in which they were sent. */
export interface PersonInvited {
  readonly invitations: readonly PastInvitation[];
  readonly ends: readonly PastEnd[];
}

/** From when until when invitations were pending. */
export interface Stay {
  readonly from: Instant;
  readonly until: Instant;
  readonly count: number;
}

/** By person. */
export function peopleOf(
  invitations: readonly PastInvitation[],
  ends: readonly PastEnd[],
): Map<string, PersonInvited> {
  const people = new Map<string, { invitations: PastInvitation[]; ends: PastEnd[] }>();
  const personOf = (personId: string) => {
    const person = people.get(personId) ?? { invitations: [], ends: [] };
    people.set(personId, person);
    return person;
  };
  for (const end of ends) personOf(end.personId).ends.push(end);
  const inOrder = invitations.toSorted(
    (one, other) => one.at - other.at || (one.chargeId < other.chargeId ? -1 : 1),
  );
  for (const one of inOrder) if (one.personId !== null) personOf(one.personId).invitations.push(one);
  return people;
}

/** What was known of a person at an instant, where some charges of that very instant were made only behind it. */
export function knownAt(
  { invitations, ends }: PersonInvited,
  at: Instant,
  notYet: ReadonlySet<string>,
): PersonInvited {
  const isKnown = (one: PastInvitation | PastEnd): boolean => one.at <= at && !notYet.has(one.chargeId ?? '');
  return { invitations: invitations.filter(isKnown), ends: ends.filter(isKnown) };
}

/** When the first end since it was sent ended an invitation; infinite where none did. */
export function endOf({ at: sentAt }: PastInvitation, { ends }: PersonInvited): Instant {
  const times = timesOf(ends);
  let [from, until] = [0, times.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    if (times[middle]! < sentAt) from = middle + 1;
    else until = middle;
  }
  return times[from] ?? Infinity;
}

/** Put in order once: whoever was written to thousands of times is asked about as often. */
const timesKept = new WeakMap<readonly PastEnd[], readonly Instant[]>();

function timesOf(ends: readonly PastEnd[]): readonly Instant[] {
  const known = timesKept.get(ends);
  if (known) return known;
  const times = ends.map(({ at }) => at).sort((one, other) => one - other);
  timesKept.set(ends, times);
  return times;
}
