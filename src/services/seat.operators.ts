import type { DataSource, EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { SeatOperatorEntity } from '../entities/seat-operator.entity.js';
import type { SeatEntity } from '../entities/seat.entity.js';
import { refuse, type Refusal } from '../errors.js';
import type { Instant } from '../quota/window.js';
import type { Role } from '../quota/words.js';
import { inAgency } from '../tenancy/door.js';
import { mayDo } from '../tenancy/roles.js';
import type { Viewer } from '../tenancy/viewer.js';
import { forbidden } from './access.js';
import type { AuditLog } from './audit-log.js';
import type { Changes } from './changes.js';
import { groupBy } from './page.js';
import { findSeat } from './seat.service.js';
import { apiKeysSeen, seatsSeen } from './visible.js';

/** Of one seat. */
const OPERATORS_MAX = 50;

export interface AssignOperators {
  readonly seatId: string;
  readonly apiKeyIds: readonly string[];
}

/** Whose key works with a seat, as it is told. */
export interface SeatOperator {
  readonly seatId: string;
  readonly apiKeyId: string;
  readonly name: string;
  readonly role: Role;
}

/** Who works with which seat. It tells whom a seat's work is meant for; what a key may do follows from the key alone. */
export class SeatOperators {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Puts others in the place of those that there are. Refuses with NOT_FOUND (the seat, a key), INVALID (too many),
   * WRONG_STATE (a key that may not reserve, is none any more, or is of another client account) and FORBIDDEN_FOR_ROLE.
   */
  async assignOperators(
    viewer: Viewer,
    { seatId, apiKeyIds }: AssignOperators,
  ): Promise<SeatEntity | Refusal> {
    const refusal = forbidden(viewer, 'assignOperators');
    if (refusal) return refusal;
    const wanted = [...new Set(apiKeyIds)].toSorted();
    if (wanted.length > OPERATORS_MAX) {
      return refuse('INVALID', `A seat has ${OPERATORS_MAX} operators at most.`, 'apiKeyIds');
    }
    return this.changes.make(viewer, async (manager, at) => {
      const seat = await findSeat(manager, viewer, seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      const refused = await refuseKeys(manager, viewer, seat, wanted, at);
      if (refused) return refused;
      const { agencyId, id } = seat;
      const before = await manager.findBy(SeatOperatorEntity, { agencyId, seatId: id });
      await manager.delete(SeatOperatorEntity, { agencyId, seatId: id });
      const rows = wanted.map((apiKeyId) => ({ agencyId, seatId: id, apiKeyId }));
      await manager.createQueryBuilder().insert().into(SeatOperatorEntity).values(rows).execute();
      await this.audit.write(manager, viewer, at, {
        verb: 'assignOperators',
        subjectKind: 'SEAT',
        subjectId: id,
        before: { apiKeyIds: before.map(({ apiKeyId }) => apiKeyId).toSorted() },
        after: { apiKeyIds: wanted },
      });
      return seat;
    });
  }

  /** In order of name, by seat. None for a client: who works for it is the agency's own. */
  async operatorsBySeatIds(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, SeatOperator[]>> {
    if (viewer.role === 'CLIENT') return new Map();
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      seatsSeen(manager, viewer)
        .andWhere('seat.id = ANY(:seatIds)', { seatIds })
        .innerJoin(SeatOperatorEntity, 'one', 'one.agencyId = seat.agencyId AND one.seatId = seat.id')
        .innerJoin(ApiKeyEntity, 'key', 'key.agencyId = one.agencyId AND key.id = one.apiKeyId')
        .andWhere('key.revokedAt IS NULL')
        .select('seat.id', 'seatId')
        .addSelect('key.id', 'apiKeyId')
        .addSelect('key.name', 'name')
        .addSelect('key.role', 'role')
        .orderBy('key.name')
        .addOrderBy('key.id')
        .getRawMany<SeatOperator>(),
    );
    return groupBy(found, ({ seatId }) => seatId);
  }
}

async function refuseKeys(
  manager: EntityManager,
  viewer: Viewer,
  seat: SeatEntity,
  ids: readonly string[],
  at: Instant,
): Promise<Refusal | null> {
  const keys = await apiKeysSeen(manager, viewer).andWhere('key.id = ANY(:ids)', { ids }).getMany();
  if (keys.length < ids.length) return refuse('NOT_FOUND', 'There is no such API key.', 'apiKeyIds');
  const canWork = ({ role, clientAccountId, revokedAt, expiresAt }: ApiKeyEntity): boolean =>
    mayDo(role, 'reserve') &&
    (clientAccountId === null || clientAccountId === seat.clientAccountId) &&
    revokedAt === null &&
    (expiresAt === null || expiresAt > at);
  const wrong = keys.find((key) => !canWork(key));
  if (!wrong) return null;
  const message = 'A key that works with the seat may reserve, is still one, and sees its client account.';
  return refuse('WRONG_STATE', message, 'apiKeyIds');
}

/** Whoever sees the old client account alone works with the seat no more. Answers their keys. */
export async function leaveOperators(
  manager: EntityManager,
  { agencyId, id: seatId, clientAccountId }: SeatEntity,
): Promise<string[]> {
  const left = await manager
    .createQueryBuilder(SeatOperatorEntity, 'one')
    .innerJoin(ApiKeyEntity, 'key', 'key.agencyId = one.agencyId AND key.id = one.apiKeyId')
    .where('one.agencyId = :agencyId AND one.seatId = :seatId', { agencyId, seatId })
    .andWhere('key.clientAccountId = :clientAccountId', { clientAccountId })
    .getMany();
  for (const { apiKeyId } of left) await manager.delete(SeatOperatorEntity, { agencyId, seatId, apiKeyId });
  return left.map(({ apiKeyId }) => apiKeyId).toSorted();
}
