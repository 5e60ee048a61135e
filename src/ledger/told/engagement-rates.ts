import { CONTACT_ACTIONS } from '../../quota/collision.js';
import type { Instant } from '../../quota/window.js';
import type { RateGrouping } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from '../people/one-person.js';
import { seenOf, seenValues } from './seen.js';

/** Which sends are counted: those of [from, until). */
export interface RatesAsked {
  readonly from: Instant;
  readonly until: Instant;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly campaignIds: readonly string[] | null;
  /** Of these people alone, as a condition on prospects `p` of $1 and $4; its parameters are those from $11 on. Null for all. */
  readonly people: { readonly text: string; readonly values: readonly unknown[] } | null;
}

/** What became of the sends of a group. People are counted, each once for a seat: two messages to one are one. */
export interface RateCounts {
  /** An id, a day, `2026-11-24`, the key of a step, or those of a step and its variant in JSON. */
  readonly key: string;
  readonly invited: number;
  readonly accepted: number;
  readonly written: number;
  readonly replied: number;
}

const INVITATIONS = `('CONNECTION_REQUEST')`;
const MESSAGES = `(${CONTACT_ACTIONS.filter((action) => action !== 'CONNECTION_REQUEST')
  .map((action) => `'${action}'`)
  .join(', ')})`;

// What was sent by hand, and not for a step, has none and is left out. What an earlier claim of a touch held is looked for among the
// touches of the person, whichever of their addresses was taken in: no index goes by it.
const ofTouch = (key: string): string =>
  `coalesce((SELECT ${key} FROM touch t
    WHERE t.agency_id = $1 AND t.reservation_id = s.reservation_id AND t.campaign_id = s.campaign_id ORDER BY t.id LIMIT 1), (
    SELECT ${key} FROM unnest(${recipientsOfPerson('$1', 's.person_id')}) AS one (id)
      JOIN enrolment n ON n.agency_id = $1 AND n.recipient_id = one.id AND n.campaign_id = s.campaign_id
      JOIN touch t ON t.agency_id = $1 AND t.enrolment_id = n.id AND s.reservation_id = ANY (t.earlier_reservation_ids)
    WHERE s.reservation_id IS NOT NULL ORDER BY t.id LIMIT 1))`;

/** What a group goes by, as a text. A campaign's are the sends that name one. */
const KEYS: Readonly<Record<RateGrouping, string>> = {
  SEAT: 's.seat_id::text',
  CLIENT_ACCOUNT: 's.client_account_id::text',
  CAMPAIGN: 's.campaign_id::text',
  // The agency's days: one list may be of seats in many zones.
  DAY: `to_char(to_timestamp(s.effective_at / 1000.0) AT TIME ZONE
    (SELECT a.time_zone FROM agency a WHERE a.agency_id = $1), 'YYYY-MM-DD')`,
  STEP: ofTouch('t.step'),
  VARIANT: ofTouch('CASE WHEN t.variant IS NOT NULL THEN json_build_array(t.step, t.variant)::text END'),
};
/** Which page comes next. The newest day is first; of all others the order of their ids, which is that of their making. */
const ORDER: Readonly<Record<RateGrouping, 'ASC' | 'DESC'>> = {
  ...{ SEAT: 'ASC', CLIENT_ACCOUNT: 'ASC', CAMPAIGN: 'ASC', DAY: 'DESC', STEP: 'ASC', VARIANT: 'ASC' },
};

/**
 * Of several recipients who are one person, the one that stands for all. Few were found to be somebody else: who they are is known once for
 * all rows, and the others are looked up nowhere.
 */
const personOfRow = (recipientId: string): string => `
CASE WHEN ${recipientId} IN (SELECT m.id FROM recipient m WHERE m.agency_id = $1 AND m.merged_into IS NOT NULL)
  THEN (SELECT m.merged_into FROM recipient m WHERE m.agency_id = $1 AND m.id = ${recipientId}) ELSE ${recipientId} END`;

/**
 * Each send of the viewer's, from the first instant on, with the next one of the same kind to the same person: an answer is
 * the newest send's. What comes behind the last instant is looked at for that, and not counted. Whatever is kept of a send
 * (its step, its variant) joins to `sends` by its id or by the reservation that it came from.
 */
const sends = (people: string): string => `
SELECT c.*, lead(c.answered_from) OVER (
    PARTITION BY c.seat_id, c.person_id, c.is_invitation ORDER BY c.effective_at, c.id) AS next_at
FROM (
  SELECT c.id, c.seat_id, c.client_account_id, c.campaign_id, ${personOfRow('c.recipient_id')} AS person_id, c.reservation_id,
    c.effective_at, coalesce(c.earliest_at, c.effective_at) AS answered_from, c.action IN ${INVITATIONS} AS is_invitation
  FROM charge c
  WHERE ${seenOf('c')} AND c.recipient_id IS NOT NULL AND c.origin <> 'VOID'
    AND (c.action IN ${INVITATIONS} OR c.action IN ${MESSAGES})
    AND ($4::uuid IS NULL OR c.client_account_id = $4) AND ($5::uuid IS NULL OR c.seat_id = $5)
    AND c.effective_at >= $7 AND c.effective_at <= ${CHARGED_UNTIL} AND c.id NOT IN (
      SELECT v.voids FROM charge v WHERE v.agency_id = $1 AND v.voids IS NOT NULL
        AND v.effective_at >= $7 AND v.effective_at <= ${CHARGED_UNTIL})${people}) AS c`;

/** What people answered to the seats of the sends since the first of them, where the viewer sees it as it sees those. */
const ANSWERS = `
SELECT e.seat_id, ${personOfRow('e.recipient_id')} AS person_id, e.kind = 'INVITATION_ACCEPTED' AS is_invitation, e.occurred_at
FROM engagement e
WHERE ${seenOf('e')} AND e.kind IN ('INVITATION_ACCEPTED', 'REPLIED', 'INMAIL_ACCEPTED') 
  AND e.seat_id IN (SELECT s.seat_id FROM sends s) AND e.occurred_at >= (SELECT min(s.answered_from) FROM sends s)`;

/**
 * Sends and answers of a seat and a person in one order, of which each send has the first answer behind it: looked up send by send, or
 * joined by an index that there can't be, a year of a large agency took longer than a statement may.
 */
const ANSWERED = `
SELECT s.*, min(s.answered_at) OVER (
    PARTITION BY s.seat_id, s.person_id, s.is_invitation ORDER BY s.at DESC, s.answered_at NULLS LAST ROWS UNBOUNDED PRECEDING) AS first_answer_at
FROM (
  SELECT sends.*, answered_from AS at, NULL::int8 AS answered_at FROM sends
  UNION ALL
  SELECT NULL, seat_id, NULL, NULL, person_id, NULL, NULL, NULL, is_invitation, NULL, occurred_at, occurred_at FROM answers) AS s`;

function readRates(grouping: RateGrouping, people: string | null = null): Statement {
  const isBehind = ORDER[grouping] === 'ASC' ? '>' : '<';
  const counted = (condition: string, name: string): string =>
    `count(*) FILTER (WHERE ${condition})::int4 AS ${name}`;
  return {
    // Segments have no end of shapes: a statement with one has no name, and is planned for what it asks.
    name: people === null ? `read_engagement_rates_${grouping.toLowerCase()}` : '',
    text: `
WITH sends AS (${sends(people === null ? '' : among(people))}),
answers AS (${ANSWERS}),
answered AS (${ANSWERED}),
of_people AS (
  SELECT ${KEYS[grouping]} AS key, s.is_invitation,
    bool_or(s.first_answer_at IS NOT NULL AND (s.next_at IS NULL OR s.first_answer_at < s.next_at)) AS is_answered
  FROM answered s
  WHERE s.effective_at < $8 AND ($6::uuid[] IS NULL OR s.campaign_id = ANY ($6::uuid[]))
  GROUP BY 1, s.is_invitation, s.seat_id, s.person_id)
SELECT p.key, ${counted('p.is_invitation', 'invited')}, ${counted('p.is_invitation AND p.is_answered', 'accepted')},
  ${counted('NOT p.is_invitation', 'written')}, ${counted('NOT p.is_invitation AND p.is_answered', 'replied')}
FROM of_people p WHERE p.key IS NOT NULL AND ($9::text IS NULL OR p.key ${isBehind} $9)
GROUP BY p.key ORDER BY p.key ${ORDER[grouping]} LIMIT $10::int4`,
  };
}

function among(people: string): string {
  return ` AND c.recipient_id IN (
    SELECT one.id FROM prospect p CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'p.recipient_id')}) AS one (id)
    WHERE p.agency_id = $1 AND p.client_account_id = $4 AND ${people})`;
}

const STATEMENTS: Readonly<Record<RateGrouping, Statement>> = {
  SEAT: readRates('SEAT'),
  CLIENT_ACCOUNT: readRates('CLIENT_ACCOUNT'),
  CAMPAIGN: readRates('CAMPAIGN'),
  DAY: readRates('DAY'),
  STEP: readRates('STEP'),
  VARIANT: readRates('VARIANT'),
};

/** What became of what the viewer's seats sent, group by group, so many behind a place. */
export function listRates(
  transaction: LedgerTransaction,
  viewer: Viewer,
  grouping: RateGrouping,
  asked: RatesAsked,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<RateCounts[]> {
  const { people } = asked;
  const statement = people === null ? STATEMENTS[grouping] : readRates(grouping, people.text);
  return transaction.query<RateCounts & { [column: string]: unknown }>(statement, [
    ...seenValues(viewer),
    ...[asked.clientAccountId, asked.seatId, asked.campaignIds, asked.from, asked.until, after, rows],
    ...(people?.values ?? []),
  ]);
}
