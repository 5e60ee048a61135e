import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { STALLED_DAYS } from '../../outreach/campaign/stall.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { ReasonCode } from '../../quota/words.js';
import { instantOf, uuidFloor } from '../../tenancy/uuid.js';

/** The statements that find running campaigns of which nothing goes out. */

/** A running campaign of which nothing has gone out for so many days, and of which that has not been told. */
export interface QuietCampaign {
  readonly id: string;
  readonly clientAccountId: string;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly timeZone: string;
  /** Since it was launched, or resumed, or something of it went out. */
  readonly quietSince: Instant;
}

const READ_QUIET: Statement = {
  name: 'read_quiet_campaigns',
  text: `
SELECT c.id, c.client_account_id AS "clientAccountId", c.starts_on::text AS "startsOn", c.ends_on::text AS "endsOn",
  a.time_zone AS "timeZone", greatest(coalesce(c.running_since, c.launched_at), l.ended_at) AS "quietSince"
FROM campaign c
JOIN client_account a ON a.agency_id = c.agency_id AND a.id = c.client_account_id AND a.status <> 'ARCHIVED'
LEFT JOIN LATERAL (
  SELECT t.ended_at FROM touch t WHERE t.agency_id = c.agency_id AND t.campaign_id = c.id AND t.state = 'DONE'
  ORDER BY t.ended_at DESC LIMIT 1) AS l ON true
WHERE c.agency_id = $1 AND c.status = 'RUNNING' AND ($3::uuid[] IS NULL OR c.id = ANY ($3))
  AND (c.stalled_at IS NULL OR l.ended_at > c.stalled_at)
  AND greatest(coalesce(c.running_since, c.launched_at), l.ended_at) <= $2::int8 - ${STALLED_DAYS * DAY}
ORDER BY c.id`,
};

/** All of them, or those of some ids. */
export function readQuiet(
  transaction: LedgerTransaction,
  agencyId: string,
  at: Instant,
  ids: readonly string[] | null = null,
): Promise<QuietCampaign[]> {
  const values = [agencyId, at, ids];
  return transaction.query<QuietCampaign & { [column: string]: unknown }>(READ_QUIET, values);
}

const READ_UNLOOKED_SEATS: Statement = {
  name: 'read_seats_nobody_looks_at',
  text: `
SELECT DISTINCT e.seat_id AS id FROM enrolment e
WHERE e.agency_id = $1 AND e.campaign_id = ANY ($2::uuid[]) AND e.next_due_at <= $3::int8 - ${STALLED_DAYS * DAY}
ORDER BY e.seat_id LIMIT $4`,
};

/** Seats whose people of some campaigns nobody has looked at for days. */
export async function readUnlookedSeats(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignIds: readonly string[],
  { at, rows }: { readonly at: Instant; readonly rows: number },
): Promise<string[]> {
  const values = [agencyId, campaignIds, at, rows];
  return (await transaction.query<{ id: string }>(READ_UNLOOKED_SEATS, values)).map(({ id }) => id);
}

const READ_TO_DO: Statement = {
  name: 'read_to_do_of_campaigns',
  text: `
SELECT n.id, f.first_id AS "firstId", f.due_at AS "dueAt" FROM unnest($2::uuid[]) AS n (id)
CROSS JOIN LATERAL (
  SELECT (array_agg(t.id ORDER BY t.id))[1] AS first_id, min(t.due_at) AS due_at FROM touch t
  WHERE t.agency_id = $1 AND t.campaign_id = n.id AND t.state IN ('DUE', 'CLAIMED')) AS f
WHERE f.first_id IS NOT NULL`,
};

/**
 * Since when there has been something to do, by campaign; nothing of those that have nothing to do. A touch that was refused is due
 * later than when it was opened, one that was opened late was due before.
 */
export async function readToDoSince(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignIds: readonly string[],
): Promise<Map<string, Instant>> {
  const rows = await transaction.query<{ id: string; firstId: string; dueAt: Instant }>(READ_TO_DO, [
    agencyId,
    campaignIds,
  ]);
  return new Map(rows.map(({ id, firstId, dueAt }) => [id, Math.min(instantOf(firstId), dueAt)]));
}

const READ_OPEN_OF_CAMPAIGN: Statement = {
  name: 'read_open_touches_of_campaign',
  text: `
SELECT t.id, t.enrolment_id AS "enrolmentId", t.seat_id AS "seatId", t.step, t.variant,
  s.status = 'REMOVED' OR m.seat_id IS NULL AS "isGone"
FROM touch t
JOIN seat s ON s.agency_id = t.agency_id AND s.id = t.seat_id
LEFT JOIN campaign_seat m ON m.agency_id = t.agency_id AND m.campaign_id = t.campaign_id AND m.seat_id = t.seat_id
WHERE t.agency_id = $1 AND t.campaign_id = $2 AND t.state IN ('DUE', 'CLAIMED') ORDER BY t.id LIMIT $3`,
};

/** An open touch, and whether its seat acts in its campaign no more. */
export interface OpenTouch {
  readonly id: string;
  readonly enrolmentId: string;
  readonly seatId: string;
  readonly step: string;
  readonly variant: string | null;
  readonly isGone: boolean;
}

export function readOpenOfCampaign(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignId: string,
  rows: number,
): Promise<OpenTouch[]> {
  const values = [agencyId, campaignId, rows];
  return transaction.query<OpenTouch & { [column: string]: unknown }>(READ_OPEN_OF_CAMPAIGN, values);
}

/** Refusals that are looked at, the newest of them. */
const REFUSALS_MAX = 200;

const READ_REFUSED_MOST: Statement = {
  name: 'read_refused_most_of_campaign',
  text: `
SELECT f.code FROM (
  SELECT d.reason_codes FROM decision d
  WHERE d.agency_id = $1 AND d.campaign_id = $2 AND d.id >= $3 AND d.outcome = 'DENIED' ORDER BY d.id DESC LIMIT ${REFUSALS_MAX}) AS d
CROSS JOIN LATERAL unnest(d.reason_codes) AS f (code)
GROUP BY f.code ORDER BY count(*) DESC, f.code LIMIT 1`,
};

/** What was said most often when something of a campaign was refused from an instant on; null where nothing was. */
export async function readRefusedMost(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignId: string,
  from: Instant,
): Promise<ReasonCode | null> {
  const values = [agencyId, campaignId, uuidFloor(from)];
  const [found] = await transaction.query<{ code: ReasonCode }>(READ_REFUSED_MOST, values);
  return found?.code ?? null;
}
