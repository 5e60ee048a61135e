import type { EntityManager } from 'typeorm';
import { DAY, type Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { uuidAt } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import { ledgerOn } from './books/manager-rows.js';
import { PastCharges } from './reading/past-charges.js';
import { clientAccountToldOf, readStandings } from './reading/standing.js';

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

/** Sends of the time before, at the instant that they count at. */
export interface OpeningCharge {
  readonly action: Action;
  readonly at: Instant;
  readonly count: number;
}

/** Instants that the opening use of a seat is spread over at most: each is a row, written under the agency's book. */
const INSTANTS_OF_SEAT = 1_000;
/** The same of all seats that are added at once. */
const INSTANTS_AT_ONCE = 10_000;

/** How many instants each of so many seats has, that are added at once. */
export function instantsOfEach(seats: number): number {
  return Math.min(INSTANTS_OF_SEAT, Math.floor(INSTANTS_AT_ONCE / Math.max(1, seats)));
}

/**
 * Spreads opening use evenly: the i-th of `count` counts (i - 1/2) x days / count days before `addedAt`, floored to the
 * millisecond. Where these are more instants than there may be, so many that follow each other count at the middle of theirs. A
 * use of 0 is none.
 */
export function openingCharges(
  uses: readonly OpeningUse[],
  addedAt: Instant,
  instantsMax: number,
): OpeningCharge[] {
  const instantsOfUse = Math.max(1, Math.floor(instantsMax / uses.length));
  return uses.flatMap(({ action, days, count }) => {
    const together = Math.max(1, Math.ceil(count / instantsOfUse));
    return Array.from({ length: Math.ceil(count / together) }, (_, index): OpeningCharge => {
      const before = index * together;
      const some = Math.min(together, count - before);
      // In halves and whole numbers, which are exact up to 100,000 in 400 days; divided once.
      const halves = (2 * before + some) * days * DAY;
      return { action, at: addedAt - divideUp(halves, 2 * count), count: some };
    });
  });
}

/**
 * Writes a seat's opening use into the books, under the agency's book: a charge for each instant, and what the counters
 * of the seat's scopes hold by now.
 */
export async function writeOpeningUse(
  manager: EntityManager,
  { agencyId, id: seatId, clientAccountId, createdAt }: OpenedSeat,
  uses: readonly OpeningUse[],
  written: { readonly at: Instant; readonly by: string; readonly instantsMax: number },
): Promise<void> {
  const charges = openingCharges(uses, createdAt, written.instantsMax);
  if (charges.length === 0) return;
  const past = new PastCharges(manager, { agencyId, seatId });
  await past.write(
    charges.map(({ action, at, count }) => ({
      ...{ agency_id: agencyId, effective_at: at, id: uuidAt(at), seat_id: seatId },
      ...{ client_account_id: clientAccountId, campaign_id: null, action, noted: false, count },
      ...{ origin: 'OPENING', earliest_at: null, recipient_id: null, told_recipient_id: null },
      ...{ reservation_id: null, voids: null },
      ...{ source_id: null, recorded_at: written.at, recorded_by: written.by },
    })),
  );
  await past.count([clientAccountId], (after) =>
    charges.filter(({ at }) => at > after).map((charge) => ({ ...charge, noted: false, clientAccountId })),
  );
}

/**
 * Writes what is told of a seat's opening use once it was added, and may have moved since. It is of the client account that the seat
 * was added to, where the viewer sees that one, as everything that is told of the time before a move.
 */
export async function writeOpeningUseLater(
  manager: EntityManager,
  viewer: Viewer,
  seat: OpenedSeat,
  uses: readonly OpeningUse[],
  at: Instant,
): Promise<void> {
  if (uses.length === 0) return;
  const { agencyId, id: seatId, createdAt } = seat;
  const [standing] = await readStandings(await ledgerOn(manager), [{ agencyId, seatId }]);
  if (!standing) throw new Error('A seat that was seen is not deleted.');
  const clientAccountId = clientAccountToldOf(viewer, standing, createdAt);
  const written = { at, by: viewer.actor, instantsMax: instantsOfEach(1) };
  await writeOpeningUse(manager, { agencyId, id: seatId, createdAt, clientAccountId }, uses, written);
}

/** Lets the gauge of pending invitations follow, where it is told otherwise what a seat had pending when it was added. */
export async function followOpeningInvitations(
  manager: EntityManager,
  { agencyId, id: seatId, ...before }: Pick<OpenedSeat, 'agencyId' | 'id'> & OpeningInvitations,
  after: OpeningInvitations,
): Promise<void> {
  if (before.openingPendingInvitations === after.openingPendingInvitations) return;
  await new PastCharges(manager, { agencyId, seatId }).forgetInvitations();
}

interface OpeningInvitations {
  readonly openingPendingInvitations: number;
}

/** The quotient of two whole numbers, rounded up: exact where a division in floating point might not be. */
function divideUp(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor + (rest > 0 ? 1 : 0);
}
