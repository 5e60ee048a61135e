import { type EntityManager, MoreThanOrEqual } from 'typeorm';
import { OutsideUseEntity } from '../../entities/outside-use.entity.js';
import type { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { judgeAgain } from '../../ledger/manager-desk.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkAll, checkInteger } from '../checks.js';
import { BY_ALL, WHOEVER_HAD_IT } from './changes-of-late.js';
import { assignedAt } from './seat-assignments.js';
import { findSeat } from './seat.service.js';

/** What an agency says of a seat's use elsewhere; days are written `2026-11-24`. */
export interface DeclareOutsideUse {
  readonly seatId: string;
  readonly action: Action;
  readonly perDay: number;
  readonly from: string;
  readonly until?: string | null | undefined;
}

/** As the table has it: more in a day is no person's. */
const PER_DAY_MAX = 100_000;
/** Of one seat, by whoever has it: each decision goes over them. Whoever needs more declares longer spans. */
const DECLARATIONS_MAX = 100;

/** Declarations of what seats do elsewhere: room is set aside for it until it is recorded. */
export class OutsideUseService {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Declares how much of an action a seat does elsewhere on each day from one on; on days that were declared before, this
   * holds. Refuses with NOT_FOUND, INVALID, WRONG_STATE (a removed seat) and FORBIDDEN_FOR_ROLE.
   */
  async declareOutsideUse(viewer: Viewer, input: DeclareOutsideUse): Promise<SeatEntity | Refusal> {
    const refusal =
      forbidden(viewer, 'declareOutsideUse') ??
      checkAll(checkInteger(input.perDay, 0, PER_DAY_MAX, 'perDay'), checkDays(input));
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const seat = await findSeat(manager, viewer, input.seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      if (seat.status === 'REMOVED') {
        return refuse('WRONG_STATE', 'The seat is removed; restore it first.', 'seatId');
      }
      const declared = manager.create(OutsideUseEntity, declaredBy(viewer, input, at));
      const before = await overlapping(manager, declared);
      await forgetCovered(manager, declared);
      const { agencyId, id: seatId } = seat;
      const tooMany = await refuseDeclarations(manager, seat);
      if (tooMany) return tooMany;
      await manager.createQueryBuilder().insert().into(OutsideUseEntity).values(declared).execute();
      const { action, perDay, fromOn, untilOn } = declared;
      await this.audit.write(manager, viewer, at, {
        verb: 'declareOutsideUse',
        subjectKind: 'SEAT',
        subjectId: seat.id,
        before: { outsideUse: before.length > 0 ? before : null },
        after: { outsideUse: { action, perDay, fromOn, untilOn } },
      });
      await judgeAgain(manager, { agencyId, at }, { seatIds: [seatId] });
      return seat;
    });
  }
}

async function refuseDeclarations(manager: EntityManager, seat: SeatEntity): Promise<Refusal | null> {
  const { agencyId, id: seatId } = seat;
  const declaredAt = MoreThanOrEqual(await assignedAt(manager, seat));
  if ((await manager.countBy(OutsideUseEntity, { agencyId, seatId, declaredAt })) >= DECLARATIONS_MAX) {
    return refuse('INVALID', `A seat has ${DECLARATIONS_MAX} declarations at most.`, 'seatId');
  }
  const ofAll = DECLARATIONS_MAX * WHOEVER_HAD_IT;
  if ((await manager.countBy(OutsideUseEntity, { agencyId, seatId })) < ofAll) return null;
  return refuse('INVALID', `A seat has ${ofAll} declarations at most, ${BY_ALL}.`, 'seatId');
}

function checkDays({ from, until }: DeclareOutsideUse): Refusal | null {
  const isInOrder = until === null || until === undefined || from <= until;
  return isInOrder ? null : refuse('INVALID', 'until is not before from.', 'until');
}

function declaredBy(viewer: Viewer, input: DeclareOutsideUse, at: Instant): OutsideUseEntity {
  return {
    agencyId: viewer.agencyId,
    seatId: input.seatId,
    id: uuidAt(at),
    action: input.action,
    perDay: input.perDay,
    fromOn: input.from,
    untilOn: input.until ?? null,
    declaredAt: at,
  };
}

/** What was declared of some of the days, in the order in which it was: the new one holds on those instead. */
function overlapping(
  manager: EntityManager,
  { agencyId, seatId, action, fromOn, untilOn }: OutsideUseEntity,
): Promise<Pick<OutsideUseEntity, 'action' | 'perDay' | 'fromOn' | 'untilOn'>[]> {
  return manager.query(
    `SELECT action, per_day AS "perDay", from_on::text AS "fromOn", until_on::text AS "untilOn" FROM outside_use
     WHERE agency_id = $1 AND seat_id = $2 AND action = $3 AND from_on <= coalesce($5::date, 'infinity')
       AND coalesce(until_on, 'infinity') >= $4::date ORDER BY declared_at, id`,
    [agencyId, seatId, action, fromOn, untilOn],
  );
}

/** Declarations that hold on no day any more: the new one is of all of their days. */
async function forgetCovered(manager: EntityManager, declared: OutsideUseEntity): Promise<void> {
  const { agencyId, seatId, action, fromOn, untilOn } = declared;
  await manager.query(
    `DELETE FROM outside_use WHERE agency_id = $1 AND seat_id = $2 AND action = $3 AND from_on >= $4::date
       AND coalesce(until_on, 'infinity') <= coalesce($5::date, 'infinity')`,
    [agencyId, seatId, action, fromOn, untilOn],
  );
}
