import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import { SeatAddressEntity } from '../../entities/seat-address.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { refuseUnlessAgreed } from './seat.checks.js';

/** What of a seat another one has already: LinkedIn counts the account, so an agency has it once; a reference names one seat. */
export type Taken = (seat: Named) => Refusal[];

interface Named extends Pick<SeatEntity, 'id' | 'profileUrl' | 'externalRef'> {
  /** As it is told for the account: what is on file of a seat may be somebody else's. */
  readonly holderAgreedOn: string | null;
  /** Null where it can't be read. */
  readonly timeZone: string | null;
}

/**
 * Looks up what other seats have of these, or had of the addresses: those of other client accounts and removed ones too. An account that
 * was another seat's before is for whoever has the whole agency in view: what it sent, and the limits that were set for it, stay there. A
 * holder who withdrew from it agrees anew, whichever seat it comes to.
 */
export async function findTaken(
  manager: EntityManager,
  viewer: Viewer,
  seats: readonly Named[],
): Promise<Taken> {
  const { agencyId } = viewer;
  const refs = seats.flatMap(({ externalRef }) => externalRef ?? []);
  const addresses = seats.map(({ profileUrl }) => profileUrl);
  const others = await manager.findBy(SeatEntity, [
    { agencyId, profileUrl: In(addresses) },
    { agencyId, externalRef: In(refs) },
  ]);
  const before = await readFormer(manager, agencyId, addresses);
  return (seat) => {
    const { id, profileUrl, externalRef } = seat;
    const ofAccount = others.find((other) => other.id !== id && other.profileUrl === profileUrl);
    const former = before.get(profileUrl);
    const ofRef = others.some(
      (other) => other.id !== id && externalRef !== null && other.externalRef === externalRef,
    );
    return [
      ...(ofAccount ? [refuseAccount(viewer, ofAccount)] : []),
      ...(former ? refuseFormer(viewer, former, seat) : []),
      ...(ofRef ? [refuse('TAKEN', 'Another seat has this reference.', 'externalRef')] : []),
    ];
  };
}

/** The seat that had an address before, and whether its holder had withdrawn then. */
interface Former {
  readonly seat: SeatEntity;
  readonly holderWithdrewAt: Instant | null;
}

/** The seats that had addresses before, by address. */
async function readFormer(
  manager: EntityManager,
  agencyId: string,
  addresses: readonly string[],
): Promise<Map<string, Former>> {
  const kept = await manager.findBy(SeatAddressEntity, { agencyId, profileUrl: In(addresses) });
  const seats = await manager.findBy(SeatEntity, { agencyId, id: In(kept.map(({ seatId }) => seatId)) });
  const byId = new Map(seats.map((seat) => [seat.id, seat]));
  return new Map(
    kept.map(({ profileUrl, seatId, holderWithdrewAt }) => {
      return [profileUrl, { seat: byId.get(seatId)!, holderWithdrewAt }];
    }),
  );
}

/** Keeps the address that a seat had, under the agency's book; those that seats have now are no former ones any more. */
export async function keepAddresses(
  manager: EntityManager,
  agencyId: string,
  now: readonly Pick<SeatEntity, 'profileUrl'>[],
  before: Pick<SeatEntity, 'id' | 'profileUrl' | 'holderWithdrewAt'> | null = null,
): Promise<void> {
  const addresses = now.map(({ profileUrl }) => profileUrl);
  await manager.delete(SeatAddressEntity, { agencyId, profileUrl: In(addresses) });
  if (before === null || addresses.includes(before.profileUrl)) return;
  const { profileUrl, id: seatId, holderWithdrewAt } = before;
  await manager.insert(SeatAddressEntity, { agencyId, profileUrl, seatId, holderWithdrewAt });
}

/** What a viewer of a part of the agency does not see is told to be taken, and nothing more. */
function refuseAccount(viewer: Viewer, other: SeatEntity): Refusal {
  return refuseAs(
    isSeenBy(viewer, other) && other.status === 'REMOVED'
      ? 'A removed seat is of this account; restore it with restoreSeat.'
      : OF_ANOTHER,
  );
}

function refuseFormer(
  viewer: Viewer,
  { seat: former, holderWithdrewAt }: Former,
  { id, holderAgreedOn, timeZone }: Named,
): Refusal[] {
  if (former.id !== id && viewer.reach !== null) {
    return [
      refuseAs(
        isSeenBy(viewer, former)
          ? 'Another seat was of this account before: give it that address back, or ask an administrator of the whole agency.'
          : OF_ANOTHER,
      ),
    ];
  }
  // By the day where the seat is that it comes to: nobody can have agreed on one that is still to come there.
  const withdrawal = { holderWithdrewAt, timeZone: timeZone ?? former.timeZone };
  const refusal = refuseUnlessAgreed(withdrawal, holderAgreedOn);
  return refusal ? [refusal] : [];
}

const OF_ANOTHER = 'Another seat is of this account.';

function refuseAs(message: string): Refusal {
  return refuse('TAKEN', message, 'profileUrl');
}

function isSeenBy(viewer: Viewer, { id, clientAccountId }: SeatEntity): boolean {
  return sees(viewer, { seatId: id, clientAccountId });
}
