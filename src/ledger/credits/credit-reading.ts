import { POOLED_TIERS, type CreditTerms } from '../../quota/credit-days.js';
import type { CreditTake } from '../../quota/credit-lots.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { LinkedInTier } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { PurseJson, PurseKey } from '../books/credit-tables.js';
import { readCourses } from '../reading/policies.js';

/** A seat whose purse is asked for, with the client account of the time; null: the one that has it now. */
export interface PurseAsked {
  readonly seatId: string;
  readonly clientAccountId: string | null;
}

/** A purse as it was read: what is kept of it, and what it follows from. */
export interface PurseRead {
  readonly key: PurseKey;
  readonly state: PurseJson | null;
  readonly terms: readonly CreditTerms[];
  /** When the live holds of its seats' InMails expire. */
  readonly holds: readonly Instant[];
}

/** An InMail's credits: whose purse they are of, and when they were given back, or could not be. */
export interface TakeRead extends CreditTake {
  readonly key: PurseKey;
  readonly settledAt: Instant | null;
}

/** What was read of an agency's credits so far. */
export class CreditsRead {
  /** By purseName(). */
  readonly purses = new Map<string, PurseRead>();
  /** The name of a seat's purse, by askedName(); null where the seat has none. */
  readonly names = new Map<string, string | null>();
  /** By the charge. */
  readonly takes = new Map<string, readonly TakeRead[]>();
  /** The send that a reservation became, by the reservation; null where it became none. */
  readonly charges = new Map<string, string | null>();
}

/** What a request can't be decided without: it is read, and all is decided again. */
export class CreditsNeeded extends Error {
  constructor(readonly needs: CreditNeeds) {
    super('Credits are to be read.');
  }
}

export interface CreditNeeds {
  readonly purses?: readonly PurseAsked[];
  readonly chargeIds?: readonly string[];
  readonly reservationIds?: readonly string[];
}

export function purseName({ kind, id }: PurseKey): string {
  return `${kind} ${id}`;
}

export function askedName({ seatId, clientAccountId }: PurseAsked): string {
  return `${seatId} ${clientAccountId ?? ''}`;
}

type TermsJson = [
  seatId: string,
  tier: LinkedInTier,
  timeZone: string,
  renewOn: string | null,
  perMonth: number | null,
  openingCredits: number | null,
  addedAt: number,
];

interface PurseReadRow {
  index: number;
  client_account_id: string;
  kind: PurseKey['kind'];
  id: string;
  /** The first row of the purse: what it follows from is in that one alone. */
  first: number;
  state: PurseJson | null;
  terms: TermsJson[];
  holds: number[];
}

// A pool is of all seats of its tiers that the client account has, whichever of them asks. What it follows from is read once,
// however many of them ask: each would bring all of them.
const READ_PURSES: Statement = {
  name: 'read_purses',
  text: `
SELECT k.i AS index, k.client_account_id, k.kind, k.id, k.first, p.state, m.terms, h.holds
FROM (SELECT asked.*, min(i) OVER (PARTITION BY agency_id, kind, id) AS first FROM (
  SELECT n.i, s.agency_id, coalesce(n.client_account_id, s.client_account_id) AS client_account_id,
    CASE WHEN s.tier = ANY ($5) THEN 'CLIENT_ACCOUNT' ELSE 'SEAT' END AS kind,
    CASE WHEN s.tier = ANY ($5) THEN coalesce(n.client_account_id, s.client_account_id) ELSE s.id END AS id
  FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[]) AS n (i, agency_id, seat_id, client_account_id)
  CROSS JOIN LATERAL (SELECT agency_id, id, tier, client_account_id FROM seat s
    WHERE s.agency_id = n.agency_id AND s.id = n.seat_id LIMIT 1) AS s) AS asked) AS k
LEFT JOIN LATERAL (SELECT state FROM credit_purse p
  WHERE k.i = k.first AND p.agency_id = k.agency_id AND p.scope_kind = k.kind AND p.scope_id = k.id LIMIT 1) AS p ON true
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(s.id, s.tier, s.time_zone, s.credits_renew_on, s.credits_per_month,
      s.opening_credits, s.created_at) ORDER BY s.created_at, s.id), '[]') AS terms, array_agg(s.id) AS seat_ids
  FROM seat s WHERE k.i = k.first AND s.agency_id = k.agency_id AND (k.kind = 'SEAT' AND s.id = k.id
    OR k.kind = 'CLIENT_ACCOUNT' AND s.client_account_id = k.id AND s.tier = ANY ($5) AND s.status <> 'REMOVED')) AS m
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(h.expires_at), '[]') AS holds FROM hold h
  WHERE k.i = k.first AND h.agency_id = k.agency_id AND h.seat_id = ANY (m.seat_ids) AND h.action = 'INMAIL'
    AND h.expires_at > current_setting('headroom.now')::int8) AS h`,
};

/** Reads the purses of seats, each with its key; in the order of the questions, null for a seat that is not seen. */
export async function readPurses(
  transaction: LedgerTransaction,
  asked: readonly (PurseAsked & { readonly agencyId: string })[],
): Promise<((PurseRead & { readonly clientAccountId: string }) | null)[]> {
  if (asked.length === 0) return [];
  const read = transaction.query<PurseReadRow>(READ_PURSES, [
    asked.map((_, index) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ seatId }) => seatId),
    asked.map(({ clientAccountId }) => clientAccountId),
    POOLED_TIERS,
  ]);
  const [rows, courses] = await Promise.all([
    read,
    readCourses(
      transaction,
      asked.map(({ agencyId }) => agencyId),
    ),
  ]);
  const found = new Map(rows.map((row) => [row.index, row]));
  const followsFrom = new Map(
    rows
      .filter(({ index, first }) => index === first)
      .map(({ index, state, terms, holds }) => {
        const course = courses(asked[index]!.agencyId);
        return [index, { state, terms: terms.map((json) => termsFromJson(json, course)), holds }] as const;
      }),
  );
  return asked.map((_, index) => {
    const row = found.get(index);
    if (!row) return null;
    const { kind, id, first, client_account_id: clientAccountId } = row;
    return { key: { kind, id }, ...followsFrom.get(first)!, clientAccountId };
  });
}

function termsFromJson(json: TermsJson, course: PolicyCourse): CreditTerms {
  const [seatId, tier, timeZone, renewOn, perMonth, openingCredits, addedAt] = json;
  return { seatId, tier, timeZone, renewOn, perMonth, openingCredits, addedAt, course };
}

interface TakeReadRow {
  agency_id: string;
  scope_kind: PurseKey['kind'];
  scope_id: string;
  charge_id: string;
  seat_id: string;
  lot: number;
  amount: number;
  settled_at: number | null;
}

const READ_TAKES: Statement = {
  name: 'read_takes',
  text: `
SELECT t.* FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, charge_id)
JOIN LATERAL (
  SELECT e.agency_id, e.scope_kind, e.scope_id, e.charge_id, e.seat_id, e.lot, e.amount, (
    SELECT min(r.at) FROM credit_event r WHERE r.agency_id = e.agency_id AND r.charge_id = e.charge_id
      AND r.kind IN ('RETURN', 'LOST')) AS settled_at
  FROM credit_event e WHERE e.agency_id = n.agency_id AND e.charge_id = n.charge_id AND e.kind = 'TAKE'
  ORDER BY e.number OFFSET 0) AS t ON true`,
};

/** What charges took. */
export async function readTakes(
  transaction: LedgerTransaction,
  charges: readonly { readonly agencyId: string; readonly chargeId: string }[],
): Promise<(TakeRead & { readonly agencyId: string })[]> {
  if (charges.length === 0) return [];
  const rows = await transaction.query<TakeReadRow>(READ_TAKES, [
    charges.map(({ agencyId }) => agencyId),
    charges.map(({ chargeId }) => chargeId),
  ]);
  return rows.map((row) => ({
    agencyId: row.agency_id,
    key: { kind: row.scope_kind, id: row.scope_id },
    chargeId: row.charge_id,
    seatId: row.seat_id,
    lot: row.lot,
    amount: row.amount,
    settledAt: row.settled_at,
  }));
}
