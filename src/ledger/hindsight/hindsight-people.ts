import type { DoNotContactKind, PersonFacts } from '../../quota/person.js';
import { latest, unlessSince } from '../../quota/instants.js';
import { HORIZON } from '../../quota/rule.js';
import type { Instant } from '../../quota/window.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from '../people/one-person.js';
import { ENDS_INVITATION } from '../invitations/about-invitations.js';
import { ENDS_INMAIL } from '../people/people.js';
import { KINDS, MINDED } from '../people/people-facts.js';
import { spansOf } from '../people/person-spans.js';
import type { Standing } from '../reading/standing.js';

/** A seat and a person to whom it sent something at an instant. */
export interface SentTo {
  readonly seatId: string;
  /** For whom it is told: whom another one left alone while it had the seat is that one's. */
  readonly clientAccountId: string;
  readonly recipientId: string;
  readonly at: Instant;
}

interface Dated<Code> {
  readonly code: Code;
  readonly at: Instant;
}

/** What the books hold of a seat and a person, with the instants of it. */
export interface PersonOverTime {
  readonly sends: (Dated<Action> & { readonly chargeId: string })[];
  readonly engagements: Dated<EngagementKind>[];
  /** Of each kind the first that bound the seat. */
  readonly marks: Dated<DoNotContactKind>[];
  connectedAt: Instant | null;
}

/** Most sends of each action, and engagements of each kind, that are looked at for one person: the newest. */
const ROWS_MAX = 100;

const BINDS_SEAT = 'd.scope_id IN (n.agency_id, n.client_account_id, n.seat_id)';

// Marks are those that bind the seat, whoever has others on the same person: their number is nobody's but theirs.
const READ_PEOPLE_OVER_TIME: Statement = {
  name: 'read_people_over_time',
  text: `
SELECT n.i AS index, f.what, f.code, f.id, f.at
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
  AS n (i, agency_id, seat_id, client_account_id, recipient_id)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'n.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'SEND' AS what, m.action AS code, c.id, c.effective_at AS at FROM unnest(${MINDED}) AS m (action) CROSS JOIN LATERAL (
      SELECT c.id, c.effective_at FROM charge c
      WHERE c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = n.seat_id
        AND c.effective_at > $6 AND c.effective_at <= $7 AND c.action = m.action AND c.origin <> 'VOID' AND NOT EXISTS (
          SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
      ORDER BY c.effective_at DESC LIMIT ${ROWS_MAX}) AS c)
  UNION ALL
  (SELECT 'CONNECTION', NULL, NULL, c.connected_at FROM connection c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.recipient_id = p.id LIMIT 1)
  UNION ALL
  (SELECT 'ENGAGEMENT', g.kind, NULL, e.occurred_at FROM unnest(${KINDS}) AS g (kind) CROSS JOIN LATERAL (
      SELECT e.occurred_at FROM engagement e
      WHERE e.agency_id = n.agency_id AND e.seat_id = n.seat_id AND e.recipient_id = p.id AND e.kind = g.kind
        AND e.occurred_at <= $7 ORDER BY e.occurred_at DESC LIMIT ${ROWS_MAX}) AS e)
  UNION ALL
  (SELECT 'MARK', m.kind, NULL, min(m.created_at) FROM recipient_key r CROSS JOIN LATERAL (
      SELECT d.kind, d.created_at FROM do_not_contact d WHERE d.agency_id = r.agency_id AND d.kind = 'PERSON'
        AND d.key_version = r.key_version AND d.fingerprint = r.fingerprint AND ${BINDS_SEAT} OFFSET 0) AS m
    WHERE r.agency_id = n.agency_id AND r.recipient_id = p.id GROUP BY m.kind)
  UNION ALL
  (SELECT 'MARK', m.kind, NULL, min(m.created_at) FROM recipient_employer r CROSS JOIN LATERAL (
      SELECT d.kind, d.created_at FROM do_not_contact d WHERE d.agency_id = r.agency_id AND d.kind = r.kind
        AND d.key_version = r.key_version AND d.fingerprint = r.fingerprint AND ${BINDS_SEAT} OFFSET 0) AS m
    WHERE r.agency_id = n.agency_id AND r.recipient_id = p.id AND r.scope_id IN (n.agency_id, n.client_account_id)
    GROUP BY m.kind)
) AS f`,
};

interface Row {
  readonly index: number;
  readonly what: 'SEND' | 'CONNECTION' | 'ENGAGEMENT' | 'MARK';
  readonly code: string | null;
  readonly id: string | null;
  readonly at: Instant;
}

/** What the books hold of people by the instants at which something was sent to them, in the order of these. */
export async function readPeopleOverTime(
  transaction: LedgerTransaction,
  agencyId: string,
  sent: readonly SentTo[],
): Promise<PersonOverTime[]> {
  const people = sent.map((): PersonOverTime => ({
    sends: [],
    engagements: [],
    marks: [],
    connectedAt: null,
  }));
  if (sent.length === 0) return people;
  const instants = sent.map(({ at }) => at);
  const rows = await transaction.query<Row>(READ_PEOPLE_OVER_TIME, [
    sent.map((_, index) => index),
    sent.map(() => agencyId),
    sent.map(({ seatId }) => seatId),
    sent.map(({ clientAccountId }) => clientAccountId),
    sent.map(({ recipientId }) => recipientId),
    Math.min(...instants) - HORIZON,
    Math.max(...instants),
  ]);
  for (const row of rows) take(people[row.index]!, row);
  return people;
}

function take(person: PersonOverTime, { what, code, id, at }: Row): void {
  if (what === 'SEND') person.sends.push({ code: code as Action, at, chargeId: id! });
  else if (what === 'ENGAGEMENT') person.engagements.push({ code: code as EngagementKind, at });
  else if (what === 'MARK') person.marks.push({ code: code as DoNotContactKind, at });
  else person.connectedAt = Math.min(at, person.connectedAt ?? at);
}

/**
 * All that was known of a person at an instant, where some sends of that very instant were made only behind it. How the seat
 * stood to the person nobody tells of the past: only that they were connected is known.
 */
export function personAt(
  { sends, engagements, marks, connectedAt }: PersonOverTime,
  standing: Standing,
  at: Instant,
  notYet: ReadonlySet<string>,
): PersonFacts {
  const told = engagements.filter((one) => one.at <= at);
  const newest = (kinds: readonly EngagementKind[]): Instant | null =>
    latest(told.filter(({ code }) => kinds.includes(code)).map((one) => one.at));
  const last = (action: Action): Instant | null =>
    latest(
      sends
        .filter((one) => one.code === action && one.at <= at && !notYet.has(one.chargeId))
        .map((one) => one.at),
    );
  const connected = connectedAt !== null && connectedAt <= at ? connectedAt : null;
  const withdrawnAt = latest([last('INVITATION_WITHDRAWAL'), newest(['INVITATION_WITHDRAWN'])]);
  const answeredAt = latest([newest(ENDS_INVITATION), withdrawnAt, connected]);
  const mark = marks.find((one) => one.at <= at);
  return {
    degree: connected !== null || newest(['INVITATION_ACCEPTED']) !== null ? 'FIRST' : 'UNKNOWN',
    openProfile: true,
    isReply: newest(['REPLIED']) !== null,
    invitedAt: unlessSince(last('CONNECTION_REQUEST'), answeredAt),
    withdrawnAt,
    inmailAt: unlessSince(last('INMAIL'), newest(ENDS_INMAIL)),
    declined: false,
    holds: [],
    doNotContact: mark?.code ?? null,
    spans: spansOf(standing.course.at(at)),
  };
}
