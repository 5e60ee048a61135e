import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { RowUpdate, Table } from '../../ledger/books/rows.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import type { TouchState } from '../../outreach/campaign/touch.js';
import { DAY, type Instant } from '../../quota/window.js';

/** The rows of touches, as the migrations declare them, and the statements that read them. */

/** One step for one person. */
export interface Touch {
  readonly id: string;
  readonly enrolmentId: string;
  readonly campaignId: string;
  readonly seatId: string;
  readonly step: string;
  readonly variant: string | null;
  readonly state: TouchState;
  readonly dueAt: Instant;
  readonly claimedBy: string | null;
  readonly claimedAt: Instant | null;
  readonly claimedUntil: Instant | null;
  readonly reservationId: string | null;
  /** Of the claims before this one, the last first. */
  readonly earlierReservationIds: readonly string[];
  /** How many were answered; and one more for each seat that it left, where one may have been, unheard. */
  readonly claims: number;
  readonly claimKey: string | null;
  /** When somebody looks whether it may be due before the instant that was told: what it was refused for may be over. */
  readonly lookAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly endedBecause: string | null;
}

/** Of an operator who claims it again and again, and never says what came of it: this many are known. */
const RESERVATIONS_MAX = 100;

/** What was held for a touch, by whichever claim, the last first. */
export function reservationsOf({ reservationId, earlierReservationIds }: Touch): readonly string[] {
  return reservationId === null ? earlierReservationIds : [reservationId, ...earlierReservationIds];
}

/** The same once it is claimed anew, or another seat's. */
export function earlierReservationsOf(touch: Touch): readonly string[] {
  return reservationsOf(touch).slice(0, RESERVATIONS_MAX);
}

// A claim lasts as long as its hold: one that was released, by us (a pause, a restriction, a mark) or by its caller, ends it there and
// then. Of one that was committed whoever looks finds the send.
export const CLAIMED_UNTIL = `CASE WHEN t.state = 'CLAIMED' AND t.reservation_id IS NOT NULL THEN least(t.claimed_until, (
    SELECT r.resolved_at FROM resolution r WHERE r.agency_id = t.agency_id AND r.reservation_id = t.reservation_id
      AND r.status = 'RELEASED' AND r.resolved_at >= t.claimed_at)) ELSE t.claimed_until END`;

const TOUCH_COLUMNS = `t.id, t.enrolment_id AS "enrolmentId", t.campaign_id AS "campaignId", t.seat_id AS "seatId", t.step,
  t.variant, t.state, t.due_at AS "dueAt", t.claimed_by AS "claimedBy", t.claimed_at AS "claimedAt",
  ${CLAIMED_UNTIL} AS "claimedUntil", t.reservation_id AS "reservationId",
  t.earlier_reservation_ids AS "earlierReservationIds", t.claims, t.claim_key AS "claimKey", t.look_at AS "lookAt",
  t.ended_at AS "endedAt", t.ended_because AS "endedBecause"`;

type Row<T> = T & { [column: string]: unknown };
const READ_TOUCHES: Statement = {
  name: 'read_touches',
  text: `SELECT ${TOUCH_COLUMNS} FROM touch t WHERE t.agency_id = $1 AND t.id = ANY ($2::uuid[])`,
};

export function readTouches(
  transaction: LedgerTransaction,
  agencyId: string,
  ids: readonly string[],
): Promise<Touch[]> {
  return transaction.query<Row<Touch>>(READ_TOUCHES, [agencyId, ids]);
}

const READ_NEXT_DUE: Statement = {
  name: 'read_next_due_of_seat',
  text: `
SELECT least(
  (SELECT min(e.next_due_at) FROM enrolment e WHERE e.agency_id = $1 AND e.seat_id = $2 AND e.next_due_at > $3),
  (SELECT min(t.due_at) FROM touch t WHERE t.agency_id = $1 AND t.seat_id = $2 AND t.state IN ('DUE', 'CLAIMED')
    AND t.due_at > $3),
  (SELECT min(t.look_at) FROM touch t WHERE t.agency_id = $1 AND t.seat_id = $2 AND t.state = 'DUE' AND t.look_at > $3)) AS at`,
};

/** When, behind an instant, the next touch of a seat comes due, or somebody is to be looked at. */
export async function readNextDue(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  at: Instant,
): Promise<Instant | null> {
  const [found] = await transaction.query<{ at: Instant | null }>(READ_NEXT_DUE, [agencyId, seatId, at]);
  return found?.at ?? null;
}

const READ_TO_LOOK_AT: Statement = {
  name: 'read_touches_to_look_at',
  text: `
SELECT ${TOUCH_COLUMNS} FROM touch t
JOIN campaign c ON c.agency_id = t.agency_id AND c.id = t.campaign_id AND c.status = 'RUNNING'
WHERE t.agency_id = $1 AND t.seat_id = $2 AND t.state = 'DUE' AND t.look_at <= $3 AND t.due_at > $3
ORDER BY t.look_at, t.id LIMIT $4`,
};

/** Those of a seat that wait for another instant, and may be due by now: so many, whose turn has been for the longest time. */
export function readToLookAt(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  { at, rows }: { readonly at: Instant; readonly rows: number },
): Promise<Touch[]> {
  return transaction.query<Row<Touch>>(READ_TO_LOOK_AT, [agencyId, seatId, at, rows]);
}

const READ_PROSPECTS_OF_TOUCHES: Statement = {
  name: 'read_prospects_of_touches',
  text: `
SELECT t.id AS "touchId", p.id AS "prospectId" FROM touch t
JOIN enrolment e ON e.agency_id = t.agency_id AND e.id = t.enrolment_id
JOIN campaign c ON c.agency_id = t.agency_id AND c.id = t.campaign_id
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('e.agency_id', 'e.recipient_id')} AS ids OFFSET 0) AS o
CROSS JOIN LATERAL (SELECT p.id FROM prospect p
  WHERE p.agency_id = t.agency_id AND p.client_account_id = c.client_account_id AND p.recipient_id = ANY (o.ids)
  ORDER BY p.recipient_id <> e.recipient_id LIMIT 1) AS p
WHERE t.agency_id = $1 AND t.id = ANY ($2::uuid[])`,
};

/** Who touches are for, by the list of the client account. */
export function readProspectsOfTouches(
  transaction: LedgerTransaction,
  agencyId: string,
  ids: readonly string[],
): Promise<{ readonly touchId: string; readonly prospectId: string }[]> {
  return transaction.query<Row<{ touchId: string; prospectId: string }>>(READ_PROSPECTS_OF_TOUCHES, [
    agencyId,
    ids,
  ]);
}

const READ_OPEN_OF_PEOPLE: Statement = {
  name: 'read_open_touches_of_people',
  text: `
SELECT ${TOUCH_COLUMNS} FROM touch t
WHERE t.agency_id = $1 AND t.enrolment_id = ANY ($2::uuid[]) AND t.state IN ('DUE', 'CLAIMED')`,
};

export function readOpenTouches(
  transaction: LedgerTransaction,
  agencyId: string,
  enrolmentIds: readonly string[],
): Promise<Touch[]> {
  return transaction.query<Row<Touch>>(READ_OPEN_OF_PEOPLE, [agencyId, enrolmentIds]);
}

/** As many of all campaigns of a seat together, but for a few of each. */
const OPEN_OF_SEAT_MAX = 3_000;
const OPEN_OF_CAMPAIGN_MIN = 10;
/** Campaigns of a seat that are looked at: those whose first touch has been due for the longest time. */
const CAMPAIGNS_MAX = OPEN_OF_SEAT_MAX / OPEN_OF_CAMPAIGN_MIN;

const IS_OPEN = `t.agency_id = $1 AND t.seat_id = $2 AND t.campaign_id = m.campaign_id AND t.due_at <= $3
    AND (t.state = 'DUE' OR (t.state = 'CLAIMED' AND ${CLAIMED_UNTIL} <= $3))`;

// Of each campaign of the seat so many, in its order: none of them waits behind another's thousands.
const READ_OPEN_OF_SEAT: Statement = {
  name: 'read_open_touches_of_seat',
  text: `
WITH due AS MATERIALIZED (
  SELECT m.campaign_id, m.weight FROM campaign_seat m
  JOIN campaign c ON c.agency_id = m.agency_id AND c.id = m.campaign_id AND c.status = 'RUNNING'
  CROSS JOIN LATERAL (SELECT t.due_at, t.id FROM touch t WHERE ${IS_OPEN} ORDER BY t.due_at, t.id LIMIT 1) AS first
  WHERE m.agency_id = $1 AND m.seat_id = $2 ORDER BY first.due_at, first.id LIMIT ${CAMPAIGNS_MAX})
SELECT f.*, m.weight FROM due m CROSS JOIN LATERAL (
  SELECT ${TOUCH_COLUMNS} FROM touch t WHERE ${IS_OPEN}
  ORDER BY t.due_at, t.id LIMIT (SELECT least($4::int8, ${OPEN_OF_SEAT_MAX} / greatest(count(*), 1)) FROM due)) AS f
ORDER BY m.campaign_id, f."dueAt", f.id`,
};

/** What is to be done from a seat by an instant and nobody has claimed, with the share of its campaign. */
export function readOpenOfSeat(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  { at, rows }: { readonly at: Instant; readonly rows: number },
): Promise<(Touch & { readonly weight: number })[]> {
  return transaction.query<Row<Touch & { weight: number }>>(READ_OPEN_OF_SEAT, [agencyId, seatId, at, rows]);
}

const READ_TAKEN: Statement = {
  name: 'read_taken_by_campaigns',
  text: `
SELECT t.campaign_id AS "campaignId", count(*)::int8 AS count FROM (
  SELECT c.campaign_id FROM charge c WHERE c.agency_id = $1 AND c.seat_id = $2 AND c.campaign_id IS NOT NULL
    AND c.effective_at > $3::int8 - $4::int8 AND c.effective_at <= $3 AND c.origin <> 'VOID'
  UNION ALL
  SELECT h.campaign_id FROM hold h WHERE h.agency_id = $1 AND h.seat_id = $2 AND h.campaign_id IS NOT NULL
    AND h.expires_at > $3) AS t
GROUP BY t.campaign_id`,
};

/** What a seat sent for each campaign within a day, or holds for it. */
export async function readTaken(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  at: Instant,
): Promise<Map<string, number>> {
  const values = [agencyId, seatId, at, DAY];
  const rows = await transaction.query<{ campaignId: string; count: number }>(READ_TAKEN, values);
  return new Map(rows.map(({ campaignId, count }) => [campaignId, Number(count)]));
}

export interface TouchRow {
  agency_id: string;
  id: string;
  enrolment_id: string;
  campaign_id: string;
  seat_id: string;
  step: string;
  variant: string | null;
  state: 'DUE';
  due_at: number;
}

/** What was given up may come again, under other steps or once it is known otherwise; what was done never. */
export const TOUCH: Table<TouchRow> = {
  name: 'touch',
  columns: {
    ...{ agency_id: 'uuid', id: 'uuid', enrolment_id: 'uuid', campaign_id: 'uuid', seat_id: 'uuid' },
    ...{ step: 'text', variant: 'text', state: 'text', due_at: 'int8' },
  },
  onConflict: `ON CONFLICT (agency_id, enrolment_id, step) DO UPDATE SET state = 'DUE', variant = excluded.variant,
    due_at = excluded.due_at, look_at = NULL, seat_id = excluded.seat_id, ended_at = NULL, ended_because = NULL
    WHERE touch.state = 'CANCELLED'`,
};

export interface TouchChange {
  agency_id: string;
  id: string;
  state: TouchState;
  due_at: number;
  claimed_by: string | null;
  claimed_at: number | null;
  claimed_until: number | null;
  reservation_id: string | null;
  earlier_reservation_ids: readonly string[];
  claims: number;
  claim_key: string | null;
  look_at: number | null;
  ended_at: number | null;
  ended_because: string | null;
  end_number: number | null;
}

export const TOUCHES_CHANGED: RowUpdate<TouchChange> = {
  name: 'change_touches',
  table: 'touch',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: {
    ...{ state: 'text', due_at: 'int8', claimed_by: 'text', claimed_at: 'int8', claimed_until: 'int8' },
    ...{
      reservation_id: 'uuid',
      earlier_reservation_ids: 'uuid[]',
      claims: 'int4',
      claim_key: 'text',
      look_at: 'int8',
      ended_at: 'int8',
      ended_because: 'text',
      end_number: 'int8',
    },
  },
};

/** An open touch with some of it changed. */
export function changeOf(agencyId: string, touch: Touch, change: Partial<Touch>): TouchChange {
  const next = { ...touch, ...change };
  return {
    ...{ agency_id: agencyId, id: next.id, state: next.state, due_at: next.dueAt },
    ...{ claimed_by: next.claimedBy, claimed_at: next.claimedAt, claimed_until: next.claimedUntil },
    ...{ reservation_id: next.reservationId, earlier_reservation_ids: next.earlierReservationIds },
    ...{ claims: next.claims, claim_key: next.claimKey, look_at: next.lookAt },
    ...{ ended_at: next.endedAt, ended_because: next.endedBecause, end_number: null },
  };
}
