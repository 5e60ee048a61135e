import type { EntityManager } from 'typeorm';
import { tallied, type Scope } from '../quota/counter.js';
import { DAY, type Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { uuidAt } from '../tenancy/uuid.js';
import { stateFromJson, stateToJson, type OpenCounter, type StateJson } from './state.js';

/** What a seat sent before it came here: so many in the last so many days of 86,400 seconds. */
export interface OpeningUse {
  readonly action: Action;
  readonly days: number;
  readonly count: number;
}

/** The seat that opening use is of, as it was added. */
export interface OpenedSeat {
  readonly agencyId: string;
  readonly id: string;
  readonly clientAccountId: string;
  readonly createdAt: Instant;
}

/** A send of the time before, at the instant that it counts at. */
export interface OpeningCharge {
  readonly action: Action;
  readonly at: Instant;
}

/**
 * Spreads opening use evenly: the i-th of `count` counts (i - 1/2) x days / count days before `addedAt`, floored to the
 * millisecond. A use of 0 is none.
 */
export function openingCharges(uses: readonly OpeningUse[], addedAt: Instant): OpeningCharge[] {
  return uses.flatMap(({ action, days, count }) =>
    Array.from({ length: count }, (_, index): OpeningCharge => {
      // In halves and whole numbers, which are exact up to 100,000 in 400 days; divided once.
      const halves = (2 * index + 1) * days * DAY;
      return { action, at: addedAt - divideUp(halves, 2 * count) };
    }),
  );
}

/**
 * Writes a seat's opening use into the books, under the agency's book: a charge for each send, and what the counters
 * of the seat's scopes hold by now.
 */
export async function writeOpeningUse(
  manager: EntityManager,
  seat: OpenedSeat,
  uses: readonly OpeningUse[],
  written: { readonly at: Instant; readonly by: string },
): Promise<void> {
  const charges = openingCharges(uses, seat.createdAt);
  if (charges.length === 0) return;
  await manager.query(
    `INSERT INTO charge (agency_id, effective_at, id, seat_id, client_account_id, action, noted, count, origin,
       recorded_at, recorded_by)
     SELECT $1, new.effective_at, new.id, $2, $3, new.action, false, 1, 'OPENING', $4, $5
     FROM unnest($6::bigint[], $7::uuid[], $8::text[]) AS new (effective_at, id, action)`,
    [
      ...[seat.agencyId, seat.id, seat.clientAccountId, written.at, written.by],
      charges.map(({ at }) => at),
      charges.map(({ at }) => uuidAt(at)),
      charges.map(({ action }) => action),
    ],
  );
  await countInStates(manager, seat, charges);
}

/** A counter that is kept already would not look back for charges of the past: they are added to it. */
async function countInStates(
  manager: EntityManager,
  seat: OpenedSeat,
  charges: readonly OpeningCharge[],
): Promise<void> {
  const scopes: readonly Scope[] = [
    { kind: 'AGENCY', id: seat.agencyId },
    { kind: 'CLIENT_ACCOUNT', id: seat.clientAccountId },
    { kind: 'SEAT', id: seat.id },
  ];
  for (const { kind, id } of scopes) {
    const key = [seat.agencyId, kind, id];
    const [kept] = await manager.query<{ state: StateJson }[]>(
      'SELECT state FROM scope_state WHERE agency_id = $1 AND scope_kind = $2 AND scope_id = $3',
      key,
    );
    if (!kept) continue;
    const counted = stateToJson(stateFromJson(kept.state).map((open) => countedIn(open, charges)));
    await manager.query(
      'UPDATE scope_state SET state = $4 WHERE agency_id = $1 AND scope_kind = $2 AND scope_id = $3',
      [...key, JSON.stringify(counted)],
    );
  }
}

/** Opening use has no notes. */
function countedIn({ counter, tally }: OpenCounter, charges: readonly OpeningCharge[]): OpenCounter {
  if (counter.onlyWithNote) return { counter, tally };
  const ofCounter = charges.filter(({ action }) => counter.actions.includes(action));
  return { counter, tally: ofCounter.reduce((sum, { at }) => tallied(sum, at, 1), tally) };
}

/** The quotient of two whole numbers, rounded up: exact where a division in floating point might not be. */
function divideUp(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor + (rest > 0 ? 1 : 0);
}
