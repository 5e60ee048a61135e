import type { EntityManager } from 'typeorm';
import { ScopeZoneEntity } from '../../entities/scope-zone.entity.js';
import type { Instant } from '../../quota/window.js';

/** A scope that has a zone of its own. */
export interface ZonedScope {
  readonly agencyId: string;
  readonly scopeKind: ScopeZoneEntity['scopeKind'];
  readonly scopeId: string;
}

/** Keeps from when on a scope's calendar windows follow a zone. Rows are never changed: windows of the past need them. */
export async function followZone(
  manager: EntityManager,
  scope: ZonedScope,
  timeZone: string,
  at: Instant,
): Promise<void> {
  const last = await manager.findOne(ScopeZoneEntity, { where: scope, order: { fromAt: 'DESC' } });
  // Two changes within a millisecond are two rows all the same.
  const fromAt = last ? Math.max(at, last.fromAt + 1) : at;
  await manager
    .createQueryBuilder()
    .insert()
    .into(ScopeZoneEntity)
    .values({ ...scope, fromAt, timeZone })
    .execute();
}
