import type { EntityManager } from 'typeorm';
import { ScopeZoneEntity } from '../../entities/scope-zone.entity.js';
import { SeatAssignmentEntity } from '../../entities/seat-assignment.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { instantsOfEach, writeOpeningUse, type OpeningUse } from '../../ledger/opening-use.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { AuditLog } from '../audit-log.js';
import { raiseAllowanceReached } from './seat.alerts.js';
import { keepAddresses } from './seat.taken.js';

/** A seat that may be added, with what it sent before. */
export interface SeatToAdd {
  readonly seat: SeatEntity;
  readonly openingUse: readonly OpeningUse[];
}

/** Writes new seats with all that belongs to them, under the agency's book. Whether they may be added was checked. */
export async function insertSeats(
  manager: EntityManager,
  audit: AuditLog,
  viewer: Viewer,
  adding: readonly SeatToAdd[],
  at: Instant,
): Promise<void> {
  const seats = adding.map(({ seat }) => seat);
  const insert = (entity: new () => object, rows: object[]): Promise<unknown> =>
    manager.createQueryBuilder().insert().into(entity).values(rows).execute();
  await insert(SeatEntity, seats);
  await keepAddresses(manager, viewer.agencyId, seats);
  await insert(
    SeatAssignmentEntity,
    seats.map(({ agencyId, id: seatId, clientAccountId }) => ({
      agencyId,
      seatId,
      fromAt: at,
      clientAccountId,
    })),
  );
  await insert(
    ScopeZoneEntity,
    seats.map(({ agencyId, id: scopeId, timeZone }) => ({
      ...{ agencyId, scopeKind: 'SEAT', scopeId, fromAt: at, timeZone },
    })),
  );
  const instantsMax = instantsOfEach(adding.filter(({ openingUse }) => openingUse.length > 0).length);
  for (const { seat, openingUse } of adding) {
    await writeOpeningUse(manager, seat, openingUse, { at, by: viewer.actor, instantsMax });
    await audit.write(manager, viewer, at, {
      verb: 'addSeat',
      subjectKind: 'SEAT',
      subjectId: seat.id,
      before: {},
      after: { ...seat, ...(openingUse.length > 0 && { openingUse }) },
    });
  }
  await raiseOfNewSeats(manager, viewer, seats, at);
}

async function raiseOfNewSeats(
  manager: EntityManager,
  viewer: Viewer,
  seats: readonly SeatEntity[],
  at: Instant,
): Promise<void> {
  const unknown = seats.filter(({ history }) => history === 'UNKNOWN');
  await raise(
    manager,
    viewer.agencyId,
    unknown.map(({ id: seatId, clientAccountId }) => {
      return { kind: 'HISTORY_UNKNOWN', seatId, clientAccountId, at } as const;
    }),
  );
  for (const clientAccountId of new Set(seats.map((seat) => seat.clientAccountId))) {
    await raiseAllowanceReached(manager, viewer, clientAccountId, at);
  }
}
