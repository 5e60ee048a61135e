import type { EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { RestrictionEntity } from '../../entities/restriction.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { alterRows, ledgerOn } from '../../ledger/books/manager-rows.js';
import { stayReason, type StayReason } from '../../outreach/campaign/reassign.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { seatsSeen } from '../visible.js';
import { FROM_THE_START } from './campaign.audience.js';
import { findWholeCampaign, noCampaign } from './campaign.changes.js';
import { isClaimed, type QueueKeeper } from './queue.keeper.js';
import * as rows from './reassigning.rows.js';
import { earlierReservationsOf, readOpenTouches, type Touch } from './touch.rows.js';

export interface ReassignTouches {
  readonly campaignId: string;
  readonly fromSeatId: string;
  readonly toSeatId: string;
  /** The people of these touches alone. */
  readonly touchIds?: readonly string[] | null | undefined;
  /** Nothing is changed: it is told who would go. */
  readonly dryRun?: boolean | null | undefined;
}

/** What became of the people of a seat. */
export interface Reassigned {
  readonly campaign: CampaignEntity;
  readonly reassigned: number;
  readonly stayed: ReadonlyMap<StayReason, number>;
  /** There are more of them than one call looks at. */
  readonly hasMore: boolean;
}

/** People who are given to another seat in one transaction, under the book; and such turns of one call. */
const PEOPLE_AT_ONCE = 500;
const TURNS_MAX = 100;
const TOUCHES_MAX = 100;

interface Turn {
  readonly campaign: CampaignEntity;
  readonly given: number;
  readonly stayed: readonly StayReason[];
  /** Up to whom they were looked at; null where that was all of them. */
  readonly after: string | null;
}

/**
 * Gives the people of a seat to another seat of their campaign: those of one that is restricted, or has left, would wait for it
 * for ever. Whoever the seat has been in touch with stays with it, and it is told how many do, and why.
 */
export class TouchReassigning {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
    private readonly keeper: QueueKeeper,
  ) {}

  /**
   * So many in a transaction: who was given before something went wrong stays given, and whoever calls again goes on. Refuses, while
   * nobody was looked at yet, with NOT_FOUND, INVALID (too many touches, a seat that is not the campaign's), WRONG_STATE (the
   * campaign has ended, the seat that is to take over is removed or restricted) and FORBIDDEN_FOR_ROLE.
   */
  async reassignTouches(viewer: Viewer, asked: ReassignTouches): Promise<Reassigned | Refusal> {
    const refusal = forbidden(viewer, 'reassignTouches') ?? checkAsked(asked);
    if (refusal) return refusal;
    const checked = await this.changes.make(viewer, (manager, at) => check(manager, viewer, asked, at));
    if (checked instanceof Refusal) return checked;
    // Claims that have lapsed, and what was sent without word of it here, are put down first.
    await this.keeper.keep(viewer, asked.fromSeatId);
    const stayed = new Map<StayReason, number>();
    let reassigned = 0;
    let after: string | null = FROM_THE_START;
    let { campaign } = checked;
    for (let turns = 0; after !== null && turns < TURNS_MAX; turns += 1) {
      const turn: Turn | Refusal = await this.takeTurn(viewer, asked, after);
      // What the turns before did is told; whoever goes on with those who are left is told why not.
      if (turn instanceof Refusal && turns > 0) break;
      if (turn instanceof Refusal) return turn;
      reassigned += turn.given;
      for (const reason of turn.stayed) stayed.set(reason, (stayed.get(reason) ?? 0) + 1);
      ({ after, campaign } = turn);
    }
    return { campaign, reassigned, stayed, hasMore: after !== null };
  }

  private takeTurn(viewer: Viewer, asked: ReassignTouches, after: string): Promise<Turn | Refusal> {
    const { agencyId } = viewer;
    return this.changes.make(viewer, async (manager, at) => {
      // What was checked before the first turn holds in each.
      const checked = await check(manager, viewer, asked, at);
      if (checked instanceof Refusal) return checked;
      const { campaign } = checked;
      const { fromSeatId, toSeatId, touchIds = null } = asked;
      const transaction = await ledgerOn(manager);
      // One more than are given, so that none but the last turn finds nobody behind it: a seat that left is known by its people alone.
      const page = { campaignId: campaign.id, seatId: fromSeatId, touchIds, after, rows: PEOPLE_AT_ONCE + 1 };
      const read = await rows.readPeopleOfSeat(transaction, agencyId, page);
      const ids = read.slice(0, PEOPLE_AT_ONCE);
      const people = await rows.lockPeopleOfSeat(transaction, agencyId, ids, fromSeatId);
      const { clientAccountId } = campaign;
      const seenUntil = await rows.readSeenUntil(transaction, agencyId, fromSeatId, clientAccountId);
      const seats = { fromSeatId, toSeatId, seenUntil, clientAccountId };
      const passed = await rows.readBetween(transaction, agencyId, people, seats);
      const open = await readOpenTouches(transaction, agencyId, ids);
      const openOf = new Map(open.map((touch) => [touch.enrolmentId, touch]));
      const openIds = open.map(({ id }) => id);
      const inHand = await rows.readInHand(transaction, agencyId, openIds);
      const judged = people.map((person) => {
        const touch = openOf.get(person.id) ?? null;
        const between = passed.get(person.id)!;
        const reason = stayReason({
          ...between,
          isElsewhere: !person.isOfSeat,
          isClaimed: touch !== null && isAbout(touch, inHand, at),
        });
        return { person, touch, reason, isConnectedThere: between.isConnectedThere };
      });
      const going = judged.filter(({ reason }) => reason === null);
      if (!asked.dryRun && going.length > 0) {
        await give(manager, agencyId, toSeatId, going, at);
        await this.tell(manager, viewer, asked, going.length, at);
      }
      const isBusy = ids.slice(people.length).map((): StayReason => 'CLAIMED');
      const stayed = [...judged.flatMap(({ reason }) => (reason === null ? [] : [reason])), ...isBusy];
      const last = read.length > PEOPLE_AT_ONCE ? ids.at(-1)! : null;
      return { campaign, given: going.length, stayed, after: last };
    });
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    { campaignId, fromSeatId, toSeatId }: ReassignTouches,
    people: number,
    at: Instant,
  ): Promise<void> {
    return this.audit.write(manager, viewer, at, {
      ...{ verb: 'reassignTouches', subjectKind: 'CAMPAIGN', subjectId: campaignId },
      ...{ before: { seatId: fromSeatId }, after: { seatId: toSeatId, people } },
    });
  }
}

/**
 * Somebody has it. Where the hold was released, as that of a seat is that LinkedIn restricts, nobody can send it any more; but who says
 * that they did has it until that is in the books.
 */
function isAbout(touch: Touch, inHand: ReadonlySet<string>, at: Instant): boolean {
  return isClaimed(touch, at) && (touch.reservationId === null || inHand.has(touch.id));
}

function checkAsked({ fromSeatId, toSeatId, touchIds }: ReassignTouches): Refusal | null {
  if (fromSeatId === toSeatId) return refuse('INVALID', 'That is the seat that has them.', 'toSeatId');
  if (!touchIds || (touchIds.length >= 1 && touchIds.length <= TOUCHES_MAX)) return null;
  return refuse('INVALID', `touchIds are 1 to ${TOUCHES_MAX}; left out, all.`, 'touchIds');
}

/** Whether the one seat has people of the campaign, or could have, and the other one may take them over. */
async function check(
  manager: EntityManager,
  viewer: Viewer,
  { campaignId, fromSeatId, toSeatId, touchIds }: ReassignTouches,
  at: Instant,
): Promise<{ readonly campaign: CampaignEntity } | Refusal> {
  const { agencyId } = viewer;
  const campaign = await findWholeCampaign(manager, viewer, campaignId);
  if (!campaign) return noCampaign();
  if (campaign.status === 'COMPLETED' || campaign.status === 'ARCHIVED') {
    return refuse('WRONG_STATE', 'The campaign has ended.', 'campaignId');
  }
  // One that has left the campaign, or the client account, may have people of it still.
  const transaction = await ledgerOn(manager);
  if (!(await rows.isSeatOf(transaction, agencyId, campaignId, fromSeatId))) {
    return refuse('NOT_FOUND', 'The campaign has no such seat.', 'fromSeatId');
  }
  const wrong = await refuseTarget(manager, viewer, campaignId, toSeatId, at);
  if (wrong) return wrong;
  const known = await rows.readTouchesOfCampaign(transaction, agencyId, campaignId, touchIds ?? []);
  const unknown = (touchIds ?? []).findIndex((id) => !known.has(id));
  if (unknown < 0) return { campaign };
  return refuse('NOT_FOUND', 'The campaign has no such touch.', 'touchIds', String(unknown));
}

async function refuseTarget(
  manager: EntityManager,
  viewer: Viewer,
  campaignId: string,
  seatId: string,
  at: Instant,
): Promise<Refusal | null> {
  const { agencyId } = viewer;
  const seat = await seatsSeen(manager, viewer).andWhere('seat.id = :seatId', { seatId }).getOne();
  if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'toSeatId');
  if (!(await manager.existsBy(CampaignSeatEntity, { agencyId, campaignId, seatId }))) {
    return refuse('INVALID', 'The seat is none of the campaign: setCampaignSeats takes it in.', 'toSeatId');
  }
  if (seat.status === 'REMOVED') return refuse('WRONG_STATE', 'The seat is removed.', 'toSeatId');
  const isRestricted = await manager
    .createQueryBuilder(RestrictionEntity, 'restriction')
    .where('restriction.agencyId = :agencyId AND restriction.seatId = :seatId', { agencyId, seatId })
    .andWhere('restriction.liftedAt IS NULL')
    .andWhere('(restriction.untilAt IS NULL OR restriction.untilAt > :at)', { at })
    .getExists();
  return isRestricted ? refuse('WRONG_STATE', 'The seat is restricted itself.', 'toSeatId') : null;
}

interface Going {
  readonly person: rows.LockedPerson;
  readonly touch: Touch | null;
  readonly isConnectedThere: boolean;
}

/** Where they are among their steps stays; what is known of them is the other seat's from now on. */
async function give(
  manager: EntityManager,
  agencyId: string,
  seatId: string,
  going: readonly Going[],
  at: Instant,
): Promise<void> {
  await alterRows(
    manager,
    rows.PEOPLE_GIVEN,
    going.map(({ person, isConnectedThere }) => ({
      ...{ agency_id: agencyId, id: person.id, seat_id: seatId, next_due_at: at },
      degree: isConnectedThere ? ('FIRST' as const) : ('UNKNOWN' as const),
    })),
  );
  const touches = going.flatMap(({ touch }) => (touch ? [touch] : []));
  await alterRows(
    manager,
    rows.TOUCHES_GIVEN,
    touches.map((touch) => ({
      ...{ agency_id: agencyId, id: touch.id, seat_id: seatId, state: 'DUE' as const, reservation_id: null },
      ...{ earlier_reservation_ids: earlierReservationsOf(touch), claims: touch.claims + 1 },
    })),
  );
}
