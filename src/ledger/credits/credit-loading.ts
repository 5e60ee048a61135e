import { creditRuleOf } from '../../quota/credit-days.js';
import type { LedgerTransaction } from '../books/connection.js';
import {
  askedName,
  purseName,
  readPurses,
  readTakes,
  type CreditNeeds,
  type CreditsRead,
  type PurseRead,
} from './credit-reading.js';
import { CREDIT_EVENT, CREDIT_PURSE } from '../books/credit-tables.js';
import type { CreditDesk } from './credits.js';
import { distinctBy } from '../reading/distinct.js';
import { readReservationCharges } from '../reading/facts.js';
import { insertRows } from '../books/rows.js';

export type AgencyCreditNeeds = CreditNeeds & { readonly agencyId: string };

/** Reads InMail credits of several agencies in the same statements, and hands each its own. */
export async function readCredits(
  transaction: LedgerTransaction,
  needs: readonly AgencyCreditNeeds[],
  of: (agencyId: string) => CreditsRead,
): Promise<void> {
  const asked = needs.flatMap(({ agencyId, purses = [] }) => purses.map((one) => ({ agencyId, ...one })));
  // Named twice, as by whoever voids a record twice in one call, it took once.
  const charges = distinctBy(
    needs.flatMap(({ agencyId, chargeIds = [] }) => chargeIds.map((chargeId) => ({ agencyId, chargeId }))),
    ({ chargeId }) => chargeId,
  );
  const reservations = needs.flatMap(({ agencyId, reservationIds = [] }) =>
    reservationIds.map((id) => ({ agencyId, id })),
  );
  const [purses, takes, sends] = await Promise.all([
    readPurses(transaction, asked),
    readTakes(transaction, charges),
    readReservationCharges(transaction, reservations),
  ]);
  for (const [index, found] of purses.entries()) {
    const { agencyId, ...seat } = asked[index]!;
    const read = of(agencyId);
    const name = found && hasCredits(found, seat.seatId) ? purseName(found.key) : null;
    read.names.set(askedName(seat), name);
    if (!found) continue;
    read.names.set(askedName({ ...seat, clientAccountId: found.clientAccountId }), name);
    if (name !== null) read.purses.set(name, found);
  }
  for (const { agencyId, chargeId } of charges) of(agencyId).takes.set(chargeId, []);
  for (const { agencyId, ...take } of takes) {
    const { takes: known } = of(agencyId);
    known.set(take.chargeId, [...(known.get(take.chargeId) ?? []), take]);
  }
  for (const { agencyId, id } of reservations) of(agencyId).charges.set(id, null);
  for (const { agencyId, reservationId, chargeId } of sends)
    of(agencyId).charges.set(reservationId, chargeId);
}

/** A seat of a tier without credits has no purse; a removed one brings nothing to a pool, and takes of it nevertheless. */
function hasCredits({ key, terms }: PurseRead, seatId: string): boolean {
  if (key.kind === 'CLIENT_ACCOUNT') return terms.length > 0;
  return terms.some((one) => one.seatId === seatId && creditRuleOf(one, one.addedAt) !== null);
}

/** Sends what became of the purses of desks. */
export function sendCredits(transaction: LedgerTransaction, desks: readonly CreditDesk[]): void {
  insertRows(
    transaction,
    CREDIT_PURSE,
    desks.flatMap(({ purses }) => [...purses.values()]),
  );
  insertRows(
    transaction,
    CREDIT_EVENT,
    desks.flatMap(({ events }) => events),
  );
}
