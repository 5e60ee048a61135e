import type { EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { isSelf, sees, type Viewer } from '../../tenancy/viewer.js';
import { lockEnrolled, readWhole, type Whole } from './enrolment.rows.js';
import { readTouches, type Touch } from './touch.rows.js';
import { seatsSeen } from '../visible.js';

interface Found {
  readonly touch: Touch;
  readonly person: Whole;
}

type ReadPerson = (
  transaction: LedgerTransaction,
  agencyId: string,
  enrolmentId: string,
) => Promise<Whole | null>;

/** A touch with its person, locked; a refusal where the viewer sees none. */
export function lockTouch(
  manager: EntityManager,
  transaction: LedgerTransaction,
  viewer: Viewer,
  touchId: string,
): Promise<Found | Refusal> {
  return find(manager, transaction, viewer, touchId, lockEnrolled);
}

/** The same, also where its seat has left its client account: whoever claimed it last says what came of it. */
export function lockClaimed(
  manager: EntityManager,
  transaction: LedgerTransaction,
  viewer: Viewer,
  touchId: string,
): Promise<Found | Refusal> {
  return find(manager, transaction, viewer, touchId, lockEnrolled, ({ claimedBy }) =>
    isSelf(viewer, claimedBy),
  );
}

/** The same as they are now, and may be no more by the time that somebody goes by it. */
export function seeTouch(
  manager: EntityManager,
  transaction: LedgerTransaction,
  viewer: Viewer,
  touchId: string,
): Promise<Found | Refusal> {
  return find(manager, transaction, viewer, touchId, readWhole);
}

async function find(
  manager: EntityManager,
  transaction: LedgerTransaction,
  viewer: Viewer,
  touchId: string,
  readPerson: ReadPerson,
  isSeenBesides: (touch: Touch) => boolean = () => false,
): Promise<Found | Refusal> {
  const { agencyId } = viewer;
  const none = refuse('NOT_FOUND', 'There is no such touch.', 'touchId');
  const [found] = await readTouches(transaction, agencyId, [touchId]);
  // Asked whether or not there is such a touch: how long it takes would tell whoever doesn't see it.
  const seat = seatsSeen(manager, viewer).andWhere('seat.id = :id', { id: found?.seatId ?? null });
  const isSeen = await seat.getExists();
  if (!found || !(isSeen || isSeenBesides(found))) return none;
  const person = await readPerson(transaction, agencyId, found.enrolmentId);
  // A seat that went to another client account left behind whom it was to write to.
  const isOwn = person && sees(viewer, { seatId: found.seatId, clientAccountId: person.clientAccountId });
  // As it is under the lock.
  const [touch] = isOwn ? await readTouches(transaction, agencyId, [touchId]) : [];
  return touch && person ? { touch, person } : none;
}
