import { HORIZON } from '../../quota/rule.js';
import type { DoNotContactKind } from '../../quota/person.js';
import { isJudgedByPast } from '../../quota/rules/person.rules.js';
import type { Instant } from '../../quota/window.js';
import { ENGAGEMENT_KINDS, type Action, type EngagementKind } from '../../quota/words.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { distinctBy } from '../reading/distinct.js';
import { everyKeyOf, keyName, type RecipientKey } from './recipients.js';
import { recipientsOfPerson } from './one-person.js';
import type { EmployerKey } from './employers.js';

/** A person whom a seat asks about, as the caller names them. */
export interface PersonRef {
  readonly agencyId: string;
  readonly seatId: string;
  readonly key: RecipientKey;
  readonly employers: readonly EmployerKey[];
  /** Whether what passed between the two is asked for, and not only whether the person may be contacted. */
  readonly withPast: boolean;
}

export function personRef(
  agencyId: string,
  { seatId, action }: { readonly seatId: string; readonly action: Action },
  { key, employers = [] }: { readonly key: RecipientKey; readonly employers?: readonly EmployerKey[] },
): PersonRef {
  return { agencyId, seatId, key, employers, withPast: isJudgedByPast(action) };
}

/** A send of a seat to a person. */
export interface SendToPerson {
  readonly id: string;
  readonly action: Action;
  /** Whose it is; left out where nobody asked. */
  readonly clientAccountId?: string;
  /** Known from an archive; left out where nobody asked. */
  readonly isArchived?: boolean;
  readonly at: Instant;
}

/** An answer that ended an invitation, and whose it is. */
export interface InvitationEnd {
  readonly kind: EngagementKind;
  readonly clientAccountId: string;
  readonly at: Instant;
}

/** Where people may not be contacted: everywhere in an agency, for a client account, or from a seat that they want no more of. */
export interface Mark {
  readonly kind: DoNotContactKind;
  /** Of the agency, the client account or the seat. */
  readonly scopeId: string;
}

/** One with when it was set. */
export interface SetMark extends Mark {
  readonly setAt: Instant;
}

/** What the books hold of a seat and a person. */
export interface PersonRead {
  /** Invitations, InMails and withdrawals. */
  readonly sends: SendToPerson[];
  /** The newest messages, where another seat is connected to the person. */
  readonly messages: SendToPerson[];
  /** Live holds of these; `at` is their expiry. */
  readonly holds: SendToPerson[];
  /** The newest of each kind. */
  readonly engagements: Map<EngagementKind, Instant>;
  /** What ended invitations, where somebody asked for them. */
  readonly ends: InvitationEnd[];
  connectedAt: Instant | null;
  /** Active seats of the same client account that are connected to the person. */
  readonly connectedSeatIds: string[];
  readonly marks: Mark[];
}

/** Most sends and holds of each action, and seats, that are looked at for one person: none of the rules needs but the newest. */
const ROWS_MAX = 20;

const NOW = `current_setting('headroom.now')::int8`;
/** The kinds of engagements in SQL: the newest of each is found by itself, however many there are of it. */
export const KINDS = `ARRAY[${ENGAGEMENT_KINDS.map((kind) => `'${kind}'`).join()}]`;
/** The same of sends: very many of one action push out none of another. */
export const MINDED = `ARRAY['CONNECTION_REQUEST', 'INMAIL', 'INVITATION_WITHDRAWAL']`;
/** What no rule waits for an answer to: it is asked for where another seat may be suggested, which is not to write before one came. */
export const MESSAGES = ['DIRECT_MESSAGE', 'GROUP_MESSAGE', 'OPEN_PROFILE_MESSAGE'] as const;
const MESSAGED = `ARRAY[${MESSAGES.map((action) => `'${action}'`).join()}]`;

// Each arm has its own LIMIT or GROUP BY: joined plainly, the agencies of the wall become an index condition and all rows
// of an agency are read. Where the past is not asked for, PostgreSQL enters the arms that begin with it no further. What is known
// of whoever turned out to be the same person is known of the person. Where they work goes by what lists told, and by what the client
// account's own requests did: nobody else's request takes a person away from it.
const READ_PEOPLE: Statement = {
  name: 'read_people',
  text: `
SELECT n.i AS index, k.recipient_id AS "recipientId", f.what, f.code, f."clientAccountId", f.id, f.at
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::int2[], $6::bytea[], $7::bool[])
  AS n (i, agency_id, seat_id, kind, key_version, fingerprint, with_past)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('n.agency_id', 'k.recipient_id')} AS ids OFFSET 0) AS same
CROSS JOIN LATERAL unnest(same.ids) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'SEND' AS what, m.action AS code, c.client_account_id AS "clientAccountId", c.id, c.effective_at AS at
    FROM unnest(${MINDED}) AS m (action) CROSS JOIN LATERAL (
      SELECT c.client_account_id, c.id, c.effective_at FROM charge c
      WHERE n.with_past AND c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = n.seat_id
        AND c.effective_at > ${NOW} - ${HORIZON} AND c.effective_at <= ${CHARGED_UNTIL}
        AND c.action = m.action AND c.origin <> 'VOID' AND NOT EXISTS (
          SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
            AND v.effective_at > ${NOW} - ${HORIZON} AND v.effective_at <= ${CHARGED_UNTIL})
      ORDER BY c.effective_at DESC LIMIT ${ROWS_MAX}) AS c)
  UNION ALL
  (SELECT 'MESSAGE', c.action, c.client_account_id, c.id, c.effective_at FROM (
      SELECT n.seat_id FROM connection o
      WHERE n.with_past AND o.agency_id = n.agency_id AND o.recipient_id = ANY (same.ids) AND o.seat_id <> n.seat_id
      LIMIT 1) AS tied CROSS JOIN LATERAL (
      SELECT c.action, c.client_account_id, c.id, c.effective_at FROM charge c
      WHERE c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = tied.seat_id
        AND c.effective_at > ${NOW} - ${HORIZON} AND c.effective_at <= ${CHARGED_UNTIL}
        AND c.action = ANY (${MESSAGED}) AND c.origin <> 'VOID' AND NOT EXISTS (
          SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
            AND v.effective_at > ${NOW} - ${HORIZON} AND v.effective_at <= ${CHARGED_UNTIL})
      ORDER BY c.effective_at DESC LIMIT ${ROWS_MAX}) AS c)
  UNION ALL
  (SELECT 'HOLD', m.action, NULL, h.id, h.expires_at FROM unnest(${MINDED}) AS m (action) CROSS JOIN LATERAL (
      SELECT h.id, h.expires_at FROM hold h
      WHERE n.with_past AND h.agency_id = n.agency_id AND h.recipient_id = p.id AND h.seat_id = n.seat_id
        AND h.expires_at > ${NOW} AND h.action = m.action
      ORDER BY h.expires_at DESC LIMIT ${ROWS_MAX}) AS h)
  UNION ALL
  (SELECT 'CONNECTION', NULL, NULL, c.seat_id, c.connected_at FROM connection c
    WHERE n.with_past AND c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.recipient_id = p.id
    LIMIT 1)
  UNION ALL
  (SELECT 'CONNECTED_SEAT', NULL, NULL, c.seat_id, c.connected_at FROM connection c
    JOIN seat s ON s.agency_id = c.agency_id AND s.id = c.seat_id
    JOIN seat mine ON mine.agency_id = c.agency_id AND mine.id = n.seat_id
    WHERE n.with_past AND c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id <> n.seat_id
      AND s.client_account_id = mine.client_account_id AND s.status = 'ACTIVE'
    ORDER BY c.connected_at DESC LIMIT ${ROWS_MAX})
  UNION ALL
  (SELECT 'ENGAGEMENT', g.kind, NULL, NULL, e.occurred_at FROM unnest(${KINDS}) AS g (kind) CROSS JOIN LATERAL (
      SELECT e.occurred_at FROM engagement e
      WHERE n.with_past AND e.agency_id = n.agency_id AND e.seat_id = n.seat_id AND e.recipient_id = p.id
        AND e.kind = g.kind ORDER BY e.occurred_at DESC LIMIT 1) AS e)
  UNION ALL
  (SELECT 'MARK', m.kind, NULL, m.scope_id, 0 FROM recipient_key r CROSS JOIN LATERAL (
      SELECT d.kind, d.scope_id FROM do_not_contact d WHERE d.agency_id = r.agency_id AND d.kind = 'PERSON'
        AND d.key_version = r.key_version AND d.fingerprint = r.fingerprint OFFSET 0) AS m
    WHERE r.agency_id = n.agency_id AND r.recipient_id = p.id GROUP BY m.kind, m.scope_id)
  UNION ALL
  (SELECT 'MARK', m.kind, NULL, m.scope_id, 0 FROM recipient_employer r CROSS JOIN LATERAL (
      SELECT d.kind, d.scope_id FROM do_not_contact d WHERE d.agency_id = r.agency_id AND d.kind = r.kind
        AND d.key_version = r.key_version AND d.fingerprint = r.fingerprint OFFSET 0) AS m
    WHERE r.agency_id = n.agency_id AND r.recipient_id = p.id AND r.scope_id IN (n.agency_id, (
      SELECT s.client_account_id FROM seat s WHERE s.agency_id = n.agency_id AND s.id = n.seat_id))
    GROUP BY m.kind, m.scope_id)
) AS f`,
};

interface PersonRow {
  readonly index: number;
  readonly recipientId: string;
  readonly what: 'SEND' | 'MESSAGE' | 'HOLD' | 'CONNECTION' | 'CONNECTED_SEAT' | 'ENGAGEMENT' | 'MARK';
  readonly code: string | null;
  readonly clientAccountId: string | null;
  readonly id: string | null;
  readonly at: number;
}

/** What the books hold of people and seats that ask about them, by agency and personName(). */
export async function readPeople(
  transaction: LedgerTransaction,
  people: readonly PersonRef[],
): Promise<{ readonly agencyId: string; readonly name: string; readonly read: PersonRead }[]> {
  if (people.length === 0) return [];
  const named = people.flatMap(({ agencyId, seatId, key, withPast }, index) =>
    everyKeyOf(key).map((made) => ({ index, agencyId, seatId, withPast, ...made })),
  );
  const asked = distinctBy(named, ({ agencyId, seatId, withPast, ...made }) =>
    [agencyId, seatId, withPast, keyName(made)].join(' '),
  );
  const rows = await transaction.query<PersonRow>(READ_PEOPLE, [
    asked.map(({ index }) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ seatId }) => seatId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
    asked.map(({ withPast }) => withPast),
  ]);
  const found = new Map<string, { agencyId: string; name: string; read: PersonRead }>();
  // Whoever is found by two secrets is told twice: the same again changes nothing. Of several who are one
  // the newest counts.
  for (const row of rows) {
    const { agencyId, seatId } = people[row.index]!;
    const name = personName(seatId, row.recipientId);
    const one = found.get(`${agencyId} ${name}`) ?? { agencyId, name, read: nothingRead() };
    found.set(`${agencyId} ${name}`, one);
    take(one.read, row);
  }
  return [...found.values()];
}

function take(read: PersonRead, { what, code, clientAccountId, id, at }: PersonRow): void {
  switch (what) {
    case 'SEND':
      read.sends.push({ id: id!, action: code as Action, clientAccountId: clientAccountId!, at });
      break;
    case 'MESSAGE':
      read.messages.push({ id: id!, action: code as Action, at });
      break;
    case 'HOLD':
      read.holds.push({ id: id!, action: code as Action, at });
      break;
    case 'CONNECTION':
      read.connectedAt = Math.max(at, read.connectedAt ?? at);
      break;
    case 'CONNECTED_SEAT':
      if (!read.connectedSeatIds.includes(id!)) read.connectedSeatIds.push(id!);
      break;
    case 'ENGAGEMENT':
      read.engagements.set(
        code as EngagementKind,
        Math.max(at, read.engagements.get(code as EngagementKind) ?? at),
      );
      break;
    case 'MARK':
      read.marks.push({ kind: code as DoNotContactKind, scopeId: id! });
  }
}

export function nothingRead(): PersonRead {
  return {
    sends: [],
    messages: [],
    holds: [],
    ends: [],
    engagements: new Map(),
    connectedAt: null,
    connectedSeatIds: [],
    marks: [],
  };
}

export function personName(seatId: string, recipientId: string): string {
  return `${seatId} ${recipientId}`;
}
