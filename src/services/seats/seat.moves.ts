import { MoreThanOrEqual, type EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { SeatAssignmentEntity } from '../../entities/seat-assignment.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { changingPool, joinPool, settleCredits } from '../../ledger/credits/credit-changes.js';
import { judgeAgain, tellOfTime } from '../../ledger/manager-desk.js';
import { releaseHoldsOfSeat } from '../../ledger/release-holds.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { refuseOften } from './changes-of-late.js';
import { raiseAllowanceReached } from './seat.alerts.js';
import { refuseSeatFor } from './seat.allowance.js';
import { endGifts } from '../members/member.reach.js';
import { assignSeat } from './seat-assignments.js';
import { findSeat } from './seat.service.js';

export interface MoveSeat {
  readonly seatId: string;
  readonly clientAccountId: string;
}

/** What a move did besides. */
export interface MovedSeat {
  readonly seat: SeatEntity;
  readonly releasedReservations: number;
  /** Those that had the seat. */
  readonly leftCampaigns: readonly CampaignEntity[];
}

/** Seats that go to another client account, or from the agency, and come back. */
export class SeatMoves {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Gives a seat to another client account. LinkedIn counts the account: its ledger goes with it, and what it did stays with
   * the client account of that time. To whom the seat alone was given, it is given no more. Where the seat is already, it is a no-op. Refuses with NOT_FOUND, WRONG_STATE (a seat
   * that is removed, of the client's own staff or has moved too often of late, an archived client account),
   * SEAT_ALLOWANCE_REACHED and FORBIDDEN_FOR_ROLE.
   */
  async moveSeat(viewer: Viewer, { seatId, clientAccountId }: MoveSeat): Promise<MovedSeat | Refusal> {
    const refusal = forbidden(viewer, 'moveSeat');
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const seat = await findSeat(manager, viewer, seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      if (seat.clientAccountId === clientAccountId) {
        return { seat, releasedReservations: 0, leftCampaigns: [] };
      }
      const refused =
        refuseMove(seat) ??
        (await refuseSeatFor(manager, viewer, clientAccountId)) ??
        (await refuseMoves(manager, seat, at));
      return refused ?? this.move(manager, viewer, seat, { clientAccountId, at });
    });
  }

  /**
   * Takes a seat out of use: what it holds is released, its history stays, and it takes no allowance. Again, it is a no-op.
   * Refuses with NOT_FOUND and FORBIDDEN_FOR_ROLE.
   */
  async removeSeat(viewer: Viewer, seatId: string): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'removeSeat') ??
      this.changes.make(viewer, async (manager, at) => {
        const seat = await findSeat(manager, viewer, seatId);
        if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
        if (seat.status === 'REMOVED') return seat;
        await leave(manager, viewer, seat, { because: 'SEAT_REMOVED', at });
        return this.setStatus(manager, viewer, at, 'removeSeat', seat, {
          status: 'REMOVED',
          removedAs: seat.status,
        });
      })
    );
  }

  /**
   * Brings a removed seat back as it was, a paused one paused. Of a seat that is not removed it is a no-op. Refuses with
   * NOT_FOUND, WRONG_STATE (an archived client account), SEAT_ALLOWANCE_REACHED and FORBIDDEN_FOR_ROLE.
   */
  async restoreSeat(viewer: Viewer, seatId: string): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'restoreSeat') ??
      this.changes.make(viewer, async (manager, at) => {
        const seat = await findSeat(manager, viewer, seatId);
        if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
        if (seat.status !== 'REMOVED') return seat;
        const refused = await refuseSeatFor(manager, viewer, seat.clientAccountId, 'seatId');
        if (refused) return refused;
        const status = seat.removedAs ?? 'ACTIVE';
        const restored = await this.setStatus(manager, viewer, at, 'restoreSeat', seat, {
          status,
          removedAs: null,
        });
        await joinPool(manager, { agencyId: seat.agencyId, seatId }, at);
        await raiseAllowanceReached(manager, viewer, seat.clientAccountId, at);
        // Its client account may have got stricter numbers meanwhile.
        await judgeAgain(manager, { agencyId: seat.agencyId, at }, { seatIds: [seatId] }, () => false);
        return restored;
      })
    );
  }

  private async move(
    manager: EntityManager,
    viewer: Viewer,
    seat: SeatEntity,
    { clientAccountId, at }: { readonly clientAccountId: string; readonly at: Instant },
  ): Promise<MovedSeat> {
    const { agencyId, id } = seat;
    const releasedReservations = await leave(manager, viewer, seat, { because: 'SEAT_MOVED', at });
    const leftCampaigns = await leaveCampaigns(manager, seat);
    const memberIds = await endGifts(manager, seat);
    const moved = manager.create(SeatEntity, { ...seat, clientAccountId });
    await changingPool(manager, { agencyId, seatId: id }, at, () =>
      manager.update(SeatEntity, { agencyId, id }, { clientAccountId }),
    );
    await assignSeat(manager, moved, at);
    await this.audit.write(manager, viewer, at, {
      verb: 'moveSeat',
      subjectKind: 'SEAT',
      subjectId: id,
      before: { ...seat, campaignIds: leftCampaigns.map((campaign) => campaign.id), memberIds },
      after: { ...moved, campaignIds: [], memberIds: [] },
    });
    await raiseAllowanceReached(manager, viewer, clientAccountId, at);
    // Another client account may hold the seat to the stricter numbers.
    await judgeAgain(manager, { agencyId, at }, { seatIds: [id] }, () => false);
    return { seat: moved, releasedReservations, leftCampaigns };
  }

  private async setStatus(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    seat: SeatEntity,
    columns: Pick<SeatEntity, 'status' | 'removedAs'>,
  ): Promise<SeatEntity> {
    const { agencyId, id } = seat;
    const changed = manager.create(SeatEntity, { ...seat, ...columns });
    await manager.update(SeatEntity, { agencyId, id }, columns);
    const subject = { verb, subjectKind: 'SEAT', subjectId: id } as const;
    await this.audit.write(manager, viewer, at, { ...subject, before: seat, after: changed });
    return changed;
  }
}

/** Whoever's account it is can't be given to another client with it. */
function refuseMove({ status, holderKind }: SeatEntity): Refusal | null {
  if (status === 'REMOVED') return refuse('WRONG_STATE', 'The seat is removed; restore it first.', 'seatId');
  if (holderKind !== 'CLIENT_STAFF') return null;
  const message = 'The account is one of the client’s own people: it stays with the client account.';
  return refuse('WRONG_STATE', message, 'seatId');
}

/** Whatever is told of the past is of the client account of that time: all of them are kept. */
function refuseMoves(
  manager: EntityManager,
  { agencyId, id: seatId }: SeatEntity,
  at: Instant,
): Promise<Refusal | null> {
  return refuseOften({ what: 'The client account of a seat', field: 'seatId', at }, (from) =>
    manager.countBy(SeatAssignmentEntity, { agencyId, seatId, fromAt: MoreThanOrEqual(from) }),
  );
}

/**
 * What is done before a seat goes: what happened up to now is told where it is still, and what it holds is released (P13).
 * Answers how many reservations were.
 */
async function leave(
  manager: EntityManager,
  { actor: by }: Viewer,
  seat: SeatEntity,
  { because, at }: { readonly because: 'SEAT_MOVED' | 'SEAT_REMOVED'; readonly at: Instant },
): Promise<number> {
  const { agencyId, id: seatId } = seat;
  const creditsBefore = await settleCredits(manager, { agencyId, seatId }, at);
  await tellOfTime(manager, { agencyId, at }, { seatId, creditsBefore });
  return releaseHoldsOfSeat(manager, seat, { because, at, by });
}

/** A campaign is its client account's, so a seat of another one sends nothing for it. */
async function leaveCampaigns(
  manager: EntityManager,
  { agencyId, id: seatId }: SeatEntity,
): Promise<CampaignEntity[]> {
  const left = await manager
    .createQueryBuilder(CampaignEntity, 'campaign')
    .innerJoin(
      CampaignSeatEntity,
      'member',
      'member.agencyId = campaign.agencyId AND member.campaignId = campaign.id',
    )
    .where('campaign.agencyId = :agencyId AND member.seatId = :seatId', { agencyId, seatId })
    .orderBy('campaign.id')
    .getMany();
  await manager.delete(CampaignSeatEntity, { agencyId, seatId });
  return left;
}
