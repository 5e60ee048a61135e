import type { Instant } from '../quota/window.js';
import type { Action, Outcome, ReasonCode, ReservationStatus } from '../quota/words.js';
import { instantOf, uuidFloor } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from './connection.js';
import { answerFromJson, type DecisionRecord } from './decision-record.js';
import type { ReservationFacts } from './facts.js';

/** What the books tell of the past, newest first. A viewer of one client account sees its rows, by the client account of their time. */

/** Filters that all lists share; null where it does not matter. `afterId` is where the page begins, in the list's order. */
export interface HistoryFilter {
  readonly seatId: string | null;
  readonly clientAccountId: string | null;
  readonly from: Instant | null;
  /** Not included. */
  readonly until: Instant | null;
  readonly afterId: string | null;
  readonly rows: number;
}

export interface DecisionFilter extends HistoryFilter {
  readonly campaignId: string | null;
  readonly recipientId: string | null;
  readonly action: Action | null;
  readonly outcome: Outcome | null;
  readonly reason: ReasonCode | null;
}

type DecisionRow = Omit<
  DecisionRecord,
  'reasons' | 'warnings' | 'usage' | 'retryAt' | 'certainAt' | 'decidedAt'
> & {
  readonly answer: Parameters<typeof answerFromJson>[0];
};

const DECISION_COLUMNS = `d.agency_id AS "agencyId", d.id, d.seat_id AS "seatId", d.client_account_id AS "clientAccountId",
  d.campaign_id AS "campaignId", d.recipient_id AS "recipientId", d.action, d.noted, d.outcome,
  d.expires_at AS "expiresAt", d.policy_version AS "policyVersion", d.asked_by AS "askedBy", d.answer`;

/** $1 is the agency, $2 the viewer's only client account; what is null does not filter. */
const SEEN = `d.agency_id = $1 AND ($2::uuid IS NULL OR d.client_account_id = $2)`;

const LIST_DECISIONS: Statement = {
  name: 'list_decisions',
  text: `
SELECT ${DECISION_COLUMNS} FROM decision d
WHERE ${SEEN} AND ($3::uuid IS NULL OR d.seat_id = $3) AND ($4::uuid IS NULL OR d.client_account_id = $4)
  AND d.id >= $5 AND d.id < $6
  AND ($7::uuid IS NULL OR d.campaign_id = $7) AND ($8::uuid IS NULL OR d.recipient_id = $8)
  AND ($9::text IS NULL OR d.action = $9) AND ($10::text IS NULL OR d.outcome = $10)
  AND ($11::text IS NULL OR $11 = ANY (d.reason_codes))
ORDER BY d.id DESC LIMIT $12`,
};

export async function listDecisions(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: DecisionFilter,
): Promise<DecisionRecord[]> {
  const rows = await transaction.query<DecisionRow>(LIST_DECISIONS, [
    ...commonValues(viewer, filter),
    filter.campaignId,
    filter.recipientId,
    filter.action,
    filter.outcome,
    filter.reason,
    filter.rows,
  ]);
  return rows.map(decisionFromRow);
}

const READ_DECISIONS: Statement = {
  name: 'read_decisions',
  text: `SELECT ${DECISION_COLUMNS} FROM decision d WHERE ${SEEN} AND d.id = ANY ($3::uuid[])`,
};

export async function readDecisions(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<DecisionRecord[]> {
  const rows = await transaction.query<DecisionRow>(READ_DECISIONS, [
    viewer.agencyId,
    viewer.clientAccountId,
    ids,
  ]);
  return rows.map(decisionFromRow);
}

function decisionFromRow({ answer, ...row }: DecisionRow): DecisionRecord {
  return { ...row, ...answerFromJson(answer), decidedAt: instantOf(row.id) };
}

/** A reservation with what it is by now. */
export interface ReservationRecord extends ReservationFacts {
  readonly status: ReservationStatus;
  readonly heldAt: Instant;
}

type ReservationRow = Omit<ReservationFacts, 'resolution'> & {
  readonly status: 'COMMITTED' | 'RELEASED' | null;
  readonly sentAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly releasedBecause: string | null;
};

const RESERVATION_COLUMNS = `d.agency_id AS "agencyId", d.id, d.seat_id AS "seatId",
  d.client_account_id AS "clientAccountId", d.campaign_id AS "campaignId", d.recipient_id AS "recipientId", d.action,
  d.noted, d.expires_at AS "expiresAt", r.status, r.sent_at AS "sentAt", r.resolved_at AS "resolvedAt",
  r.released_because AS "releasedBecause"`;

const WITH_RESOLUTION = `LEFT JOIN LATERAL (
  SELECT * FROM resolution r WHERE r.agency_id = d.agency_id AND r.reservation_id = d.id LIMIT 1) AS r ON true`;

const LIST_RESERVATIONS: Statement = {
  name: 'list_reservations',
  text: `
SELECT ${RESERVATION_COLUMNS} FROM decision d ${WITH_RESOLUTION}
WHERE ${SEEN} AND d.outcome = 'ALLOWED'
  AND ($3::uuid IS NULL OR d.seat_id = $3) AND ($4::uuid IS NULL OR d.client_account_id = $4)
  AND d.id >= $5 AND d.id < $6
  AND ($7::text[] IS NULL OR coalesce(r.status, CASE WHEN d.expires_at > $8 THEN 'HELD' ELSE 'EXPIRED' END) = ANY ($7))
ORDER BY d.id DESC LIMIT $9`,
};

export async function listReservations(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: HistoryFilter & { readonly statuses: readonly ReservationStatus[] | null },
  at: Instant,
): Promise<ReservationRecord[]> {
  const values = [...commonValues(viewer, filter), filter.statuses, at, filter.rows];
  const rows = await transaction.query<ReservationRow>(LIST_RESERVATIONS, values);
  return rows.map((row) => reservationFromRow(row, at));
}

const READ_RESERVATIONS: Statement = {
  name: 'read_reservation_records',
  text: `
SELECT ${RESERVATION_COLUMNS} FROM decision d ${WITH_RESOLUTION}
WHERE ${SEEN} AND d.outcome = 'ALLOWED' AND d.id = ANY ($3::uuid[])`,
};

export async function readReservationRecords(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
  at: Instant,
): Promise<ReservationRecord[]> {
  const values = [viewer.agencyId, viewer.clientAccountId, ids];
  const rows = await transaction.query<ReservationRow>(READ_RESERVATIONS, values);
  return rows.map((row) => reservationFromRow(row, at));
}

function reservationFromRow(
  { status, sentAt, resolvedAt, releasedBecause, ...facts }: ReservationRow,
  at: Instant,
): ReservationRecord {
  const resolution = status && resolvedAt !== null ? { status, sentAt, resolvedAt, releasedBecause } : null;
  return reservationRecord({ ...facts, resolution }, at);
}

/** HELD, or what came of it: a hold is dead exactly at its expiry, whoever has noticed (P5). */
export function reservationRecord(facts: ReservationFacts, at: Instant): ReservationRecord {
  const status = facts.resolution?.status ?? (at < facts.expiresAt ? 'HELD' : 'EXPIRED');
  return { ...facts, status, heldAt: instantOf(facts.id) };
}

/** Something done elsewhere, as `activities` lists it. */
export interface ActivityRecord {
  readonly id: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly recipientId: string | null;
  readonly action: Action;
  readonly count: number;
  readonly occurredAt: Instant;
  readonly source: string | null;
  readonly recordedBy: string;
  readonly voidedAt: Instant | null;
}

const ACTIVITY_COLUMNS = `d.id, d.seat_id AS "seatId", d.client_account_id AS "clientAccountId",
  d.recipient_id AS "recipientId", d.action, d.count, d.effective_at AS "occurredAt", s.name AS source,
  d.recorded_by AS "recordedBy", v.recorded_at AS "voidedAt"`;

const WITH_SOURCE_AND_VOID = `LEFT JOIN activity_source s ON s.agency_id = d.agency_id AND s.id = d.source_id
LEFT JOIN LATERAL (
  SELECT v.recorded_at FROM charge v
  WHERE v.voids = d.id AND v.agency_id = d.agency_id AND v.effective_at = d.effective_at LIMIT 1) AS v ON true`;

const ELSEWHERE = `d.origin IN ('RECORD', 'IMPORT')`;

// In the order of their instants, which the ids are made from.
const LIST_ACTIVITIES: Statement = {
  name: 'list_activities',
  text: `
SELECT ${ACTIVITY_COLUMNS} FROM charge d ${WITH_SOURCE_AND_VOID}
WHERE ${SEEN} AND ${ELSEWHERE}
  AND ($3::uuid IS NULL OR d.seat_id = $3) AND ($4::uuid IS NULL OR d.client_account_id = $4)
  AND d.id >= $5 AND d.id < $6 AND d.effective_at >= $7 AND d.effective_at <= $8
ORDER BY d.effective_at DESC, d.id DESC LIMIT $9`,
};

export function listActivities(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: HistoryFilter,
): Promise<ActivityRecord[]> {
  const values = commonValues(viewer, filter);
  const [from, until] = values.slice(4, 6).map((id) => instantOf(String(id)));
  return transaction.query<ActivityRecord>(LIST_ACTIVITIES, [...values, from, until, filter.rows]);
}

const READ_ACTIVITIES: Statement = {
  name: 'read_activities',
  text: `
SELECT ${ACTIVITY_COLUMNS} FROM unnest($3::uuid[], $4::int8[]) AS n (id, effective_at)
JOIN charge d ON d.id = n.id AND d.effective_at = n.effective_at ${WITH_SOURCE_AND_VOID}
WHERE ${SEEN} AND ${ELSEWHERE}`,
};

export function readActivities(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<ActivityRecord[]> {
  return transaction.query<ActivityRecord>(READ_ACTIVITIES, [
    viewer.agencyId,
    viewer.clientAccountId,
    ids,
    ids.map(instantOf),
  ]);
}

const UUID_MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The agency, what the viewer sees, the filters that all lists share, and the ids that the page lies between. */
function commonValues(viewer: Viewer, filter: HistoryFilter): unknown[] {
  const { seatId, clientAccountId, from, until, afterId } = filter;
  const before = until === null ? UUID_MAX : uuidFloor(until);
  return [
    viewer.agencyId,
    viewer.clientAccountId,
    seatId,
    clientAccountId,
    uuidFloor(from ?? 0),
    afterId !== null && afterId < before ? afterId : before,
  ];
}

const READ_RECIPIENTS_BY_ID: Statement = {
  name: 'read_recipients_by_id',
  text: `
SELECT r.id, r.profile_url AS "profileUrl" FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($2::uuid[])`,
};

/** The addresses of people; null where a person was erased. */
export function readProfileUrls(
  transaction: LedgerTransaction,
  viewer: Viewer,
  recipientIds: readonly string[],
): Promise<{ readonly id: string; readonly profileUrl: string | null }[]> {
  return transaction.query(READ_RECIPIENTS_BY_ID, [viewer.agencyId, recipientIds]);
}

const LAPSED_HOLDS: Statement = {
  name: 'lapsed_holds',
  text: `
SELECT n.seat_id AS "seatId", count(h.id)::int8 AS lapsed FROM unnest($2::uuid[], $3::int8[]) AS n (seat_id, since)
LEFT JOIN hold h ON h.agency_id = $1 AND h.seat_id = n.seat_id AND h.expires_at >= n.since AND h.expires_at <= $4
  AND h.accounted_at IS NULL
GROUP BY n.seat_id`,
};

/** Holds that lapsed since an instant, by seat, without word of what came of them. */
export function readLapsedHolds(
  transaction: LedgerTransaction,
  viewer: Viewer,
  seats: readonly { readonly seatId: string; readonly since: Instant }[],
  at: Instant,
): Promise<{ readonly seatId: string; readonly lapsed: number }[]> {
  return transaction.query(LAPSED_HOLDS, [
    viewer.agencyId,
    seats.map(({ seatId }) => seatId),
    seats.map(({ since }) => since),
    at,
  ]);
}
