import { MoreThanOrEqual, type EntityManager } from 'typeorm';
import { ScopeZoneEntity } from '../../entities/scope-zone.entity.js';
import type { Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { refuseOften } from './changes-of-late.js';
import { assignedAt } from './seat-assignments.js';

/** A scope that has a zone of its own. */
export interface ZonedScope {
  readonly agencyId: string;
  readonly scopeKind: ScopeZoneEntity['scopeKind'];
  readonly scopeId: string;
}

/** Refuses another zone for a scope that has changed it too often of late, since whoever has it has had it. */
export async function refuseZoneChange(
  manager: EntityManager,
  scope: ZonedScope,
  [before, after]: readonly { readonly timeZone: string }[],
  at: Instant,
): Promise<Refusal | null> {
  if (before?.timeZone === after?.timeZone) return null;
  const { agencyId, scopeKind, scopeId: id } = scope;
  const heldFrom = scopeKind === 'SEAT' ? await assignedAt(manager, { agencyId, id }) : undefined;
  return refuseOften({ what: 'A time zone', field: 'timeZone', at, heldFrom }, (from) =>
    manager.countBy(ScopeZoneEntity, { ...scope, fromAt: MoreThanOrEqual(from) }),
  );
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
