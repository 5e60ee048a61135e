import type { Refusal } from '../../errors.js';
import { refuseInput } from '../keyed-inputs.js';
import { personName } from '../people/people-facts.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import type { InvitedPerson, ToldOfInvited } from './invited-person.js';

/**
 * Invitations of one seat to one person that are told of, withdrawals of them, and answers that end them: of each so many at
 * most. Nobody can be invited again within 21 days of a withdrawal, so that these are more than five years of nothing else;
 * whoever tells of more would have everything that is asked of that person go through all of it.
 */
export const INVITED_OFTEN_MAX = 100;

/**
 * So many of each are read of one person, the newest. What was decided here counts whatever the bound, and so does what was
 * written before there was one, or at the same time.
 */
export const READ_OF_PERSON_MAX = 150;

const TOLD: Readonly<Record<ToldOfInvited, string>> = {
  invitations: 'invitations to this person',
  withdrawals: 'withdrawals of invitations to this person',
  endsTold: 'answers of this person to invitations',
};

/** An input that tells of one more. */
export interface ToldOfPerson {
  readonly seatId: string;
  /** Of one person. */
  readonly recipientIds: readonly string[];
  readonly what: ToldOfInvited;
  /** Where it stands in the request. */
  readonly index: number;
  readonly field: string;
}

/**
 * The first input that tells of more than anybody does; those before it in the same request count. Of what the viewer sees: whom the
 * seat invited for the client account that it left is not told, and of what all of them told the newest is read.
 */
export function refuseTooOften(
  viewer: Viewer,
  told: readonly ToldOfPerson[],
  people: { invited(seatId: string, recipientId: string): InvitedPerson },
): Refusal | null {
  const brought = new Map<string, number>();
  for (const { seatId, recipientIds, what, index, field } of told) {
    const name = `${what} ${personName(seatId, recipientIds.toSorted()[0]!)}`;
    const known = recipientIds
      .flatMap((id) => people.invited(seatId, id).tellers[what])
      .filter((clientAccountId) => sees(viewer, { seatId, clientAccountId })).length;
    const before = brought.get(name) ?? 0;
    if (known + before >= INVITED_OFTEN_MAX) {
      const message = `A seat has ${INVITED_OFTEN_MAX} ${TOLD[what]} at most: no account invites one person so often.`;
      return refuseInput(index, 'INVALID', message, field);
    }
    brought.set(name, before + 1);
  }
  return null;
}
