import type { EntityManager } from 'typeorm';
import { SeatAssignmentEntity } from '../../entities/seat-assignment.entity.js';
import type { SeatEntity } from '../../entities/seat.entity.js';
import type { Instant } from '../../quota/window.js';

type SeatRef = Pick<SeatEntity, 'agencyId' | 'id'>;

/** Whose a seat is from an instant on. Rows are never changed: what it did stays with the client account of its time. */
export async function assignSeat(manager: EntityManager, seat: SeatEntity, at: Instant): Promise<void> {
  const { agencyId, id: seatId, clientAccountId } = seat;
  const last = await lastAssignment(manager, seat);
  // Two changes within a millisecond are two rows all the same.
  const fromAt = last ? Math.max(at, last.fromAt + 1) : at;
  const assignment = { agencyId, seatId, fromAt, clientAccountId };
  await manager.createQueryBuilder().insert().into(SeatAssignmentEntity).values(assignment).execute();
}

/** Since when the client account that has a seat has had it. */
export async function assignedAt(manager: EntityManager, seat: SeatRef): Promise<Instant> {
  const last = await lastAssignment(manager, seat);
  if (!last) throw new Error('A seat is assigned as it is added.');
  return last.fromAt;
}

function lastAssignment(
  manager: EntityManager,
  { agencyId, id: seatId }: SeatRef,
): Promise<SeatAssignmentEntity | null> {
  return manager.findOne(SeatAssignmentEntity, { where: { agencyId, seatId }, order: { fromAt: 'DESC' } });
}
