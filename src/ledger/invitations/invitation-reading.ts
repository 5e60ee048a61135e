import type { Instant } from '../../quota/window.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import { endsInvitation, ENDS_INVITATION } from './about-invitations.js';
import { READ_OF_PERSON_MAX } from './invited-often.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { nothingRead, personName, type InvitationEnd, type PersonRead } from '../people/people-facts.js';
import { readSentToNobody, type NobodysQuestion, type SentToNobody } from './nobodys-invitations.js';
import { distinctBy } from '../reading/distinct.js';
import type { SeatRef } from '../reading/standing.js';

/** Somebody whom a seat may have invited. */
export interface InvitedRef extends SeatRef {
  readonly recipientId: string;
}

/** What a request can't be decided without: it is read, and all is decided again. */
export class InvitationsNeeded extends Error {
  constructor(readonly needs: InvitationNeeds) {
    super('Invitations are to be read.');
  }
}

export interface InvitationNeeds {
  readonly people: readonly InvitedRef[];
  /** Seats of which it is asked how their invitations are taken. */
  readonly seats: readonly (SeatRef & { readonly since: Instant })[];
  /** Seats of which invitations to nobody in particular are sent or withdrawn. */
  readonly nobodys?: readonly NobodysQuestion[];
}

/** An invitation of a seat to a person. */
export interface SentInvitation {
  readonly id: string;
  readonly recipientId: string;
  readonly at: Instant;
  /** Not known from an archive alone: such a list is mostly of those that nobody answered. */
  readonly isJudged: boolean;
}

/** What a person answered to an invitation of a seat. */
export interface InvitationAnswer {
  readonly recipientId: string;
  readonly at: Instant;
  readonly accepted: boolean;
}

/** The invitations of a seat since an instant, and what was answered. */
export interface InvitationsRead {
  readonly sent: SentInvitation[];
  readonly answers: InvitationAnswer[];
}

const NOW = `current_setting('headroom.now')::int8`;

const newestSends = (action: Action): string => `
  (SELECT 'SEND', c.action, c.id, c.effective_at, c.origin = 'IMPORT', c.client_account_id FROM charge c
    WHERE c.agency_id = k.agency_id AND c.recipient_id = k.recipient_id AND c.seat_id = k.seat_id
      AND c.effective_at <= ${CHARGED_UNTIL} AND c.action = '${action}' AND c.origin <> 'VOID' AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
          AND v.effective_at <= ${CHARGED_UNTIL})
    ORDER BY c.effective_at DESC, c.id DESC LIMIT ${READ_OF_PERSON_MAX})`;

/** What is known of one invited person: invitations, withdrawals and what ended them, the newest of each. */
const KNOWN_OF_PERSON = `
CROSS JOIN LATERAL (
  SELECT 'PERSON' AS what, NULL AS code, NULL::uuid AS id, 0::int8 AS at, false AS archived, NULL::uuid AS account
  UNION ALL ${newestSends('CONNECTION_REQUEST')}
  UNION ALL ${newestSends('INVITATION_WITHDRAWAL')}
  UNION ALL
  (SELECT 'ENGAGEMENT', e.kind, NULL, e.occurred_at, false, e.client_account_id FROM engagement e
    WHERE e.agency_id = k.agency_id AND e.seat_id = k.seat_id AND e.recipient_id = k.recipient_id
      AND e.kind IN (${ENDS_INVITATION.map((kind) => `'${kind}'`).join()})
    ORDER BY e.occurred_at DESC LIMIT ${READ_OF_PERSON_MAX})
  UNION ALL
  (SELECT 'CONNECTION', NULL, NULL, t.connected_at, false, NULL FROM connection t
    WHERE t.agency_id = k.agency_id AND t.seat_id = k.seat_id AND t.recipient_id = k.recipient_id LIMIT 1)
) AS f`;

const COLUMNS = `k.agency_id AS "agencyId", k.seat_id AS "seatId", k.recipient_id AS "recipientId", f.what, f.code, f.id, f.at, f.archived,
  f.account AS "clientAccountId"`;

const READ_INVITED: Statement = {
  name: 'read_invited',
  text: `
SELECT ${COLUMNS} FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (agency_id, seat_id, recipient_id)
${KNOWN_OF_PERSON}`,
};

const READ_INVITED_BY_HOLDS: Statement = {
  name: 'read_invited_by_holds',
  text: `
SELECT ${COLUMNS} FROM (
  SELECT DISTINCT h.agency_id, h.seat_id, h.recipient_id FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
  CROSS JOIN LATERAL (
    SELECT h.agency_id, h.seat_id, h.recipient_id FROM hold h
    WHERE h.agency_id = n.agency_id AND h.id = n.id AND h.expires_at > ${NOW}
      AND h.action IN ('CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL') LIMIT 1) AS h) AS k
${KNOWN_OF_PERSON}`,
};

interface KnownRow {
  readonly agencyId: string;
  readonly seatId: string;
  readonly recipientId: string;
  readonly what: 'PERSON' | 'SEND' | 'ENGAGEMENT' | 'CONNECTION';
  readonly code: string | null;
  readonly id: string | null;
  readonly at: number;
  readonly archived: boolean;
  /** Of a send or an answer. */
  readonly clientAccountId: string | null;
}

interface InvitedRead {
  readonly agencyId: string;
  readonly name: string;
  readonly read: PersonRead;
}

/** What the books hold of invitations of seats to people, by agency and personName(). */
async function readInvited(
  transaction: LedgerTransaction,
  people: readonly InvitedRef[],
): Promise<InvitedRead[]> {
  if (people.length === 0) return [];
  const asked = distinctBy(people, ({ seatId, recipientId }) => personName(seatId, recipientId));
  const rows = await transaction.query<KnownRow>(READ_INVITED, [
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ seatId }) => seatId),
    asked.map(({ recipientId }) => recipientId),
  ]);
  return gathered(rows);
}

/** The same of the people that live holds are for. */
export async function readInvitedByHolds(
  transaction: LedgerTransaction,
  holds: readonly { readonly agencyId: string; readonly id: string }[],
): Promise<InvitedRead[]> {
  if (holds.length === 0) return [];
  const rows = await transaction.query<KnownRow>(READ_INVITED_BY_HOLDS, [
    holds.map(({ agencyId }) => agencyId),
    holds.map(({ id }) => id),
  ]);
  return gathered(rows);
}

function gathered(rows: readonly KnownRow[]): InvitedRead[] {
  const found = new Map<string, InvitedRead>();
  for (const { agencyId, seatId, recipientId, ...row } of rows) {
    const name = personName(seatId, recipientId);
    const one = found.get(`${agencyId} ${name}`) ?? { agencyId, name, read: nothingRead() };
    found.set(`${agencyId} ${name}`, one);
    take(one.read, row);
  }
  return [...found.values()];
}

function take(
  read: PersonRead,
  { what, code, id, at, archived, clientAccountId }: Omit<KnownRow, 'agencyId' | 'seatId' | 'recipientId'>,
): void {
  if (what === 'CONNECTION') read.connectedAt = at;
  if (clientAccountId === null) return;
  if (what === 'SEND')
    read.sends.push({ id: id!, action: code as Action, clientAccountId, at, isArchived: archived });
  if (what === 'ENGAGEMENT') takeEngagement(read, { kind: code as EngagementKind, clientAccountId, at });
}

function takeEngagement({ engagements, ends }: PersonRead, end: InvitationEnd): void {
  const { kind, at } = end;
  engagements.set(kind, Math.max(at, engagements.get(kind) ?? at));
  if (endsInvitation(kind)) ends.push(end);
}

const READ_INVITATIONS: Statement = {
  name: 'read_invitations',
  text: `
WITH sent AS MATERIALIZED (
  SELECT n.i, n.agency_id, n.seat_id, n.since, c.* FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[])
    AS n (i, agency_id, seat_id, since)
  CROSS JOIN LATERAL (
    SELECT c.id, c.recipient_id, c.effective_at AS at, c.origin FROM charge c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.since
      AND c.action = 'CONNECTION_REQUEST' AND c.recipient_id IS NOT NULL AND c.origin <> 'VOID'
      AND (SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id
        AND v.effective_at = c.effective_at LIMIT 1) IS NULL OFFSET 0) AS c)
SELECT i AS index, 'SENT' AS what, id, recipient_id AS "recipientId", at, origin <> 'IMPORT' AS is FROM sent
UNION ALL
SELECT p.i, 'ANSWER', NULL, p.recipient_id, a.at, a.accepted
FROM (SELECT DISTINCT i, agency_id, seat_id, since, recipient_id FROM sent) AS p
CROSS JOIN LATERAL (
  (SELECT e.occurred_at AS at, e.kind = 'INVITATION_ACCEPTED' AS accepted FROM engagement e
    WHERE e.agency_id = p.agency_id AND e.seat_id = p.seat_id AND e.recipient_id = p.recipient_id
      AND e.occurred_at > p.since AND e.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED') OFFSET 0)
  UNION ALL
  (SELECT t.connected_at, true FROM connection t WHERE t.agency_id = p.agency_id AND t.seat_id = p.seat_id
    AND t.recipient_id = p.recipient_id AND t.connected_at > p.since LIMIT 1)) AS a`,
};

interface InvitationRow {
  readonly index: number;
  readonly what: 'SENT' | 'ANSWER';
  readonly id: string | null;
  readonly recipientId: string;
  readonly at: number;
  readonly is: boolean;
}

/** The invitations of seats since an instant, in the order of the seats. */
async function readInvitations(
  transaction: LedgerTransaction,
  seats: InvitationNeeds['seats'],
): Promise<InvitationsRead[]> {
  const read = seats.map((): InvitationsRead => ({ sent: [], answers: [] }));
  if (seats.length === 0) return read;
  const rows = await transaction.query<InvitationRow>(READ_INVITATIONS, [
    seats.map((_, index) => index),
    seats.map(({ agencyId }) => agencyId),
    seats.map(({ seatId }) => seatId),
    seats.map(({ since }) => since),
  ]);
  for (const { index, what, id, recipientId, at, is } of rows) {
    const { sent, answers } = read[index]!;
    if (what === 'SENT') sent.push({ id: id!, recipientId, at, isJudged: is });
    else answers.push({ recipientId, at, accepted: is });
  }
  return read;
}

/** Where what was read of an agency's invitations is put. */
interface InvitationReading {
  readonly invited: Map<string, PersonRead>;
  readonly invitations: Map<string, InvitationsRead>;
  readonly sentToNobody: Map<string, SentToNobody>;
}

/** Reads what is known of invitations to some people, and those that some seats are judged by. */
export async function readInvitationNeeds(
  transaction: LedgerTransaction,
  needs: readonly InvitationNeeds[],
  of: (agencyId: string) => InvitationReading,
): Promise<void> {
  const people = needs.flatMap((one) => one.people);
  const asked = new Map(needs.flatMap(({ seats }) => seats).map((seat) => [seat.seatId, seat]));
  const seats = [...asked.values()];
  const nobodys = needs.flatMap((one) => one.nobodys ?? []);
  const [invited, invitations] = await Promise.all([
    readInvited(transaction, people),
    readInvitations(transaction, seats),
    readSentToNobody(transaction, nobodys, (agencyId) => of(agencyId).sentToNobody),
  ]);
  takeInvited(invited, of);
  for (const [index, { agencyId, seatId }] of seats.entries()) {
    of(agencyId).invitations.set(seatId, invitations[index]!);
  }
}

export function takeInvited(
  people: readonly InvitedRead[],
  of: (agencyId: string) => InvitationReading,
): void {
  for (const { agencyId, name, read } of people) of(agencyId).invited.set(name, read);
}
