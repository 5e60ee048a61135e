/** SQL for the times at which a seat was a client account's: what it did, and learned, at others is nobody's business there. */

/** Until when a client account sees what a seat does: until it went to another one, whose business it is since; null where it has it still. */
export function seenUntil(agencyId: string, seatId: string, clientAccountId: string): string {
  return `(SELECT min(a.from_at) FROM seat_assignment a
    WHERE a.agency_id = ${agencyId} AND a.seat_id = ${seatId} AND a.from_at > coalesce((
      SELECT max(o.from_at) FROM seat_assignment o
      WHERE o.agency_id = ${agencyId} AND o.seat_id = ${seatId} AND o.client_account_id = ${clientAccountId}), 0))`;
}

/**
 * When something of a seat's happened, as a client account may know it: what lasts, and began while the seat was another one's, is so
 * from when the seat came, or came back. Whose it was first it is taken to have been for all time before.
 */
export function seenSince(agencyId: string, seatId: string, clientAccountId: string, at: string): string {
  const ofSeat = `seat_assignment a WHERE a.agency_id = ${agencyId} AND a.seat_id = ${seatId}`;
  return `CASE WHEN ${clientAccountId} = (SELECT a.client_account_id FROM ${ofSeat}
      ORDER BY a.from_at > ${at}, abs(a.from_at - ${at}) LIMIT 1) THEN ${at}
    ELSE (SELECT max(a.from_at) FROM ${ofSeat} AND a.client_account_id = ${clientAccountId}) END`;
}
