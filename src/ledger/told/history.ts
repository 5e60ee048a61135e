import type { Instant } from '../../quota/window.js';
import type { Action, Outcome, ReasonCode, ReservationStatus } from '../../quota/words.js';
import { instantOf, uuidFloor } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { Conditions } from '../books/conditions.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { answerFromJson, type DecisionRecord } from '../decision-record.js';
import type { ReservationFacts } from '../reading/facts.js';
import { addSeen, seenOf, seenValues } from './seen.js';

/** What the books tell of the past, newest first. A viewer of some client accounts sees their rows, by the client account of their time. */

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
  /** All who are one person. */
  readonly recipientIds: readonly string[] | null;
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

const SEEN = seenOf('d');

export async function listDecisions(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: DecisionFilter,
): Promise<DecisionRecord[]> {
  const { recipientIds } = filter;
  // Of one alone they are read in their order.
  const several = recipientIds && recipientIds.length > 1 ? recipientIds : null;
  const asked = byIdOf(viewer, filter)
    .add('campaign', filter.campaignId, (campaign) => `d.campaign_id = ${campaign}`)
    .add('recipient', recipientIds?.length === 1 ? recipientIds[0] : null, (id) => `d.recipient_id = ${id}`)
    .add('person', several, (ids) => `d.recipient_id = ANY (${ids}::uuid[])`)
    .add('action', filter.action, (action) => `d.action = ${action}`)
    .add('outcome', filter.outcome, (outcome) => `d.outcome = ${outcome}`)
    .add('reason', filter.reason, (reason) => `${reason} = ANY (d.reason_codes)`);
  const page = `ORDER BY d.id DESC LIMIT ${asked.parameter(filter.rows)}`;
  const statement = asked.statement('list_decisions', `SELECT ${DECISION_COLUMNS} FROM decision d`, page);
  return (await transaction.query<DecisionRow>(statement, asked.values)).map(decisionFromRow);
}

const READ_DECISIONS: Statement = {
  name: 'read_decisions',
  text: `SELECT ${DECISION_COLUMNS} FROM decision d WHERE ${SEEN} AND d.id = ANY ($4::uuid[])`,
};

export async function readDecisions(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<DecisionRecord[]> {
  const rows = await transaction.query<DecisionRow>(READ_DECISIONS, [...seenValues(viewer), ids]);
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

export async function listReservations(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: HistoryFilter & { readonly statuses: readonly ReservationStatus[] | null },
  at: Instant,
): Promise<ReservationRecord[]> {
  const asked = byIdOf(viewer, filter);
  asked.add('statuses', filter.statuses, (statuses) => {
    const open = `CASE WHEN d.expires_at > ${asked.parameter(at)} THEN 'HELD' ELSE 'EXPIRED' END`;
    return `coalesce(r.status, ${open}) = ANY (${statuses}::text[])`;
  });
  const select = `SELECT ${RESERVATION_COLUMNS} FROM decision d ${WITH_RESOLUTION}`;
  const page = `AND d.outcome = 'ALLOWED' ORDER BY d.id DESC LIMIT ${asked.parameter(filter.rows)}`;
  const statement = asked.statement('list_reservations', select, page);
  const rows = await transaction.query<ReservationRow>(statement, asked.values);
  return rows.map((row) => reservationFromRow(row, at));
}

const READ_RESERVATIONS: Statement = {
  name: 'read_reservation_records',
  text: `
SELECT ${RESERVATION_COLUMNS} FROM decision d ${WITH_RESOLUTION}
WHERE ${SEEN} AND d.outcome = 'ALLOWED' AND d.id = ANY ($4::uuid[])`,
};

export async function readReservationRecords(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
  at: Instant,
): Promise<ReservationRecord[]> {
  const values = [...seenValues(viewer), ids];
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
  coalesce(d.told_recipient_id, d.recipient_id) AS "recipientId", d.action, d.count, d.effective_at AS "occurredAt", s.name AS source,
  d.recorded_by AS "recordedBy", v.recorded_at AS "voidedAt"`;

const WITH_SOURCE_AND_VOID = `LEFT JOIN activity_source s ON s.agency_id = d.agency_id AND s.id = d.source_id
LEFT JOIN LATERAL (
  SELECT v.recorded_at FROM charge v
  WHERE v.voids = d.id AND v.agency_id = d.agency_id AND v.effective_at = d.effective_at LIMIT 1) AS v ON true`;

const ELSEWHERE = `d.origin IN ('RECORD', 'IMPORT')`;

// In the order of their instants, which the ids are made from. A page begins by both, and by the instant alone as well:
// a pair keeps no partition from being read.
export function listActivities(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: HistoryFilter,
): Promise<ActivityRecord[]> {
  const { from, until, afterId } = filter;
  const asked = askedOf(viewer, filter)
    .add('from', from, (at) => `d.effective_at >= ${at}`)
    .add('until', until, (at) => `d.effective_at < ${at}`)
    .add('to', afterId && instantOf(afterId), (at) => `d.effective_at <= ${at}`);
  asked.add(
    'after',
    afterId,
    (id) => `(d.effective_at, d.id) < (${asked.parameter(instantOf(afterId ?? ''))}, ${id})`,
  );
  const select = `SELECT ${ACTIVITY_COLUMNS} FROM charge d ${WITH_SOURCE_AND_VOID}`;
  const page = `AND ${ELSEWHERE} ORDER BY d.effective_at DESC, d.id DESC LIMIT ${asked.parameter(filter.rows)}`;
  return transaction.query(asked.statement('list_activities', select, page), asked.values);
}

const READ_ACTIVITIES: Statement = {
  name: 'read_activities',
  text: `
SELECT ${ACTIVITY_COLUMNS} FROM unnest($4::uuid[], $5::int8[]) AS n (id, effective_at)
CROSS JOIN LATERAL (
  SELECT * FROM charge d WHERE d.id = n.id AND d.agency_id = $1 AND d.effective_at = n.effective_at LIMIT 1) AS d
${WITH_SOURCE_AND_VOID}
WHERE ${SEEN} AND ${ELSEWHERE}`,
};

export function readActivities(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<ActivityRecord[]> {
  return transaction.query<ActivityRecord>(READ_ACTIVITIES, [...seenValues(viewer), ids, ids.map(instantOf)]);
}

/** What every list asks: the agency, what the viewer sees, whose it is. */
function askedOf(viewer: Viewer, { seatId, clientAccountId }: HistoryFilter): Conditions {
  return addSeen(new Conditions(), viewer, 'd')
    .add('seat', seatId, (seat) => `d.seat_id = ${seat}`)
    .add('account', clientAccountId, (account) => `d.client_account_id = ${account}`);
}

/** The same, of a table whose order is that of its ids, which are made from its instants. */
function byIdOf(viewer: Viewer, filter: HistoryFilter): Conditions {
  const { from, until, afterId } = filter;
  return askedOf(viewer, filter)
    .add('from', from === null ? null : uuidFloor(from), (id) => `d.id >= ${id}`)
    .add('until', until === null ? null : uuidFloor(until), (id) => `d.id < ${id}`)
    .add('after', afterId, (id) => `d.id < ${id}`);
}

// OFFSET 0: found by the seat and its day, and never by what the viewer sees: that would read the holds of all days.
const LAPSED_HOLDS: Statement = {
  name: 'lapsed_holds',
  text: `
SELECT n.seat_id AS "seatId", (
  SELECT count(*) FROM (
    SELECT * FROM hold l WHERE l.agency_id = $1 AND l.seat_id = n.seat_id AND l.expires_at >= n.since
      AND l.expires_at <= $6 AND l.accounted_at IS NULL OFFSET 0) AS h
  WHERE ${seenOf('h')})::int8 AS lapsed
FROM unnest($4::uuid[], $5::int8[]) AS n (seat_id, since)`,
};

/** Holds that the viewer sees and that lapsed since an instant, by seat, without word of what came of them. */
export function readLapsedHolds(
  transaction: LedgerTransaction,
  viewer: Viewer,
  seats: readonly { readonly seatId: string; readonly since: Instant }[],
  at: Instant,
): Promise<{ readonly seatId: string; readonly lapsed: number }[]> {
  return transaction.query(LAPSED_HOLDS, [
    ...seenValues(viewer),
    seats.map(({ seatId }) => seatId),
    seats.map(({ since }) => since),
    at,
  ]);
}
