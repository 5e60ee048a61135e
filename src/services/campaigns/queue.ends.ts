import type { DataSource } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { TouchFailure } from '../../outreach/campaign/touch.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Permission } from '../../tenancy/roles.js';
import { isSelf, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { Changes } from '../changes.js';
import type { ActivityService } from '../decisions/activity.service.js';
import { keyOfTouch } from '../decisions/idempotency-key.js';
import { isClaimed } from './queue.keeper.js';
import { lockClaimed, lockTouch } from './queue.locks.js';
import { keepForRecording, keepNoLonger } from './queue.recording.js';
import {
  atSend,
  atTouch,
  BY_HAND,
  refuseAnothers,
  refuseEnded,
  refuseNotice,
  refuseOthers,
} from './queue.refusals.js';
import { kindOf } from './queue.terms.js';
import type { ReleaseService } from '../decisions/release.service.js';
import type { ReservationService } from '../decisions/reservation.service.js';
import { stepOf, TouchBook } from './touch.book.js';
import { readAskedBy, readSent } from './touch.facts.js';
import type { Enrolled } from './enrolment.rows.js';
import { readTouches, reservationsOf, type Touch } from './touch.rows.js';

export interface CompleteTerms {
  readonly touchId: string;
  readonly sentAt?: number | null;
  /** That the claim gave: another claim's is not completed. */
  readonly reservationId?: string | null;
}

export interface EndsParts {
  readonly changes: Pick<Changes, 'moveBook'>;
  readonly reservations: Pick<ReservationService, 'commit'>;
  readonly releases: Pick<ReleaseService, 'release'>;
  readonly activities: Pick<ActivityService, 'record'>;
}

interface Found {
  readonly touch: Touch;
  readonly person: Enrolled;
  readonly at: Instant;
}

/** What a touch may end by: the claim as it was found, and the reservation that was resolved for it; null where there was none any more. */
interface Given {
  readonly claimedAt: Instant | null;
  readonly reservationId: string | null;
}

type WriteEnd = (
  book: TouchBook,
  person: Enrolled,
  touch: Touch,
  sentAt: Instant | null,
  at: Instant,
) => void;

/** Why a hold can't be committed any more, whatever was sent meanwhile. */
const HELD_NO_MORE: ReadonlySet<string> = new Set(['RESERVATION_EXPIRED', 'RESERVATION_RESOLVED']);

/**
 * What became of touches. The books come first, and are what counts: where a process dies before it has written down here what
 * they say, whoever looks next finds it there.
 */
export class TouchEnds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: EndsParts,
  ) {}

  /**
   * It was sent: the hold is committed. Sent after the hold had lapsed, or was released by a pause and the like, it is recorded,
   * with its reservation, as long as nobody else has claimed it. Repeated it is a no-op. Refuses with NOT_FOUND, INVALID, WRONG_STATE and FORBIDDEN_FOR_ROLE.
   */
  async completeTouch(viewer: Viewer, terms: CompleteTerms): Promise<Touch | Refusal> {
    const found = await this.find(viewer, 'completeTouch', terms.touchId, lockClaimed);
    if (found instanceof Refusal) return found;
    const { touch } = found;
    const { claimedAt } = touch;
    if (touch.state === 'DONE') return this.asDone(viewer, touch, terms);
    const { reservationId: named = null } = terms;
    const earlierOwn = named === null ? await this.earlierOwn(viewer, touch) : [];
    const wrong = refuseOthers(viewer, found, { reservationId: named, earlierOwn });
    if (wrong) return wrong;
    const reservationId = touch.reservationId!;
    const answer = await this.parts.reservations.commit(viewer, {
      reservationId,
      sentAt: terms.sentAt ?? null,
    });
    if (answer instanceof Refusal) {
      if (!HELD_NO_MORE.has(answer.code)) return atTouch(answer);
      const late = await this.recordLate(viewer, found, terms);
      if (late) return late;
    }
    return this.conclude(viewer, touch.id, { claimedAt, reservationId }, (book, person, current, sentAt) => {
      if (sentAt !== null) book.passed(person, current, 'DONE', sentAt, null);
    });
  }

  /** It is passed over for this person; what was held is given back. Refuses as completeTouch does. */
  async skipTouch(viewer: Viewer, touchId: string): Promise<Touch | Refusal> {
    const found = await this.find(viewer, 'skipTouch', touchId);
    if (found instanceof Refusal || found.touch.state === 'SKIPPED') {
      return found instanceof Refusal ? found : found.touch;
    }
    const given = await this.giveBack(viewer, found);
    if (given instanceof Refusal) return given;
    return this.conclude(viewer, touchId, given, (book, person, current, sentAt, at) => {
      if (sentAt === null) book.passed(person, current, 'SKIPPED', at, 'BY_HAND');
      else book.passed(person, current, 'DONE', sentAt, null);
    });
  }

  /**
   * It could not be sent: nothing more is asked of the person, and what was held is given back. With LinkedIn's notice of a limit
   * it is the seat that is restricted, and the touch waits. Refuses as completeTouch does.
   */
  async failTouch(viewer: Viewer, touchId: string, because: TouchFailure): Promise<Touch | Refusal> {
    const found = await this.find(viewer, 'failTouch', touchId);
    const isNotice = because === 'LINKEDIN_LIMIT_NOTICE';
    if (found instanceof Refusal) return found;
    if (found.touch.state === 'FAILED' && !isNotice) return found.touch;
    const given = isNotice ? await this.tellNotice(viewer, found) : await this.giveBack(viewer, found);
    if (given instanceof Refusal) return given;
    return this.conclude(viewer, touchId, given, (book, person, current, sentAt, at) => {
      if (sentAt !== null) book.passed(person, current, 'DONE', sentAt, null);
      else if (isNotice && person.state !== 'ACTIVE') book.end(person, 'CAMPAIGN_ENDED', current);
      else if (isNotice) {
        book.change(current, { state: 'DUE' });
        book.lookAgain(person, null);
      } else {
        book.end(person, 'FAILED', null);
        book.change(current, { state: 'FAILED', endedAt: at, endedBecause: because });
      }
    });
  }

  /**
   * It is done; a send of another claim than the one that did it is not in the books by that. Where the last claim's hold is live still,
   * as somebody told of the one before it meanwhile, it is committed.
   */
  private async asDone(
    viewer: Viewer,
    touch: Touch,
    { reservationId: named = null, sentAt = null }: CompleteTerms,
  ): Promise<Touch | Refusal> {
    const last = touch.reservationId;
    if (last !== null && (named === last || (named === null && isSelf(viewer, touch.claimedBy)))) {
      const answer = await this.parts.reservations.commit(viewer, { reservationId: last, sentAt });
      if (!(answer instanceof Refusal)) return touch;
    }
    const spoken = named === null ? await this.claimsOf(viewer, touch) : [named];
    if (spoken.length === 0) return touch;
    const ofTouch = reservationsOf(touch);
    const sent = await inAgency(this.dataSource, viewer, async (manager) =>
      readSent(await ledgerOn(manager), viewer.agencyId, ofTouch),
    );
    if (sent.size === 0 || spoken.some((id) => sent.has(id))) return touch;
    return refuse('WRONG_STATE', `It was done by another claim. ${BY_HAND}`, 'touchId');
  }

  /** What the caller claimed, as far as it is known which claim they speak of: their last one, where nobody claimed it since. */
  private claimsOf(viewer: Viewer, touch: Touch): Promise<string[]> {
    const isLast = isSelf(viewer, touch.claimedBy) && touch.reservationId !== null;
    return isLast ? Promise.resolve([touch.reservationId]) : this.earlierOwn(viewer, touch);
  }

  /** What the caller claimed before somebody else did. */
  private earlierOwn(viewer: Viewer, touch: Touch): Promise<string[]> {
    if (isSelf(viewer, touch.claimedBy) || touch.earlierReservationIds.length === 0)
      return Promise.resolve([]);
    return inAgency(this.dataSource, viewer, async (manager) =>
      readAskedBy(await ledgerOn(manager), viewer, touch.earlierReservationIds),
    );
  }

  private find(
    viewer: Viewer,
    permission: Permission,
    touchId: string,
    lock = lockTouch,
  ): Promise<Found | Refusal> {
    const refusal = forbidden(viewer, permission);
    if (refusal) return Promise.resolve(refusal);
    return inAgency(this.dataSource, viewer, async (manager) => {
      const found = await lock(manager, await ledgerOn(manager), viewer, touchId);
      return found instanceof Refusal ? found : { ...found, at: await clockOf(manager) };
    });
  }

  /** A hold that has lapsed is given back already. */
  private async giveBack(viewer: Viewer, { touch, at }: Found): Promise<Given | Refusal> {
    const wrong = refuseEnded(touch) ?? refuseAnothers(viewer, touch, at);
    if (wrong) return wrong;
    const { reservationId, claimedAt } = touch;
    if (reservationId === null || touch.state !== 'CLAIMED') return { claimedAt, reservationId: null };
    const answer = await this.parts.releases.release(viewer, { reservationId });
    if (!(answer instanceof Refusal)) return { claimedAt, reservationId };
    if (answer.code === 'RESERVATION_EXPIRED') return { claimedAt, reservationId: null };
    // Committed meanwhile: what is written then is what the books say.
    return answer.code === 'RESERVATION_RESOLVED' ? { claimedAt, reservationId } : atTouch(answer);
  }

  /** What whoever claimed it last was told by LinkedIn is so, whatever became of their hold. */
  private async tellNotice(viewer: Viewer, found: Found): Promise<Given | Refusal> {
    const { reservationId, claimedAt } = found.touch;
    const wrong = refuseNotice(viewer, found);
    if (wrong) return wrong;
    const terms = {
      reservationId: reservationId!,
      because: 'LINKEDIN_LIMIT_NOTICE',
      isToldLate: true,
    } as const;
    const answer = await this.parts.releases.release(viewer, terms);
    return answer instanceof Refusal ? atTouch(answer) : { claimedAt, reservationId };
  }

  /** Keeps the touch for as long as it takes, and puts the send into the books. Answers why that can't be done. */
  private async recordLate(viewer: Viewer, { touch }: Found, terms: CompleteTerms): Promise<Refusal | null> {
    const kept = await inAgency(this.dataSource, viewer, (manager) =>
      keepForRecording(manager, viewer, touch),
    );
    if (kept === 'DONE') {
      const done = await this.asDone(viewer, touch, terms);
      return done instanceof Refusal ? done : null;
    }
    if (kept instanceof Refusal) return kept;
    const { person, profileUrl, at } = kept;
    const { action, noted } = kindOf(person, touch, stepOf(person, touch));
    const send = {
      ...{ seatId: touch.seatId, action, recipient: { profileUrl }, occurredAt: terms.sentAt ?? at },
      ...{ withNote: noted, reservationId: touch.reservationId },
      idempotencyKey: `${keyOfTouch(touch.id, touch.claims)} late`,
    };
    // Told again before it is done, at whatever instant: known already.
    const recorded = await this.parts.activities.record(viewer, [send], { sameAs: { touchId: touch.id } });
    if (!(recorded instanceof Refusal)) return null;
    await inAgency(this.dataSource, viewer, (manager) => keepNoLonger(manager, viewer, kept.touch));
    return atSend(recorded);
  }

  /** Writes what became of it, as the books say whether it was sent. They have not moved where nothing was resolved for it. */
  private async conclude(
    viewer: Viewer,
    touchId: string,
    given: Given,
    write: WriteEnd,
  ): Promise<Touch | Refusal> {
    const concluded = await this.writeEnd(viewer, touchId, given, write);
    if (given.reservationId === null) await this.parts.changes.moveBook(viewer);
    return concluded;
  }

  private writeEnd(viewer: Viewer, touchId: string, given: Given, write: WriteEnd): Promise<Touch | Refusal> {
    const { agencyId } = viewer;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      const locked = await lockClaimed(manager, transaction, viewer, touchId);
      if (locked instanceof Refusal) return locked;
      const { touch, person } = locked;
      if (touch.state === 'DUE' || touch.state === 'CLAIMED') {
        const at = await clockOf(manager);
        const sentAt = await sentAtOf(transaction, agencyId, touch);
        // A send that is being recorded has the same reservation, and keeps the touch since another instant.
        const isSame = touch.reservationId === given.reservationId && touch.claimedAt === given.claimedAt;
        if (sentAt === null && isClaimed(touch, at) && !isSame) {
          return refuse('WRONG_STATE', 'It has been claimed meanwhile, or is being recorded.', 'touchId');
        }
        const book = new TouchBook(agencyId, at);
        write(book, person, touch, sentAt, at);
        await book.write(manager);
      }
      const [now] = await readTouches(transaction, agencyId, [touchId]);
      return now ?? refuse('NOT_FOUND', 'There is no such touch.', 'touchId');
    });
  }
}

/** When it was sent, by whichever claim. */
async function sentAtOf(
  transaction: LedgerTransaction,
  agencyId: string,
  touch: Touch,
): Promise<Instant | null> {
  const ofTouch = reservationsOf(touch);
  const sent = await readSent(transaction, agencyId, ofTouch);
  return ofTouch.flatMap((id) => sent.get(id) ?? [])[0] ?? null;
}
