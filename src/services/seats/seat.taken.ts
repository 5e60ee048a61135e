import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';

/** What of a seat another one has already: LinkedIn counts the account, so an agency has it once; a reference names one seat. */
export type Taken = (seat: Pick<SeatEntity, 'id' | 'profileUrl' | 'externalRef'>) => Refusal[];

/** Looks up what other seats have of these, those of other client accounts and removed ones too. */
export async function findTaken(
  manager: EntityManager,
  viewer: Viewer,
  seats: readonly Pick<SeatEntity, 'id' | 'profileUrl' | 'externalRef'>[],
): Promise<Taken> {
  const { agencyId } = viewer;
  const refs = seats.flatMap(({ externalRef }) => externalRef ?? []);
  const others = await manager.findBy(SeatEntity, [
    { agencyId, profileUrl: In(seats.map(({ profileUrl }) => profileUrl)) },
    { agencyId, externalRef: In(refs) },
  ]);
  return ({ id, profileUrl, externalRef }) => {
    const ofAccount = others.find((other) => other.id !== id && other.profileUrl === profileUrl);
    const ofRef = others.some(
      (other) => other.id !== id && externalRef !== null && other.externalRef === externalRef,
    );
    return [
      ...(ofAccount ? [refuseAccount(viewer, ofAccount)] : []),
      ...(ofRef ? [refuse('TAKEN', 'Another seat has this reference.', 'externalRef')] : []),
    ];
  };
}

/** What a viewer of a part of the agency does not see is told to be taken, and nothing more. */
function refuseAccount(viewer: Viewer, other: SeatEntity): Refusal {
  const isSeen = sees(viewer, { seatId: other.id, clientAccountId: other.clientAccountId });
  const message =
    isSeen && other.status === 'REMOVED'
      ? 'A removed seat is of this account; restore it with restoreSeat.'
      : 'Another seat is of this account.';
  return refuse('TAKEN', message, 'profileUrl');
}
