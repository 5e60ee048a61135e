import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import type { SeatEntity } from '../../entities/seat.entity.js';
import type { SeatStatus } from '../../quota/words.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { canBeKept, searchPattern } from '../checks.js';
import { readDaysOff } from './days-off.js';
import { afterText, byId, groupBy, pageOf, type Page, type PageAsked } from '../page.js';
import { readOperators, type SeatOperator } from './seat.operators.js';
import { seatsSeen } from '../visible.js';

/** Which seats to list; null for all. */
export interface SeatFilter {
  readonly clientAccountId: string | null;
  readonly statuses: readonly SeatStatus[] | null;
  /** A part of the holder's name, the address or the reference, in any case. */
  readonly search: string | null;
}

/** Reads seats: lists in order of the holder's name, single ones, and batches, each in one statement. */
export class SeatReader {
  constructor(private readonly dataSource: DataSource) {}

  seats(viewer: Viewer, filter: SeatFilter, asked: PageAsked): Promise<Page<SeatEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const { query } = await filtered(manager, viewer, filter);
      const found = await behind(query, asked)
        .orderBy('seat.holderName')
        .addOrderBy('seat.id')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, positionOf);
    });
  }

  countSeats(viewer: Viewer, filter: SeatFilter): Promise<number> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const { query } = await filtered(manager, viewer, filter);
      return query.getCount();
    });
  }

  /** The same page of several client accounts at once: `ClientAccount.seats` in a list. */
  seatsOfClientAccounts(
    viewer: Viewer,
    clientAccountIds: readonly string[],
    asked: PageAsked,
  ): Promise<Map<string, Page<SeatEntity>>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const numbered = behind(seatsSeen(manager, viewer), asked)
        .andWhere('seat.clientAccountId = ANY(:clientAccountIds)', { clientAccountIds })
        .select('seat.id', 'id')
        .addSelect(
          'row_number() OVER (PARTITION BY seat.clientAccountId ORDER BY seat.holderName, seat.id)',
          'number',
        );
      const found = await seatsSeen(manager, viewer)
        .andWhere(`seat.id IN (SELECT n.id FROM (${numbered.getQuery()}) n WHERE n.number <= :rows)`)
        .setParameters({ ...numbered.getParameters(), rows: asked.rows + 1 })
        .orderBy('seat.holderName')
        .addOrderBy('seat.id')
        .getMany();
      const groups = groupBy(found, ({ clientAccountId }) => clientAccountId);
      return new Map(clientAccountIds.map((id) => [id, pageOf(groups.get(id) ?? [], asked, positionOf)]));
    });
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, SeatEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await seatsSeen(manager, viewer).andWhere('seat.id = ANY(:ids)', { ids }).getMany()),
    );
  }

  /** The days off of seats that the viewer sees, by seat. */
  daysOffBySeatIds(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, string[]>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      readDaysOff(manager, viewer.agencyId, await seenOf(manager, viewer, seatIds)),
    );
  }

  /** Who works with seats that the viewer sees, by seat. None for a client: who works for it is the agency's own. */
  async operatorsBySeatIds(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, SeatOperator[]>> {
    if (viewer.role === 'CLIENT') return new Map();
    return inAgency(this.dataSource, viewer, async (manager) =>
      readOperators(manager, viewer, await seenOf(manager, viewer, seatIds)),
    );
  }

  byExternalRef(viewer: Viewer, externalRef: string): Promise<SeatEntity | null> {
    const kept = canBeKept(externalRef) ? externalRef : null;
    return inAgency(this.dataSource, viewer, (manager) =>
      seatsSeen(manager, viewer).andWhere('seat.externalRef = :kept', { kept }).getOne(),
    );
  }
}

async function seenOf(manager: EntityManager, viewer: Viewer, seatIds: readonly string[]): Promise<string[]> {
  const seen = await seatsSeen(manager, viewer).andWhere('seat.id = ANY(:seatIds)', { seatIds }).getMany();
  return seen.map(({ id }) => id);
}

function positionOf({ holderName, id }: SeatEntity): [string, string] {
  return [holderName, id];
}

function behind(query: SelectQueryBuilder<SeatEntity>, asked: PageAsked): SelectQueryBuilder<SeatEntity> {
  const after = afterText(asked);
  return after ? query.andWhere('(seat.holderName, seat.id) > (:text, CAST(:id AS uuid))', after) : query;
}

/** As it is told: what LinkedIn restricts now is in no column. */
const STATUS = `CASE WHEN seat.status = 'REMOVED' THEN seat.status
  WHEN EXISTS (SELECT 1 FROM restriction r WHERE r.agency_id = seat.agency_id AND r.seat_id = seat.id
    AND r.lifted_at IS NULL AND (r.until_at IS NULL OR r.until_at > current_setting('headroom.now')::int8)) THEN 'RESTRICTED'
  ELSE seat.status END`;

async function filtered(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, statuses, search }: SeatFilter,
): Promise<{ readonly query: SelectQueryBuilder<SeatEntity> }> {
  const query = seatsSeen(manager, viewer);
  // By itself, before the statement that goes by it.
  if (statuses !== null) await manager.query('SELECT see_clock()');
  if (clientAccountId !== null)
    query.andWhere('seat.clientAccountId = :clientAccountId', { clientAccountId });
  if (statuses !== null) query.andWhere(`${STATUS} = ANY(:statuses)`, { statuses });
  const pattern = searchPattern(search);
  if (pattern !== null) {
    query.andWhere(
      '(seat.holderName ILIKE :pattern OR seat.profileUrl ILIKE :pattern OR seat.externalRef ILIKE :pattern)',
      { pattern },
    );
  }
  return { query };
}
