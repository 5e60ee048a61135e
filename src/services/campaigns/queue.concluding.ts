import type { EntityManager } from 'typeorm';
import { Refusal } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { clockOf } from '../../tenancy/clock.js';
import { isSelf, type Viewer } from '../../tenancy/viewer.js';
import { deny, giveBack, nextMidnight } from './queue.denials.js';
import { lockTouch } from './queue.locks.js';
import { look, readKnown } from './queue.keeper.js';
import { isToBeDone, lookAgain } from './queue.claimable.js';
import { atTouch } from './queue.refusals.js';
import type { Decided } from '../decisions/decided.js';
import { TouchBook } from './touch.book.js';
import type { TouchText } from './touch.text.js';
import { readTouches, type Touch } from './touch.rows.js';
import type { Enrolled } from './enrolment.rows.js';
import type { Prospect } from '../prospects/prospect.rows.js';

/** A touch as it is then; what was decided, and what to write, where it came so far. */
export interface Claim {
  readonly touch: Touch;
  readonly decided: Decided | null;
  /** Where it was allowed and there is something to write. */
  readonly text: TouchText | null;
  readonly prospect: Prospect | null;
}

/** What is asked of the books for a claim. */
export interface Asked {
  readonly touch: Touch;
  readonly person: Enrolled;
  readonly prospect: Prospect;
  readonly text: TouchText | null;
}

/** Whose claim it was before: theirs again where nothing is held for the one that is asked for. */
export interface AskedAnew extends Asked {
  readonly before: Pick<
    Touch,
    'claimedBy' | 'claimedAt' | 'claimedUntil' | 'claimKey' | 'reservationId' | 'earlierReservationIds'
  >;
}

/** How it ended: told, to be asked for under the next key, and what of it is to be given back. */
interface Concluded {
  readonly told: Claim | Refusal | null;
  readonly release: string | null;
}

/** Writes to a touch what was answered to a claim of it, unless somebody else has it by then. */
export async function conclude(
  manager: EntityManager,
  viewer: Viewer,
  asked: AskedAnew,
  { idempotencyKey }: { readonly idempotencyKey: string },
  answer: Decided | Refusal,
): Promise<Concluded> {
  const { agencyId } = viewer;
  const transaction = await ledgerOn(manager);
  const locked = await lockTouch(manager, transaction, viewer, asked.touch.id);
  const held = answer instanceof Refusal || !isHeld(answer) ? null : answer.decision.id;
  if (locked instanceof Refusal) return { told: locked, release: held };
  const { touch, person } = locked;
  const { text, prospect } = asked;
  const isOurs = isSelf(viewer, touch.claimedBy) && touch.claimKey === idempotencyKey;
  if (isOurs && held !== null && touch.reservationId === held) {
    return { told: { touch, decided: answer as Decided, text, prospect }, release: null };
  }
  if (!isOurs || touch.claims !== asked.touch.claims || touch.state !== 'CLAIMED') {
    // Passed over or given up meanwhile; or somebody else went on with it, and the reservation is theirs.
    return { told: null, release: touch.endedAt === null ? null : held };
  }
  const at = await clockOf(manager);
  const book = new TouchBook(agencyId, at);
  const known = (await readKnown(transaction, agencyId, [person], at)).get(person.id)!;
  const next = lookAgain(person, known, at);
  const unheld = { ...touch, ...asked.before };
  if (!isToBeDone(touch, next)) {
    look(book, person, { ...known, open: { ...unheld, claimedUntil: at } }, at);
    return { told: await written(manager, book, touch, transaction, agencyId), release: held };
  }
  const claims = touch.claims + 1;
  if (answer instanceof Refusal) {
    const isOther = answer.code === 'IDEMPOTENCY_KEY_REUSED';
    giveBack(book, person, unheld, isOther ? { claims } : {});
    await book.write(manager);
    return { told: isOther ? null : atTouch(answer), release: null };
  }
  if (held !== null) {
    const claimedUntil = answer.reservation!.expiresAt;
    book.change(touch, { claims, reservationId: held, claimedUntil });
    book.lookAgain(person, claimedUntil, { started_at: person.startedAt ?? at });
    const told = await written(manager, book, touch, transaction, agencyId, {
      decided: answer,
      text,
      prospect,
    });
    return { told, release: null };
  }
  if (!answer.replayed) {
    deny(book, person, unheld, { claims, answer, at, midnight: await nextMidnight(manager, agencyId, at) });
    const told = await written(manager, book, touch, transaction, agencyId, { decided: answer });
    return { told, release: null };
  }
  // What was answered before under this key was for a claim that came to nothing.
  giveBack(book, person, unheld, { claims });
  await book.write(manager);
  return { told: null, release: null };
}

export function isHeld({ reservation }: Decided): boolean {
  return reservation?.status === 'HELD';
}

/** The touch as it is once what was gathered is written. */
export async function written(
  manager: EntityManager,
  book: TouchBook,
  { id }: Touch,
  transaction: LedgerTransaction,
  agencyId: string,
  more: Partial<Claim> = {},
): Promise<Claim> {
  await book.write(manager);
  const [touch] = await readTouches(transaction, agencyId, [id]);
  return { touch: touch!, decided: null, text: null, prospect: null, ...more };
}
