import type { EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { SECOND, type Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Enrolled } from './enrolment.rows.js';
import { lockClaimed } from './queue.locks.js';
import { BY_HAND, refuseEnded } from './queue.refusals.js';
import { TouchBook } from './touch.book.js';
import type { Touch } from './touch.rows.js';
import { readProspectOf } from './touch.text.js';

/** How long a send that is recorded late keeps others out. */
const RECORDING_MS = 30 * SECOND;

interface Kept {
  readonly touch: Touch;
  readonly person: Enrolled;
  readonly profileUrl: string;
  readonly at: Instant;
}

/**
 * Nobody else claims it until the send is in the books; a refusal where somebody did, it ended otherwise, or its address is not known
 * any more. Done by the same claim meanwhile, it was told twice at once.
 */
export async function keepForRecording(
  manager: EntityManager,
  viewer: Viewer,
  { id, reservationId }: Touch,
): Promise<Kept | 'DONE' | Refusal> {
  const transaction = await ledgerOn(manager);
  const locked = await lockClaimed(manager, transaction, viewer, id);
  if (locked instanceof Refusal) return locked;
  const { touch, person } = locked;
  const ended = refuseEnded(touch);
  if (touch.reservationId === reservationId && ended) {
    return touch.state === 'DONE' ? 'DONE' : refuse('WRONG_STATE', `${ended.message} ${BY_HAND}`, 'touchId');
  }
  if (touch.reservationId !== reservationId) {
    return refuse(
      'WRONG_STATE',
      `The claim is over, and the touch was given to another. ${BY_HAND}`,
      'touchId',
    );
  }
  const prospect = await readProspectOf(transaction, viewer.agencyId, person);
  if (!prospect) return refuse('WRONG_STATE', `The person is on the list no more. ${BY_HAND}`, 'touchId');
  const at = await clockOf(manager);
  const book = new TouchBook(viewer.agencyId, at);
  // Behind the release that ended the claim, also in its very moment: that one does not end this as well.
  const claimedAt = at + 1;
  const kept = { state: 'CLAIMED', claimedAt, claimedUntil: at + RECORDING_MS } as const;
  book.change(touch, kept);
  book.lookAgain(person, at + RECORDING_MS);
  await book.write(manager);
  return { touch: { ...touch, ...kept }, person, profileUrl: prospect.profileUrl, at };
}

/** Nothing was recorded: it is due again, unless it is kept or claimed anew since. */
export async function keepNoLonger(manager: EntityManager, viewer: Viewer, kept: Touch): Promise<void> {
  const transaction = await ledgerOn(manager);
  const locked = await lockClaimed(manager, transaction, viewer, kept.id);
  if (locked instanceof Refusal) return;
  const { touch, person } = locked;
  const isSame = touch.reservationId === kept.reservationId && touch.claimedAt === kept.claimedAt;
  // Of a campaign that has ended nobody claims it, and it lapses.
  if (touch.state !== 'CLAIMED' || !isSame || person.state !== 'ACTIVE') return;
  const at = await clockOf(manager);
  const book = new TouchBook(viewer.agencyId, at);
  book.change(touch, { state: 'DUE' });
  book.lookAgain(person, at);
  await book.write(manager);
}
