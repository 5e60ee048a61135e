import { placeFrom } from './instants.js';
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

/** One person's, each in the order of time. */
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
  for (const end of ends.toSorted((one, other) => one.at - other.at)) personOf(end.personId).ends.push(end);
  const inOrder = invitations.toSorted(
    (one, other) => one.at - other.at || (one.chargeId < other.chargeId ? -1 : 1),
  );
  for (const one of inOrder) if (one.personId !== null) personOf(one.personId).invitations.push(one);
  return people;
}

/** The instant of which it is asked what was known, where some charges of that very instant were made only behind it. */
export interface KnownBy {
  readonly at: Instant;
  readonly notYet: ReadonlySet<string>;
}

/** When all is known. */
const AFTER_ALL: KnownBy = { at: Infinity, notYet: new Set() };

/** The newest invitation to a person that was known. */
export function newestOf({ invitations }: PersonInvited, { at, notYet }: KnownBy): PastInvitation | null {
  let place = placeFrom(invitations, at + 1);
  while (place > 0 && notYet.has(invitations[place - 1]!.chargeId)) place -= 1;
  return invitations[place - 1] ?? null;
}

/** The first of some that were known, in the order of time, from an instant on. */
export function firstFrom<One extends PastInvitation | PastEnd>(
  inOrder: readonly One[],
  from: Instant,
  { at, notYet }: KnownBy,
): One | null {
  let place = placeFrom(inOrder, from);
  while (place < inOrder.length && notYet.has(inOrder[place]!.chargeId ?? '')) place += 1;
  const first = inOrder[place];
  return first && first.at <= at ? first : null;
}

/** When the first end since it was sent ended an invitation; infinite where none did that was known. */
export function endOf({ at }: PastInvitation, { ends }: PersonInvited, known: KnownBy = AFTER_ALL): Instant {
  return firstFrom(ends, at, known)?.at ?? Infinity;
}
