import type { EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import type { Table } from '../../ledger/books/rows.js';

/** More than a year of them is no calendar of holidays. */
export const DAYS_OFF_MAX = 400;

interface DayOffRow {
  agency_id: string;
  seat_id: string;
  day: string;
}

const SEAT_DAY_OFF: Table<DayOffRow> = {
  name: 'seat_day_off',
  columns: { agency_id: 'uuid', seat_id: 'uuid', day: 'date' },
};

interface OfSeat {
  readonly agencyId: string;
  readonly id: string;
}

export function checkDaysOff(days: readonly string[]): Refusal | null {
  if (days.length <= DAYS_OFF_MAX) return null;
  return refuse('INVALID', `days are ${DAYS_OFF_MAX} at most.`, 'days');
}

/** The days off of seats, in order, by seat; `2026-12-25`. */
export async function readDaysOff(
  manager: EntityManager,
  agencyId: string,
  seatIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await manager.query<{ seat_id: string; days: string[] }[]>(
    `SELECT seat_id, array_agg(day::text ORDER BY day) AS days FROM seat_day_off
     WHERE agency_id = $1 AND seat_id = ANY ($2::uuid[]) GROUP BY seat_id`,
    [agencyId, seatIds],
  );
  return new Map(rows.map(({ seat_id, days }) => [seat_id, days]));
}

/** Puts other days off in the place of those that there are. */
export async function replaceDaysOff(
  manager: EntityManager,
  { agencyId, id }: OfSeat,
  days: readonly string[],
): Promise<void> {
  await manager.query('DELETE FROM seat_day_off WHERE agency_id = $1 AND seat_id = $2', [agencyId, id]);
  await writeRows(
    manager,
    SEAT_DAY_OFF,
    [...new Set(days)].map((day) => ({ agency_id: agencyId, seat_id: id, day })),
  );
}
