import type { Desk } from '../desk.js';
import type { Book } from '../books/opening.js';

/**
 * Which scopes of an agency a batch touched: the ids of those whose usage may be another one now. `from` is the turn of the
 * book before it, `to` its own: those of several batches join up, and where one is missing that shows.
 */
export interface Touched {
  readonly agencyId: string;
  readonly revision: number;
  readonly from: number;
  readonly to: number;
  readonly scopeIds: ReadonlySet<string>;
}

/** What the desks of a batch touched, by agency. */
export function touchedBy(desks: readonly Desk[], bookOf: ReadonlyMap<string, Book>): Map<string, Touched> {
  const touched = new Map<string, Touched>();
  for (const desk of desks) {
    const { agencyId } = desk;
    const book = bookOf.get(agencyId);
    if (!book) continue;
    const { revision, turn } = book;
    touched.set(agencyId, { agencyId, revision, from: turn, to: turn + 1, scopeIds: scopesTouched(desk) });
  }
  return touched;
}

function scopesTouched(desk: Desk): Set<string> {
  const ids = new Set<string>();
  const touch = (seatId: string, clientAccountId: string, campaignId: string | null): void => {
    ids.add(seatId).add(clientAccountId).add(desk.agencyId);
    if (campaignId !== null) ids.add(campaignId);
  };
  const { decisions, charges, engagements } = desk.writes;
  // A refusal changes nothing (P2).
  for (const row of decisions) {
    if (row.expires_at !== null) touch(row.seat_id, row.client_account_id, row.campaign_id);
  }
  for (const row of charges) touch(row.seat_id, row.client_account_id, row.campaign_id);
  for (const { seatId, clientAccountId, campaignId } of desk.reservationsResolved()) {
    touch(seatId, clientAccountId, campaignId);
  }
  // How its invitations are taken lowers a seat's limits.
  for (const row of engagements) ids.add(row.seat_id);
  return ids;
}
