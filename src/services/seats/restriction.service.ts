import { type EntityManager, MoreThanOrEqual } from 'typeorm';
import { RestrictionEntity } from '../../entities/restriction.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { releaseHoldsOfSeat, releaseOne } from '../../ledger/release-holds.js';
import { readReservations, type ReservationFacts } from '../../ledger/reading/facts.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { alreadyResolved } from '../../ledger/resolve.js';
import { readCourses } from '../../ledger/reading/policies.js';
import type { Policy } from '../../quota/policy/index.js';
import { DAY, type Instant } from '../../quota/window.js';
import { ACTIONS, type Action, type RestrictionKind } from '../../quota/words.js';
import { instantOf, uuidAt } from '../../tenancy/uuid.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { type Often, refuseOften } from './changes-of-late.js';
import { assignedAt } from './seat-assignments.js';
import { findSeat } from './seat.service.js';

const NOTE_LENGTH_MAX = 500;
/** LinkedIn tells of days or weeks, or of no end at all. What follows a restriction is an instant as well, and has to be one that can be told. */
const UNTIL_MAX_MS = 3_650 * DAY;
/** Of one seat, reported by hand; LinkedIn tells of one a week where it tells of many. A notice that a hold met is reported whatever was before. */
const REPORTS_MAX: readonly Often[] = [
  { changes: 200, days: 1 },
  { changes: 1_000, days: 400 },
];

export interface ReportRestriction {
  readonly seatId: string;
  readonly kind: RestrictionKind;
  /** Null: those of the kind. */
  readonly actions?: readonly Action[] | null | undefined;
  /** Null: as long as the kind says. */
  readonly until?: Instant | null | undefined;
  readonly note?: string | null | undefined;
}

/** What LinkedIn did to the agency's accounts: reported by whoever sees it, lifted once it is over. */
export class RestrictionService {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** Stops what is restricted, and releases what is held for it. Refuses with NOT_FOUND, INVALID, WRONG_STATE. */
  async report(viewer: Viewer, input: ReportRestriction): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'reportRestriction') ??
      this.changes.make(viewer, async (manager, at) => {
        const seat = await findSeat(manager, viewer, input.seatId);
        if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
        if (seat.status === 'REMOVED') return refuse('WRONG_STATE', 'The seat was removed.', 'seatId');
        const wrong = checkReport(input, at) ?? (await reportedTooOften(manager, seat, at));
        if (wrong) return wrong;
        await this.restrict(manager, viewer, at, { ...input, clientAccountId: seat.clientAccountId });
        return seat;
      })
    );
  }

  /** Ends a restriction now, and begins the time of half caps. Of one that has ended it is a no-op. */
  async lift(viewer: Viewer, restrictionId: string): Promise<SeatEntity | Refusal> {
    return (
      forbidden(viewer, 'liftRestriction') ??
      this.changes.make(viewer, async (manager, at) => {
        const { agencyId } = viewer;
        const found = await manager.findOneBy(RestrictionEntity, { agencyId, id: restrictionId });
        const seat = found && (await findSeat(manager, viewer, found.seatId));
        if (!found || !seat) return refuse('NOT_FOUND', 'There is no such restriction.', 'restrictionId');
        if (found.liftedAt !== null || (found.untilAt !== null && found.untilAt <= at)) return seat;
        const lifted = {
          liftedAt: at,
          halfCapsUntil: at + halfCapsMs(await policyInForce(manager, agencyId, at)),
        };
        await manager.update(RestrictionEntity, { agencyId, id: found.id }, lifted);
        await this.tell(manager, viewer, at, 'liftRestriction', found, { ...found, ...lifted });
        return seat;
      })
    );
  }

  /**
   * Releases a hold that LinkedIn refused with a notice of a limit, and reports what the notice says of its action, at one
   * instant; of a hold that was released before, the notice alone. Refuses as a release does, but where it is told late on purpose.
   */
  async releaseWithNotice(
    viewer: Viewer,
    reservationId: string,
    isToldLate = false,
  ): Promise<ReservationFacts | Refusal> {
    return (
      forbidden(viewer, 'releaseReservation') ??
      this.changes.make(viewer, async (manager, at) => {
        const { agencyId, actor: by } = viewer;
        const transaction = await ledgerOn(manager);
        const [reservation] = await readReservations(transaction, [{ agencyId, id: reservationId }]);
        if (!reservation || !sees(viewer, reservation)) {
          return refuse('NOT_FOUND', 'There is no such reservation.', 'reservationId');
        }
        const resolved = alreadyResolved(at, reservation, 'RELEASED');
        if (resolved instanceof Refusal && !isToldLate) return resolved;
        if (resolved) return (await this.reportLate(manager, viewer, at, reservation)) ?? reservation;
        await releaseOne(manager, reservation, { because: null, at, by });
        // The seat may have come to another client account since it was held.
        const seat = await manager.findOneByOrFail(SeatEntity, { agencyId, id: reservation.seatId });
        const { clientAccountId } = seat;
        await this.restrict(manager, viewer, at, { ...noticeOf(reservation), clientAccountId });
        const resolution = {
          status: 'RELEASED',
          sentAt: null,
          resolvedAt: at,
          releasedBecause: null,
        } as const;
        return { ...reservation, resolution };
      })
    );
  }

  /**
   * What a notice says that came too late for its hold, unless it was told since that was made: which is nobody's to know for whom the
   * seat is not there.
   */
  private async reportLate(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    reservation: ReservationFacts,
  ): Promise<Refusal | null> {
    const seat = await findSeat(manager, viewer, reservation.seatId);
    if (!seat || seat.status === 'REMOVED') {
      // Given back by whoever had it: this may be the same call again.
      const { status, releasedBecause } = reservation.resolution ?? {};
      if (status === 'RELEASED' && releasedBecause === null) return null;
      const message = 'The hold is over, and its seat is not there any more.';
      return refuse('RESERVATION_RESOLVED', message, 'reservationId');
    }
    const notice = noticeOf(reservation);
    if (await isTold(manager, reservation, notice.kind)) return null;
    await this.restrict(manager, viewer, at, { ...notice, clientAccountId: seat.clientAccountId });
    return null;
  }

  private async restrict(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    input: ReportRestriction & { readonly clientAccountId: string },
  ): Promise<void> {
    const { agencyId, actor: by } = viewer;
    const { kind, seatId, clientAccountId } = input;
    const policy = await policyInForce(manager, agencyId, at);
    const untilAt = input.until ?? endOf(policy, kind, at);
    const restriction = manager.create(RestrictionEntity, {
      agencyId,
      id: uuidAt(at),
      seatId,
      kind,
      actions: actionsOf(policy, input),
      reportedAt: at,
      untilAt,
      halfCapsUntil: untilAt === null ? null : untilAt + halfCapsMs(policy),
      liftedAt: null,
      note: input.note ?? null,
    });
    await manager.createQueryBuilder().insert().into(RestrictionEntity).values(restriction).execute();
    const releasing = { because: 'SEAT_RESTRICTED', at, by } as const;
    await releaseHoldsOfSeat(manager, { agencyId, id: seatId }, releasing, restriction.actions);
    await this.tell(manager, viewer, at, 'reportRestriction', {}, restriction);
    await raise(manager, agencyId, [
      { kind: 'SEAT_RESTRICTED', clientAccountId, seatId, facts: { kind }, at },
    ]);
  }

  /** The entry is of the seat, and names the restriction; of a note it keeps a fingerprint. */
  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    before: object,
    { id, seatId, kind, ...restriction }: RestrictionEntity,
  ): Promise<void> {
    const after = { ...restriction, seatId, kind, restrictionId: id };
    const known = Object.keys(before).length > 0 ? { ...before, seatId, kind } : {};
    return this.audit.write(manager, viewer, at, {
      verb,
      subjectKind: 'SEAT',
      subjectId: seatId,
      before: known,
      after,
    });
  }
}

/** What LinkedIn's notice of a limit says of what was reserved. */
function noticeOf({ seatId, action }: ReservationFacts): ReportRestriction {
  return action === 'CONNECTION_REQUEST'
    ? { seatId, kind: 'INVITATION_LIMIT' }
    : { seatId, kind: 'TEMPORARY', actions: [action] };
}

/** Whether somebody reported since a hold was made what a notice says of it, also where that was lifted. */
function isTold(
  manager: EntityManager,
  { agencyId, id, seatId, action }: ReservationFacts,
  kind: RestrictionKind,
): Promise<boolean> {
  return manager
    .createQueryBuilder(RestrictionEntity, 'told')
    .where({ agencyId, seatId, kind, reportedAt: MoreThanOrEqual(instantOf(id)) })
    .andWhere('(told.actions IS NULL OR :action = ANY(told.actions))', { action })
    .getExists();
}

/** However little they stop: whoever asks about the seat after a change reads all of them. */
async function reportedTooOften(
  manager: EntityManager,
  seat: SeatEntity,
  at: Instant,
): Promise<Refusal | null> {
  const { agencyId, id: seatId } = seat;
  const heldFrom = await assignedAt(manager, seat);
  const what = { what: 'What is restricted of a seat', field: 'seatId', at, heldFrom };
  const countFrom = (from: Instant): Promise<number> =>
    manager.countBy(RestrictionEntity, { agencyId, seatId, reportedAt: MoreThanOrEqual(from) });
  return refuseOften(what, countFrom, REPORTS_MAX);
}

function checkReport({ actions, until, note }: ReportRestriction, at: Instant): Refusal | null {
  if (actions?.length === 0) return refuse('INVALID', 'actions are at least one, or left out.', 'actions');
  if (typeof until === 'number' && until <= at) return refuse('INVALID', 'until is in the future.', 'until');
  if (typeof until === 'number' && until > at + UNTIL_MAX_MS) {
    return refuse(
      'INVALID',
      'until is within ten years; left out, it lasts as long as its kind says.',
      'until',
    );
  }
  const isWrong =
    typeof note === 'string' && (note.length === 0 || note.length > NOTE_LENGTH_MAX || note.includes('\0'));
  return isWrong ? refuse('INVALID', `note is 1 to ${NOTE_LENGTH_MAX} characters.`, 'note') : null;
}

/** How long a restriction stops what, and what follows it, is of the version in force when it is reported or lifted. */
async function policyInForce(manager: EntityManager, agencyId: string, at: Instant): Promise<Policy> {
  return (await readCourses(await ledgerOn(manager), [agencyId]))(agencyId).at(at);
}

function ruleOf(policy: Policy, kind: RestrictionKind) {
  return policy.rules.find((rule) => rule.kind === `RESTRICTION_${kind}`);
}

/** In the order of the words; null where it is every action. */
function actionsOf(policy: Policy, { kind, actions }: ReportRestriction): Action[] | null {
  const stopped = actions ?? ruleOf(policy, kind)?.actions ?? ACTIONS;
  const ordered = ACTIONS.filter((action) => stopped.includes(action));
  return ordered.length === ACTIONS.length ? null : ordered;
}

function endOf(policy: Policy, kind: RestrictionKind, at: Instant): Instant | null {
  const days = ruleOf(policy, kind)?.ceiling ?? null;
  return days === null ? null : at + days * DAY;
}

function halfCapsMs(policy: Policy): number {
  return (policy.rules.find(({ kind }) => kind === 'HALF_CAPS')?.ceiling ?? 0) * DAY;
}
