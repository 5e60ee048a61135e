import type { DataSource, EntityManager } from 'typeorm';
import { Failure, refuse, Refusal } from '../../errors.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { SECOND } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import { type Asked, type AskedAnew, type Claim, conclude, isHeld, written } from './queue.concluding.js';
import { AGAIN_AFTER } from './queue.denials.js';
import { lockTouch, seeTouch } from './queue.locks.js';
import { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';
import { checkAll } from '../checks.js';
import { checkIdempotencyKey, keyOfTouch } from '../decisions/idempotency-key.js';
import { isClaimed, look, readKnown } from './queue.keeper.js';
import { isToBeDone, lookAgain, refuseState } from './queue.claimable.js';
import { termsOf } from './queue.terms.js';
import type { ReleaseService } from '../decisions/release.service.js';
import { checkHoldSeconds } from '../decisions/hold-seconds.js';
import type { Decided } from '../decisions/decided.js';
import type { ReservationService } from '../decisions/reservation.service.js';
import { TouchBook } from './touch.book.js';
import { isMadeFrom, makeText, readProspectOf, variantOf } from './touch.text.js';
import type { MadeText, TouchText } from './touch.text.js';
import { earlierReservationsOf, type Touch } from './touch.rows.js';

export interface ClaimTerms {
  readonly touchId: string;
  readonly holdSeconds?: number | null;
  readonly idempotencyKey: string;
}

/** How a claim began: it is to be asked for, was answered before, is refused, came to nothing, or its text is to be made anew. */
type Begun =
  | { readonly ask: AskedAnew }
  | { readonly answered: Asked }
  | { readonly refused: Refusal }
  | { readonly told: Claim | Refusal }
  | { readonly isStale: true };

interface ClaimsParts {
  readonly changes: Pick<Changes, 'moveBook'>;
  readonly reservations: Pick<ReservationService, 'reserve' | 'replay'>;
  readonly releases: Pick<ReleaseService, 'release'>;
}

/** How long a claim that is being answered keeps others out, if whoever answers dies. */
const ANSWERING_MS = 30 * SECOND;
const TRIES_MAX = 4;
/**
 * Gives a touch to one operator: its text, and a held reservation, or why not. The text is made before anything is locked, and is
 * the touch's if all that it was made from is the same still. Then three steps, each of which may be the last of a process: the
 * touch is kept for whoever asks; the books decide, under a key that follows from the touch and the number of its claim; the answer
 * is written to the touch. Whoever goes on with it asks under the same key, and finds the same reservation. Where the books decide
 * nothing they are moved for what was written beside them.
 */
export class TouchClaims {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: ClaimsParts,
    /** Texts are made one at a time of each agency. */
    private readonly busy: Pick<BusyWork, 'keep'> = new BusyWork(),
  ) {}

  /**
   * Refuses with NOT_FOUND, INVALID (also a text that can't be made for the person), WRONG_STATE (somebody else has it, it is
   * done, its campaign has ended) and FORBIDDEN_FOR_ROLE.
   */
  async claimTouch(viewer: Viewer, terms: ClaimTerms): Promise<Claim | Refusal> {
    const wrong =
      forbidden(viewer, 'claimTouch') ??
      checkAll(checkIdempotencyKey(terms.idempotencyKey), checkHoldSeconds(terms.holdSeconds));
    if (wrong) return wrong;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const made = await this.make(viewer, terms);
      const begun = await inAgency(this.dataSource, viewer, (manager) => begin(manager, viewer, terms, made));
      if ('isStale' in begun) continue;
      if ('refused' in begun) return begun.refused;
      if ('told' in begun) {
        await this.parts.changes.moveBook(viewer);
        return begun.told;
      }
      if ('answered' in begun) return this.again(viewer, begun.answered);
      const answer = await this.ask(viewer, begun.ask, terms);
      const concluded = await inAgency(this.dataSource, viewer, (manager) =>
        conclude(manager, viewer, begun.ask, terms, answer),
      );
      // Nobody has it then: where this comes to nothing, it lapses.
      if (concluded.release !== null)
        await this.parts.releases.release(viewer, { reservationId: concluded.release });
      // What is held now was told by the books; all else is written behind them.
      if (answer instanceof Refusal || answer.replayed || !isHeld(answer))
        await this.parts.changes.moveBook(viewer);
      if (concluded.told) return concluded.told;
    }
    throw new Failure('UNAVAILABLE', 'The touch is being claimed again and again; ask later.', SECOND);
  }

  /** The text as it is now; null where there is nothing to make one for. */
  private async make(viewer: Viewer, { touchId, idempotencyKey }: ClaimTerms): Promise<MadeText | null> {
    const parts = await inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      const found = await seeTouch(manager, transaction, viewer, touchId);
      if (found instanceof Refusal) return null;
      const { touch, person } = found;
      if (refuseState(viewer, found, idempotencyKey, await clockOf(manager))) return null;
      const prospect = await readProspectOf(transaction, viewer.agencyId, person);
      return prospect && { variant: variantOf(person, touch), prospect };
    });
    return parts && this.busy.keep(viewer, () => makeText(parts.variant, parts.prospect));
  }

  /** Never over what is recommended: as nextTouches told it. */
  private ask(viewer: Viewer, asked: Asked, terms: ClaimTerms): Promise<Decided | Refusal> {
    const { touch, text } = asked;
    const question = termsOf(asked);
    const { action } = question;
    return this.parts.reservations.reserve(
      viewer,
      {
        ...question,
        ...(text && { message: text }),
        holdSeconds: terms.holdSeconds ?? null,
        idempotencyKey: keyOfTouch(touch.id, touch.claims + 1),
      },
      { isPlanned: true, sameAs: { touchId: touch.id, action, subject: text?.subject, body: text?.body } },
    );
  }

  /** A claim that was answered is answered again: the same hold, the text made anew. */
  private async again(viewer: Viewer, { touch, prospect, text }: Asked): Promise<Claim | Refusal> {
    const decided = await this.parts.reservations.replay(viewer, touch.reservationId!);
    if (decided instanceof Refusal) return decided;
    return { touch, decided, text, prospect };
  }
}

async function begin(
  manager: EntityManager,
  viewer: Viewer,
  { touchId, idempotencyKey }: ClaimTerms,
  made: MadeText | null,
): Promise<Begun> {
  const { agencyId } = viewer;
  const transaction = await ledgerOn(manager);
  const locked = await lockTouch(manager, transaction, viewer, touchId);
  if (locked instanceof Refusal) return { refused: locked };
  const { touch, person } = locked;
  const at = await clockOf(manager);
  const refusal = refuseState(viewer, locked, idempotencyKey, at);
  if (refusal) return { refused: refusal };
  const book = new TouchBook(agencyId, at);
  const prospect = await readProspectOf(transaction, agencyId, person);
  const known = (await readKnown(transaction, agencyId, [person], at)).get(person.id)!;
  const next = lookAgain(person, known, at);
  const isAnswered = isClaimed(touch, at) && touch.reservationId !== null;
  if (isAnswered && prospect && next?.kind === 'OPEN') {
    if (!made || !isMadeFrom(made, variantOf(person, touch), prospect)) return { isStale: true };
    return { answered: { touch, person, prospect, text: textOrNull(made) } };
  }
  if (!isToBeDone(touch, next) || !prospect) {
    // Whatever was claimed meanwhile lapsed, or was never answered.
    if (prospect) look(book, person, { ...known, open: { ...touch, claimedUntil: at } }, at);
    else book.end(person, 'OFF_THE_LIST', touch);
    return { told: await written(manager, book, touch, transaction, agencyId) };
  }
  if (!made || !isMadeFrom(made, next.variant, prospect)) return { isStale: true };
  const { text } = made;
  if (text && 'problem' in text) {
    book.change(touch, { state: 'DUE', dueAt: at + AGAIN_AFTER });
    await book.write(manager);
    return { told: refuse('INVALID', `Its ${text.field} can’t be made: ${text.problem}`, 'touchId') };
  }
  const claimedUntil = at + ANSWERING_MS;
  const claim: Partial<Touch> = {
    ...({ state: 'CLAIMED', claimedBy: viewer.actor, claimKey: idempotencyKey } as const),
    ...{ claimedAt: at, claimedUntil, reservationId: null, lookAt: null },
    earlierReservationIds: earlierReservationsOf(touch),
  };
  book.change(touch, claim);
  book.lookAgain(person, claimedUntil);
  await book.write(manager);
  const { claimedBy, claimedAt, claimKey, reservationId, earlierReservationIds } = touch;
  const before = {
    ...{ claimedBy, claimedAt, claimKey, claimedUntil: touch.claimedUntil },
    ...{ reservationId, earlierReservationIds },
  };
  return { ask: { touch: { ...touch, ...claim }, person, prospect, text, before } };
}

function textOrNull({ text }: MadeText): TouchText | null {
  return text && 'problem' in text ? null : text;
}
