import { instantOfId } from '../../ledger/books/instant-of-id.js';
import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { CampaignStatus, ConnectionDegree } from '../../quota/words.js';
import { CLAIMED_UNTIL } from './touch.rows.js';

/** The rows of enrolments, as the migrations declare them, and the statements that read them. */

/** Somebody in a campaign, with what their campaign says now. */
export interface Enrolled {
  readonly id: string;
  readonly campaignId: string;
  readonly recipientId: string;
  readonly seatId: string;
  readonly version: number;
  readonly state: 'ACTIVE' | 'FINISHED' | 'STOPPED';
  readonly step: string | null;
  readonly stepSince: Instant;
  readonly nextDueAt: Instant | null;
  readonly degree: ConnectionDegree;
  readonly openProfile: boolean;
  readonly enrolledAt: Instant;
  readonly startedAt: Instant | null;
  /** Without its texts, which are read for one person at a time (`Whole`): of many people under many versions they would fill the memory. */
  readonly definition: Definition;
  readonly clientAccountId: string;
  readonly campaignStatus: CampaignStatus;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  /** Of the client account: the campaign's days are its. */
  readonly timeZone: string;
}

/** The same with the texts of their steps. */
export interface Whole extends Enrolled {
  readonly hasTexts: true;
}

const ENROLLED_COLUMNS = `e.id, e.campaign_id AS "campaignId", e.recipient_id AS "recipientId", e.seat_id AS "seatId",
  e.version, e.state, e.step, e.step_since AS "stepSince", e.next_due_at AS "nextDueAt", e.degree,
  e.open_profile AS "openProfile", e.enrolled_at AS "enrolledAt", e.started_at AS "startedAt",
  c.client_account_id AS "clientAccountId", c.status AS "campaignStatus", c.starts_on::text AS "startsOn",
  c.ends_on::text AS "endsOn",
  a.time_zone AS "timeZone"`;

const ENROLLED = `enrolment e
JOIN campaign c ON c.agency_id = e.agency_id AND c.id = e.campaign_id
JOIN client_account a ON a.agency_id = c.agency_id AND a.id = c.client_account_id`;

type Row<T> = T & { [column: string]: unknown };
type WithoutSteps = Row<Omit<Enrolled, 'definition'>>;

const OF_VERSIONS = `campaign_version v
JOIN unnest($2::uuid[], $3::int4[]) AS n (campaign_id, number) ON v.campaign_id = n.campaign_id AND v.number = n.number
WHERE v.agency_id = $1`;

const READ_TEXTS: Statement = {
  name: 'read_texts_of_versions',
  text: `SELECT v.campaign_id AS "campaignId", v.number, v.definition FROM ${OF_VERSIONS}`,
};

// Of a text its key and its weight are left: whose it is goes by these.
const READ_STEPS: Statement = {
  name: 'read_steps_of_versions',
  text: `
SELECT v.campaign_id AS "campaignId", v.number, jsonb_set(v.definition, '{steps}', coalesce((
  SELECT jsonb_agg(CASE WHEN s.step ? 'variants' THEN jsonb_set(s.step, '{variants}', coalesce((
      SELECT jsonb_agg(t.variant || '{"subject": null, "body": ""}' ORDER BY t.number)
      FROM jsonb_array_elements(s.step->'variants') WITH ORDINALITY AS t (variant, number)), '[]'))
    ELSE s.step END ORDER BY s.number)
  FROM jsonb_array_elements(v.definition->'steps') WITH ORDINALITY AS s (step, number)), '[]')) AS definition
FROM ${OF_VERSIONS}`,
};

/** Each version is read once, however many are under it. */
async function withSteps(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly WithoutSteps[],
  statement = READ_STEPS,
): Promise<Enrolled[]> {
  if (people.length === 0) return [];
  const asked = [...new Map(people.map((person) => [nameOf(person), person])).values()];
  const rows = await transaction.query<{ campaignId: string; number: number; definition: Definition }>(
    statement,
    [agencyId, asked.map(({ campaignId }) => campaignId), asked.map(({ version }) => version)],
  );
  const steps = new Map(
    rows.map(({ campaignId, number, definition }) => [nameOf({ campaignId, version: number }), definition]),
  );
  return people.map((person) => {
    const definition = steps.get(nameOf(person));
    if (!definition) throw new Error('Whoever is in a campaign is under a version of it.');
    return { ...person, definition };
  });
}

async function withTexts(
  transaction: LedgerTransaction,
  agencyId: string,
  found: readonly WithoutSteps[],
): Promise<Whole | null> {
  const [person] = await withSteps(transaction, agencyId, found.slice(0, 1), READ_TEXTS);
  return person ? { ...person, hasTexts: true } : null;
}

function nameOf({ campaignId, version }: Pick<Enrolled, 'campaignId' | 'version'>): string {
  return `${campaignId} ${version}`;
}

// Whom a seat left behind when it went to another client account waits: what the seat does there is nobody's business here.
const DUE = `${ENROLLED}
WHERE e.agency_id = $1 AND e.seat_id = $2 AND e.next_due_at <= $3 AND EXISTS (
  SELECT 1 FROM seat s WHERE s.agency_id = $1 AND s.id = e.seat_id AND s.client_account_id = c.client_account_id)`;

// Whoever is being looked at by another is passed over: what comes of it is there when that one is done.
const LOCK_DUE: Statement = {
  name: 'lock_due_enrolments',
  text: `
SELECT ${ENROLLED_COLUMNS} FROM ${DUE}
ORDER BY e.next_due_at, e.id LIMIT $4 FOR NO KEY UPDATE OF e SKIP LOCKED`,
};

/** So many of those who are to be looked at by an instant, the longest overdue first, for nobody else until the transaction ends. */
export async function lockDue(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  { at, rows }: { readonly at: Instant; readonly rows: number },
): Promise<Enrolled[]> {
  const found = await transaction.query<WithoutSteps>(LOCK_DUE, [agencyId, seatId, at, rows]);
  return withSteps(transaction, agencyId, found);
}

const IS_ANYBODY_DUE: Statement = {
  name: 'is_any_enrolment_due',
  text: `SELECT EXISTS (SELECT 1 FROM ${DUE}) AS "isDue"`,
};

/** Whether somebody is to be looked at by an instant whom nobody has looked at, as far as a transaction sees. */
export async function isAnybodyDue(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  at: Instant,
): Promise<boolean> {
  const [found] = await transaction.query<{ isDue: boolean }>(IS_ANYBODY_DUE, [agencyId, seatId, at]);
  return found!.isDue;
}

/** How long a send of whoever has ended may be told late, once its claim is over. */
const TOLD_LATE_MS = DAY;

// Who has ended is looked at by no instant of theirs: they are found by their claims that are over, which are few. Whether their
// seat went to another client account is no matter: of what it did it is asked alone whether the touch's own reservation was sent.
const LOCK_ENDED: Statement = {
  name: 'lock_ended_enrolments_claimed',
  text: `
SELECT ${ENROLLED_COLUMNS} FROM (
  SELECT t.* FROM touch t WHERE t.agency_id = $1 AND t.state = 'CLAIMED' AND t.claimed_until <= $2::int8 OFFSET 0) AS t
JOIN (${ENROLLED}) ON e.agency_id = t.agency_id AND e.id = t.enrolment_id
WHERE e.agency_id = $1 AND e.state <> 'ACTIVE' AND (${CLAIMED_UNTIL} <= $2::int8 - ${TOLD_LATE_MS} OR EXISTS (
  SELECT 1 FROM charge h WHERE h.agency_id = $1 AND h.origin <> 'VOID'
    AND h.reservation_id = ANY (t.reservation_id || t.earlier_reservation_ids) AND NOT EXISTS (
      SELECT 1 FROM charge v WHERE v.voids = h.id AND v.agency_id = $1 AND v.effective_at = h.effective_at)) OR EXISTS (
  SELECT 1 FROM idempotency i WHERE i.agency_id = $1 AND i.reservation_id = ANY (t.reservation_id || t.earlier_reservation_ids)
    AND NOT EXISTS (SELECT 1 FROM charge v WHERE v.voids = i.subject_id AND v.agency_id = $1
      AND v.effective_at = ${instantOfId('i.subject_id')})))
ORDER BY t.claimed_until, t.id LIMIT $3 FOR NO KEY UPDATE OF e SKIP LOCKED`,
};

/**
 * So many of those who have ended while a touch of theirs was claimed, once its claim is over and it was sent, or can be told late
 * no more: for nobody else until the transaction ends.
 */
export async function lockEnded(
  transaction: LedgerTransaction,
  agencyId: string,
  { at, rows }: { readonly at: Instant; readonly rows: number },
): Promise<Enrolled[]> {
  const found = await transaction.query<WithoutSteps>(LOCK_ENDED, [agencyId, at, rows]);
  return withSteps(transaction, agencyId, found);
}

const LOCK_ENROLLED: Statement = {
  name: 'lock_enrolment',
  text: `SELECT ${ENROLLED_COLUMNS} FROM ${ENROLLED} WHERE e.agency_id = $1 AND e.id = $2 FOR NO KEY UPDATE OF e`,
};

/** Whoever changes a touch locks its person first. */
export async function lockEnrolled(
  transaction: LedgerTransaction,
  agencyId: string,
  id: string,
): Promise<Whole | null> {
  return withTexts(
    transaction,
    agencyId,
    await transaction.query<WithoutSteps>(LOCK_ENROLLED, [agencyId, id]),
  );
}

const READ_ENROLLED_BY_IDS: Statement = {
  name: 'read_enrolments_by_ids',
  text: `SELECT ${ENROLLED_COLUMNS} FROM ${ENROLLED} WHERE e.agency_id = $1 AND e.id = ANY ($2::uuid[])`,
};

export async function readEnrolled(
  transaction: LedgerTransaction,
  agencyId: string,
  ids: readonly string[],
): Promise<Enrolled[]> {
  const found = await transaction.query<WithoutSteps>(READ_ENROLLED_BY_IDS, [agencyId, ids]);
  return withSteps(transaction, agencyId, found);
}

/** One of them, with the texts of their steps. */
export async function readWhole(
  transaction: LedgerTransaction,
  agencyId: string,
  id: string,
): Promise<Whole | null> {
  const found = await transaction.query<WithoutSteps>(READ_ENROLLED_BY_IDS, [agencyId, [id]]);
  return withTexts(transaction, agencyId, found);
}

// Those of the campaign itself first: of the others as many as there is room for. Whom a seat left behind in a campaign that
// has it no more waits, and takes nobody's turn.
const READ_AHEAD: Statement = {
  name: 'read_people_ahead',
  text: `
SELECT ${ENROLLED_COLUMNS}, coalesce(m.weight, 1) AS weight FROM ${ENROLLED}
LEFT JOIN campaign_seat m ON m.agency_id = e.agency_id AND m.campaign_id = e.campaign_id AND m.seat_id = e.seat_id
WHERE e.agency_id = $1 AND e.seat_id = ANY ($2::uuid[]) AND e.state = 'ACTIVE'
  AND (c.id = $3 OR (c.status = 'RUNNING' AND m.seat_id IS NOT NULL))
ORDER BY (c.id = $3) DESC, e.step_since, e.id LIMIT $4`,
};

/** Who is still to be written to from some seats, with the share of their campaign. */
export async function readAhead(
  transaction: LedgerTransaction,
  agencyId: string,
  seatIds: readonly string[],
  { campaignId, rows }: { readonly campaignId: string; readonly rows: number },
): Promise<(Enrolled & { readonly weight: number })[]> {
  const values = [agencyId, seatIds, campaignId, rows];
  const found = await transaction.query<WithoutSteps & { weight: number }>(READ_AHEAD, values);
  const weights = new Map(found.map(({ id, weight }) => [id, weight]));
  const people = await withSteps(transaction, agencyId, found);
  return people.map((person) => ({ ...person, weight: weights.get(person.id) ?? 1 }));
}

const STIR: Statement = {
  name: 'stir_people',
  text: `
UPDATE enrolment e SET next_due_at = $3
WHERE e.agency_id = $1 AND e.id = ANY ($2::uuid[]) AND e.state = 'ACTIVE' AND e.next_due_at IS NULL`,
};

/** They are looked at next. */
export async function stirPeople(
  transaction: LedgerTransaction,
  agencyId: string,
  ids: readonly string[],
  at: Instant,
): Promise<void> {
  await transaction.query(STIR, [agencyId, ids, at]);
}
