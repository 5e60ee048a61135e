import type { EntityManager } from 'typeorm';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { changingCredits, setCreditBalance } from '../../ledger/credits/credit-changes.js';
import { judgeCredits } from '../../ledger/manager-desk.js';
import { followOpeningInvitations, writeOpeningUseLater } from '../../ledger/opening-use.js';
import { releaseHoldsOfSeat } from '../../ledger/release-holds.js';
import { POOLED_TIERS } from '../../quota/credit-days.js';
import type { Instant } from '../../quota/window.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkAll, checkInteger, checkNotNull } from '../checks.js';
import { checkDaysOff, readDaysOff, replaceDaysOff } from './days-off.js';
import { followZone, refuseZoneChange } from './scope-zones.js';
import { insertSeats } from './seat.adding.js';
import { judgeChanged } from './seat.alerts.js';
import { refuseSeatFor } from './seat.allowance.js';
import {
  CREDITS_MAX,
  checksOfDays,
  checkSeat,
  refuseAgreement,
  refuseHistory,
  type SetCredits,
  type AddSeat,
  type UpdateSeat,
} from './seat.checks.js';
import { changedBy, newSeat } from './seat.columns.js';
import { findTaken, keepAddresses } from './seat.taken.js';
import { seatsSeen } from '../visible.js';

/** Changes to the LinkedIn accounts that the agency operates; SeatReader reads them. */
export class SeatService {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Adds a seat, with what it sent before. Refuses with NOT_FOUND (the client account), INVALID, WRONG_STATE (an archived
   * client account), SEAT_ALLOWANCE_REACHED, TAKEN (the account, also of a removed seat, or the reference) and
   * FORBIDDEN_FOR_ROLE.
   */
  async addSeat(viewer: Viewer, input: AddSeat): Promise<SeatEntity | Refusal> {
    const refusal = forbidden(viewer, 'addSeat') ?? checkSeat(input);
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const refused = await refuseSeatFor(manager, viewer, input.clientAccountId);
      if (refused) return refused;
      const seat = newSeat(manager, viewer, input, at);
      const taken = await findTaken(manager, viewer, [seat]);
      const wrong = checkAll(...checksOfDays(seat, at), ...taken(seat));
      if (wrong) return wrong;
      await insertSeats(manager, this.audit, viewer, [{ seat, openingUse: input.openingUse ?? [] }], at);
      return seat;
    });
  }

  /**
   * Changes a seat that is not removed. History and opening numbers only while the history is UNKNOWN. Refuses with
   * NOT_FOUND, INVALID, WRONG_STATE, TAKEN and FORBIDDEN_FOR_ROLE. Another zone holds from the old one's next boundary
   * of each calendar limit on.
   */
  async updateSeat(viewer: Viewer, input: UpdateSeat): Promise<SeatEntity | Refusal> {
    const refusal =
      forbidden(viewer, 'updateSeat') ??
      checkNotNull(
        input,
        'holderName',
        'holderKind',
        'profileUrl',
        'tier',
        'timeZone',
        'limitMode',
        'history',
      ) ??
      checkSeat(input);
    if (refusal) return refusal;
    return this.changeSeat(viewer, input.seatId, async (manager, at, seat) => {
      const tooLate = refuseHistory(seat, input) ?? refuseAgreement(seat, input);
      if (tooLate) return tooLate;
      const changed = manager.create(SeatEntity, changedBy(seat, input));
      const refused =
        refuseChangeOfPool(viewer, seat, changed) ??
        (await refuseZoneChange(manager, zoneScope(seat), [seat, changed], at));
      if (refused) return refused;
      const told = { ...changed, holderAgreedOn: input.holderAgreedOn ?? null };
      const taken = await findTaken(manager, viewer, [told]);
      const wrong = checkAll(...checksOfDays(changed, at, seat), ...taken(told));
      if (wrong) return wrong;
      const { agencyId, id, createdAt: _createdAt, ...columns } = changed;
      await changingCredits(manager, { agencyId, seatId: id }, { before: seat, after: changed, at }, () =>
        manager.update(SeatEntity, { agencyId, id }, columns),
      );
      await keepAddresses(manager, agencyId, [changed], seat);
      if (changed.holderAgreedOn === null) {
        await releaseHoldsOfSeat(manager, seat, { because: 'HOLDER_NOT_AGREED', at, by: viewer.actor });
      }
      if (changed.timeZone !== seat.timeZone) {
        await followZone(manager, zoneScope(seat), changed.timeZone, at);
      }
      await writeOpeningUseLater(manager, viewer, seat, input.openingUse ?? [], at);
      await followOpeningInvitations(manager, seat, changed);
      await this.tell(manager, viewer, at, 'updateSeat', seat, { ...changed, openingUse: input.openingUse });
      await judgeChanged(manager, { before: seat, after: changed }, at);
      return changed;
    });
  }

  /** Pauses a seat and releases what it holds. Again, it is a no-op. Refuses as updateSeat. */
  async pauseSeat(viewer: Viewer, seatId: string): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'pauseSeat') ??
      this.changeSeat(viewer, seatId, async (manager, at, seat) => {
        await releaseHoldsOfSeat(manager, seat, { because: 'SEAT_PAUSED', at, by: viewer.actor });
        return this.setStatus(manager, viewer, at, 'pauseSeat', seat, 'PAUSED');
      })
    );
  }

  /**
   * Takes a pause back. Of a seat that is not paused it is a no-op. Refuses as updateSeat, and with WRONG_STATE where the
   * holder has withdrawn and not agreed again.
   */
  async resumeSeat(viewer: Viewer, seatId: string): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'resumeSeat') ??
      this.changeSeat(viewer, seatId, async (manager, at, seat) => {
        if (seat.holderWithdrewAt === null) {
          return this.setStatus(manager, viewer, at, 'resumeSeat', seat, 'ACTIVE');
        }
        const message =
          'The holder took their agreement back: record with updateSeat when they agreed again.';
        return refuse('WRONG_STATE', message, 'seatId');
      })
    );
  }

  /**
   * Tells the InMail credits that a seat has, as LinkedIn shows them: what is held counts against it. In a pool it is the
   * balance of them all: for those who were given the whole client account. Refuses as updateSeat, and with WRONG_STATE where
   * the tier has none.
   */
  async setCredits(viewer: Viewer, { seatId, available }: SetCredits): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'setCredits') ??
      checkInteger(available, 0, CREDITS_MAX, 'available') ??
      this.changeSeat(viewer, seatId, async (manager, at, seat) => {
        const { agencyId, id, tier } = seat;
        const refused = refusePool(viewer, seat, tier, 'seatId');
        if (refused) return refused;
        const old = await setCreditBalance(manager, { agencyId, seatId: id }, available, at);
        const none = `The tier ${tier} has no InMail credits.`;
        if (old === null) return refuse('WRONG_STATE', none, 'seatId');
        // Also where the number stays: they are all of now, and expire later.
        const after = { ...seat, credits: available, creditsSetAt: at };
        await this.tell(manager, viewer, at, 'setCredits', { ...seat, ...old }, after);
        await judgeCredits(manager, { agencyId, at }, { seatId: id, before: old.credits });
        return seat;
      })
    );
  }

  /** Puts other days off in the place of those that there are. Refuses as updateSeat. */
  async setDaysOff(
    viewer: Viewer,
    { seatId, days }: { readonly seatId: string; readonly days: readonly string[] },
  ): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'setDaysOff') ??
      checkDaysOff(days) ??
      this.changeSeat(viewer, seatId, async (manager, at, seat) => {
        const before = (await readDaysOff(manager, viewer.agencyId, [seat.id])).get(seat.id) ?? [];
        await replaceDaysOff(manager, seat, days);
        const change = { before: { daysOff: before }, after: { daysOff: [...new Set(days)].toSorted() } };
        const subject = { verb: 'setDaysOff', subjectKind: 'SEAT', subjectId: seat.id } as const;
        await this.audit.write(manager, viewer, at, { ...subject, ...change });
        return seat;
      })
    );
  }

  /** Runs `work` on a seat under the book; a removed one can't be changed. */
  private changeSeat(
    viewer: Viewer,
    seatId: string,
    work: (manager: EntityManager, at: Instant, seat: SeatEntity) => Promise<SeatEntity | Refusal>,
  ): Promise<SeatEntity | Refusal> {
    return this.changes.make(viewer, async (manager, at) => {
      const seat = await findSeat(manager, viewer, seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      if (seat.status === 'REMOVED') {
        return refuse('WRONG_STATE', 'The seat is removed; restore it first.', 'seatId');
      }
      return work(manager, at, seat);
    });
  }

  private async setStatus(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    seat: SeatEntity,
    status: SeatEntity['status'],
  ): Promise<SeatEntity> {
    const { agencyId, id } = seat;
    const changed = manager.create(SeatEntity, { ...seat, status });
    await manager.update(SeatEntity, { agencyId, id }, { status });
    await this.tell(manager, viewer, at, verb, seat, changed);
    return changed;
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    before: object,
    after: SeatEntity & Pick<AddSeat, 'openingUse'>,
  ): Promise<void> {
    return this.audit.write(manager, viewer, at, {
      verb,
      subjectKind: 'SEAT',
      subjectId: after.id,
      before,
      after,
    });
  }
}

/** A seat that the viewer sees. */
export function findSeat(manager: EntityManager, viewer: Viewer, id: string): Promise<SeatEntity | null> {
  return seatsSeen(manager, viewer).andWhere('seat.id = :id', { id }).getOne();
}

/** What concerns a pool concerns every seat of its client account: it is for those who were given the whole of that. */
function refusePool(
  viewer: Viewer,
  { clientAccountId }: Pick<SeatEntity, 'clientAccountId'>,
  tier: SeatEntity['tier'],
  field: string,
): Refusal | null {
  if (!POOLED_TIERS.includes(tier) || seesWhole(viewer, clientAccountId)) return null;
  const message = `The credits of ${tier} are the client account’s: ask somebody who was given the whole of it to set them.`;
  return refuse('FORBIDDEN_FOR_ROLE', message, field);
}

/** A tier brings a seat to a pool or takes it from one; the pool's grant and its day follow from what its seats bring. */
function refuseChangeOfPool(viewer: Viewer, seat: SeatEntity, changed: SeatEntity): Refusal | null {
  if (changed.tier !== seat.tier) {
    return refusePool(viewer, seat, seat.tier, 'tier') ?? refusePool(viewer, seat, changed.tier, 'tier');
  }
  const field = (['creditsPerMonth', 'creditsRenewOn'] as const).find((name) => changed[name] !== seat[name]);
  return field === undefined ? null : refusePool(viewer, seat, seat.tier, field);
}

function zoneScope({ agencyId, id }: SeatEntity) {
  return { agencyId, scopeKind: 'SEAT', scopeId: id } as const;
}
