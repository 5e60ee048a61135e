import { dayEnd } from '../../quota/calendar.js';
import { CONTACT_ACTIONS } from '../../quota/collision.js';
import { HORIZON } from '../../quota/rule.js';
import { DAY, type Instant } from '../../quota/window.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from './one-person.js';

/** A person of whom a client account that pools its contacts asks what the others did. */
export interface ContactQuestion {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly recipientId: string;
}

export interface Contact {
  readonly id: string;
  readonly clientAccountId: string;
  readonly at: Instant;
}

export interface HeldContact {
  readonly id: string;
  readonly clientAccountId: string;
  readonly heldAt: Instant;
  readonly expiresAt: Instant;
}

/** Somebody in a campaign who has steps before them. */
export interface QueuedContact {
  readonly id: string;
  readonly clientAccountId: string;
  /** When they were taken in. */
  readonly at: Instant;
  /** When the last day of the campaign is over; Infinity where it has none. */
  readonly endsAt: Instant;
}

/** What the pool holds of a person. */
export interface ContactsRead {
  readonly contacts: readonly Contact[];
  readonly holds: readonly HeldContact[];
  /** In the order in which they were taken in. */
  readonly queue: readonly QueuedContact[];
}

/** Of all together as many as any number of the policy asks for, and of others as many as decide how long they have the person. */
const CONTACTS_MAX = 100;
const OTHERS_MAX = 10;
const HOLDS_MAX = 100;
/** In turn of each client account, the first first: one's own campaigns, however many, put out nobody who was there before them. */
const CAMPAIGNS_MAX = 100;
/** What lapsed in a day of 25 hours still refuses for the rest of it. */
const LAPSED_WITHIN = 2 * DAY;

const NOW = `current_setting('headroom.now')::int8`;
const CONTACTS = CONTACT_ACTIONS.map((action) => `'${action}'`).join(', ');
const POOLS = (alias: string): string => `EXISTS (SELECT 1 FROM client_account a
      WHERE a.agency_id = ${alias}.agency_id AND a.id = ${alias}.client_account_id AND a.pools_contacts OFFSET 0)`;

// Each of the person's ids by itself, so that the newest are the first of its index.
const sent = (besides: string, rowsMax: number): string => `
  (SELECT 'SENT' AS what, c.id, c.client_account_id, c.effective_at AS from_at, c.effective_at AS until_at,
      NULL::text AS last_day, NULL::text AS time_zone FROM unnest(p.ids) AS one (id) CROSS JOIN LATERAL (
    SELECT c.id, c.client_account_id, c.effective_at FROM charge c
    WHERE c.agency_id = n.agency_id AND c.recipient_id = one.id${besides}
      AND c.effective_at > ${NOW} - ${HORIZON} AND c.effective_at <= ${CHARGED_UNTIL}
      AND c.action IN (${CONTACTS}) AND c.origin <> 'VOID' AND ${POOLS('c')} AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
          AND v.effective_at > ${NOW} - ${HORIZON} AND v.effective_at <= ${CHARGED_UNTIL})
    ORDER BY c.effective_at DESC LIMIT ${rowsMax}) AS c
   ORDER BY c.effective_at DESC LIMIT ${rowsMax})`;

const READ_POOLED_CONTACTS: Statement = {
  name: 'read_pooled_contacts',
  text: `
SELECT n.i AS index, f.what, f.id, f.client_account_id AS "clientAccountId", f.from_at AS "fromAt", f.until_at AS "untilAt",
  f.last_day AS "lastDay", f.time_zone AS "timeZone"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[]) AS n (i, agency_id, client_account_id, recipient_id)
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('n.agency_id', 'n.recipient_id')} AS ids OFFSET 0) AS p
CROSS JOIN LATERAL (${sent('', CONTACTS_MAX)}
  UNION ALL${sent(' AND c.client_account_id <> n.client_account_id', OTHERS_MAX)}
  UNION ALL
  (SELECT 'HELD', h.id, h.client_account_id, h.held_at, h.expires_at, NULL, NULL FROM hold h
    WHERE h.agency_id = n.agency_id AND h.recipient_id = ANY (p.ids) AND h.expires_at > ${NOW} - ${LAPSED_WITHIN}
      AND h.action IN (${CONTACTS}) AND ${POOLS('h')}
    ORDER BY h.client_account_id = n.client_account_id, h.expires_at DESC LIMIT ${HOLDS_MAX})
  UNION ALL
  (SELECT 'QUEUED', q.id, q.client_account_id, q.enrolled_at, q.enrolled_at, q.last_day, q.time_zone FROM (
      SELECT e.id, a.id AS client_account_id, e.enrolled_at, c.ends_on::text AS last_day, a.time_zone,
        row_number() OVER (PARTITION BY a.id ORDER BY e.enrolled_at, e.id) AS place
      FROM (SELECT e.agency_id, e.id, e.campaign_id, e.enrolled_at FROM enrolment e
        WHERE e.agency_id = n.agency_id AND e.recipient_id = ANY (p.ids) AND e.state = 'ACTIVE'
          AND e.enrolled_at > ${NOW} - ${HORIZON} OFFSET 0) AS e
      JOIN campaign c ON c.agency_id = e.agency_id AND c.id = e.campaign_id
      JOIN client_account a ON a.agency_id = c.agency_id AND a.id = c.client_account_id AND a.pools_contacts) AS q
    ORDER BY q.place, q.enrolled_at, q.id LIMIT ${CAMPAIGNS_MAX})
) AS f`,
};

interface Row {
  readonly index: number;
  readonly what: 'SENT' | 'HELD' | 'QUEUED';
  readonly id: string;
  readonly clientAccountId: string;
  readonly fromAt: Instant;
  readonly untilAt: Instant;
  /** Of a campaign that has one, in the zone of its client account. */
  readonly lastDay: string | null;
  readonly timeZone: string | null;
}

/**
 * What client accounts that pool their contacts sent to people, and hold for them, in the order of the questions. What was sent to
 * whoever turned out to be the person, or taken in as them, is the person's.
 */
export async function readPooledContacts(
  transaction: LedgerTransaction,
  questions: readonly ContactQuestion[],
): Promise<ContactsRead[]> {
  if (questions.length === 0) return [];
  const rows = await transaction.query<Row & { [column: string]: unknown }>(READ_POOLED_CONTACTS, [
    questions.map((_, index) => index),
    questions.map(({ agencyId }) => agencyId),
    questions.map(({ clientAccountId }) => clientAccountId),
    questions.map(({ recipientId }) => recipientId),
  ]);
  return questions.map((_, place) => {
    const ofPlace = rows.filter(({ index }) => index === place);
    // The newest of others may be among the newest of all: it is one contact.
    const contacts = new Map(
      ofPlace.flatMap(({ what, id, clientAccountId, fromAt }) =>
        what === 'SENT' ? [[id, { id, clientAccountId, at: fromAt }] as const] : [],
      ),
    );
    const holds = ofPlace.flatMap(({ what, id, clientAccountId, fromAt, untilAt }) =>
      what === 'HELD' ? [{ id, clientAccountId, heldAt: fromAt, expiresAt: untilAt }] : [],
    );
    return { contacts: [...contacts.values()], holds, queue: queueOf(ofPlace) };
  });
}

function queueOf(rows: readonly Row[]): QueuedContact[] {
  return rows
    .filter(({ what }) => what === 'QUEUED')
    .map(({ id, clientAccountId, fromAt: at, lastDay, timeZone }) => {
      return { id, clientAccountId, at, endsAt: lastDay && timeZone ? dayEnd(lastDay, timeZone) : Infinity };
    })
    .toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
}

export function contactName({
  clientAccountId,
  recipientId,
}: Pick<ContactQuestion, 'clientAccountId' | 'recipientId'>): string {
  return `${clientAccountId} ${recipientId}`;
}

/** What a request can't be judged without: it is read, and all is decided again. Nothing has changed by then. */
export class ContactsNeeded extends Error {
  constructor(readonly question: ContactQuestion) {
    super('What the others of a pool did is needed.');
  }
}
