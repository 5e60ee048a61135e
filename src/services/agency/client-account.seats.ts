import { Not, type EntityManager } from 'typeorm';
import type { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { judgeAgain } from '../../ledger/manager-desk.js';
import type { Instant } from '../../quota/window.js';

/** Its counters by the limits of another plan, and those of its seats by the number of the policy that holds now. */
export async function judgeAccount(
  manager: EntityManager,
  { agencyId, id }: Pick<ClientAccountEntity, 'agencyId' | 'id'>,
  at: Instant,
): Promise<void> {
  const seats = await manager.find(SeatEntity, {
    select: { id: true },
    // One that is restored is judged by itself.
    where: { agencyId, clientAccountId: id, status: Not('REMOVED') },
  });
  await judgeAgain(
    manager,
    { agencyId, at },
    { scopes: [{ kind: 'CLIENT_ACCOUNT', id }], seatIds: seats.map((seat) => seat.id) },
    // Another mode limits what was limited before; another plan, anything.
    ({ scope }) => scope.kind === 'CLIENT_ACCOUNT',
  );
}

/** Seats of a client account that are not removed. Exact under the agency's book alone. */
export function countSeatsTaken(
  manager: EntityManager,
  { agencyId, id }: ClientAccountEntity,
): Promise<number> {
  return manager
    .createQueryBuilder(SeatEntity, 'seat')
    .where('seat.agencyId = :agencyId AND seat.clientAccountId = :id', { agencyId, id })
    .andWhere(`seat.status <> 'REMOVED'`)
    .getCount();
}
