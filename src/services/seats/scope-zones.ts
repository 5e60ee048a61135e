import { MoreThan, type EntityManager } from 'typeorm';
import { ScopeZoneEntity } from '../../entities/scope-zone.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { DAY, type Instant } from '../../quota/window.js';

/** A scope that has a zone of its own. */
export interface ZonedScope {
  readonly agencyId: string;
  readonly scopeKind: ScopeZoneEntity['scopeKind'];
  readonly scopeId: string;
}

/** Changes of zone of one scope within some days. They are kept for ever, and whoever asks about the scope reads them all. */
const ZONE_CHANGES_MAX = 30;
const ZONE_CHANGES_DAYS = 30;

/** Refuses another zone for a scope that has changed it too often of late. */
export async function refuseZoneChange(
  manager: EntityManager,
  scope: ZonedScope,
  [before, after]: readonly { readonly timeZone: string }[],
  at: Instant,
): Promise<Refusal | null> {
  if (before?.timeZone === after?.timeZone) return null;
  const since = at - ZONE_CHANGES_DAYS * DAY;
  const changes = await manager.countBy(ScopeZoneEntity, { ...scope, fromAt: MoreThan(since) });
  if (changes < ZONE_CHANGES_MAX) return null;
  const message = `A time zone changes ${ZONE_CHANGES_MAX} times in ${ZONE_CHANGES_DAYS} days at most.`;
  return refuse('WRONG_STATE', message, 'timeZone');
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
