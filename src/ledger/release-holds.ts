import type { EntityManager } from 'typeorm';
import type { Instant } from '../quota/window.js';
import type { DoNotContactKind } from '../quota/person.js';
import type { VersionedFingerprint } from '../tenancy/fingerprint.js';
import type { ReasonCode } from '../quota/words.js';
import { alterRows, dropRows, writeRows } from './books/manager-rows.js';
import { ENROLMENTS_STIRRED, stirredBy, stirredByHolds } from './books/people-tables.js';
import { recipientsOfPerson } from './people/one-person.js';
import { placeOf } from './reading/places.js';
import { RESOLUTION, USAGE_HOUR } from './books/tables.js';
import { KEPT_TEXTS_DROPPED, TEXTS_DROPPED } from './books/text-tables.js';
import { UsageHours } from './books/usage-hours.js';

/** Why holds are released, when, and by whom. */
export interface Releasing {
  readonly because: ReasonCode | null;
  readonly at: Instant;
  /** As kept with what was done: `key:<uuid>`. */
  readonly by: string;
}

interface ReleasedHold {
  readonly id: string;
  readonly seat_id: string;
  readonly client_account_id: string;
  readonly campaign_id: string | null;
  readonly recipient_id: string;
  readonly action: string;
}

interface OfAgency {
  readonly agencyId: string;
  readonly id: string;
}

/**
 * Releases every live hold of a seat at once (P13), or those of some actions, under the agency's book. One that has lapsed
 * stays expired. Answers how many were released.
 */
export function releaseHoldsOfSeat(
  manager: EntityManager,
  seat: OfAgency,
  releasing: Releasing,
  actions: readonly string[] | null = null,
): Promise<number> {
  return releaseHolds(manager, 'seat_id', seat, releasing, actions);
}

/** Releases one live hold, under the agency's book; `because` is null where its caller gave it back. */
export async function releaseOne(
  manager: EntityManager,
  hold: OfAgency,
  releasing: Releasing,
): Promise<void> {
  await releaseHolds(manager, 'id', hold, releasing);
}

/** The same for all seats of a client account: its pause is one of each of them. */
export function releaseHoldsOfClientAccount(
  manager: EntityManager,
  clientAccount: OfAgency,
  releasing: Releasing,
): Promise<number> {
  return releaseHolds(manager, 'client_account_id', clientAccount, releasing);
}

/** People by a fingerprint of theirs, or of their employer's. */
export interface PeopleFound {
  readonly agencyId: string;
  readonly kind: DoNotContactKind;
  readonly keyKind: string;
  readonly made: readonly VersionedFingerprint[];
  /** Null for all of them. */
  readonly clientAccountId: string | null;
}

/** The same for what is under way to some people, by whichever of their addresses. */
export async function releaseHoldsOfPeople(
  manager: EntityManager,
  { agencyId, kind, keyKind, made, clientAccountId }: PeopleFound,
  releasing: Releasing,
): Promise<number> {
  const held = await manager.query<{ id: string }[]>(
    `WITH found AS MATERIALIZED (
       SELECT p.id, ${kind === 'PERSON' ? '$1::uuid AS scope_id' : 'k.scope_id'} FROM unnest($4::int2[], $5::bytea[]) AS n (version, fingerprint)
       JOIN ${kind === 'PERSON' ? 'recipient_key' : 'recipient_employer'} k ON k.agency_id = $1 AND k.kind = $6
         AND k.key_version = n.version AND k.fingerprint = n.fingerprint
       CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'k.recipient_id')}) AS p (id))
     SELECT h.id FROM hold h
     WHERE h.agency_id = $1 AND h.expires_at > $2 AND ($3::uuid IS NULL OR h.client_account_id = $3)
       AND h.recipient_id = ANY (ARRAY(SELECT id FROM found))
       AND ((h.recipient_id, h.agency_id) IN (SELECT id, scope_id FROM found)
         OR (h.recipient_id, h.client_account_id) IN (SELECT id, scope_id FROM found))`,
    [
      agencyId,
      releasing.at,
      clientAccountId,
      made.map(({ version }) => version),
      made.map(({ fingerprint }) => fingerprint),
      keyKind,
    ],
  );
  return releaseSome(manager, agencyId, held, releasing);
}

// By all that finds a person, and each company they were told to be of, as the ledger asks it (people-facts.ts). One by one,
// whatever PostgreSQL thinks that the agency has: where it knows which one it is, and last saw nothing of it, it would read all of it for each.
const KEYS = `SELECT r.* FROM unnest(p.ids) AS i (id) CROSS JOIN LATERAL (
    SELECT 'PERSON' AS of, n.agency_id AS scope_id, key_version, fingerprint FROM recipient_key
    WHERE recipient_id = i.id AND agency_id = n.agency_id
    UNION ALL SELECT kind, scope_id, key_version, fingerprint FROM recipient_employer
    WHERE agency_id = n.agency_id AND recipient_id = i.id OFFSET 0) AS r`;
const MARKED = `FROM (${KEYS}) AS k CROSS JOIN LATERAL (
    SELECT scope_id FROM do_not_contact d WHERE d.agency_id = n.agency_id AND d.kind = k.of
      AND d.key_version = k.key_version AND d.fingerprint = k.fingerprint OFFSET 0) AS d`;
const PEOPLE = `(SELECT $1::uuid AS agency_id, unnest($2::uuid[]) AS id OFFSET 0) AS n
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('n.agency_id', 'n.id')} AS ids OFFSET 0) AS p`;
const HELD = `FROM unnest(p.ids) AS i (id) CROSS JOIN LATERAL (
    SELECT id, client_account_id, seat_id FROM hold WHERE agency_id = n.agency_id AND recipient_id = i.id AND expires_at > $3 OFFSET 0) AS h`;

export const HELD_OF_MARKED = `
SELECT DISTINCT h.id FROM ${PEOPLE}
CROSS JOIN LATERAL (SELECT h.id, h.client_account_id, h.seat_id ${HELD} OFFSET 0) AS h
WHERE EXISTS (SELECT 1 ${MARKED}
  WHERE k.scope_id IN ($1, h.client_account_id) AND d.scope_id IN ($1, h.client_account_id, h.seat_id))`;

/** The same for what is under way to some people, by whichever of their addresses, where a mark binds them already. */
export async function releaseHoldsOfMarked(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
  releasing: Releasing,
): Promise<number> {
  const held = await heldOfMarked(manager, agencyId, recipientIds, releasing.at);
  return held.length === 0 ? 0 : releaseSome(manager, agencyId, held, releasing);
}

/** What is under way to some people whom a mark binds already. */
export function heldOfMarked(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
  at: Instant,
): Promise<readonly { readonly id: string }[]> {
  return manager.query(HELD_OF_MARKED, [agencyId, recipientIds, at]);
}

export const HELD_OR_MARKED = `
SELECT 1 FROM ${PEOPLE} WHERE EXISTS (SELECT 1 ${HELD} OFFSET 0) OR EXISTS (SELECT 1 ${MARKED} OFFSET 0) LIMIT 1`;

/**
 * Whether something is under way to one of some people, or a mark is on one. Where neither is, nothing has to be released, whatever
 * is on its way in: a hold and a mark both take the agency's book, and whichever is the second sees the first.
 */
export async function isAnyHeldOrMarked(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
  at: Instant,
): Promise<boolean> {
  const found = await manager.query<unknown[]>(HELD_OR_MARKED, [agencyId, recipientIds, at]);
  return found.length > 0;
}

async function releaseSome(
  manager: EntityManager,
  agencyId: string,
  held: readonly { readonly id: string }[],
  releasing: Releasing,
): Promise<number> {
  const [released] = await manager.query<[ReleasedHold[], number]>(
    `DELETE FROM hold WHERE agency_id = $1 AND id = ANY ($2::uuid[])
     RETURNING id, seat_id, client_account_id, campaign_id, recipient_id, action`,
    [agencyId, held.map(({ id }) => id)],
  );
  return writeReleased(manager, agencyId, released, releasing);
}

async function releaseHolds(
  manager: EntityManager,
  column: 'seat_id' | 'client_account_id' | 'id',
  { agencyId, id }: OfAgency,
  releasing: Releasing,
  actions: readonly string[] | null = null,
): Promise<number> {
  const [released] = await manager.query<[ReleasedHold[], number]>(
    `DELETE FROM hold WHERE agency_id = $1 AND ${column} = $2 AND expires_at > $3
       AND ($4::text[] IS NULL OR action = ANY ($4::text[]))
     RETURNING id, seat_id, client_account_id, campaign_id, recipient_id, action`,
    [agencyId, id, releasing.at, actions],
  );
  return writeReleased(manager, agencyId, released, releasing);
}

async function writeReleased(
  manager: EntityManager,
  agencyId: string,
  released: readonly ReleasedHold[],
  { because, at, by }: Releasing,
): Promise<number> {
  await writeRows(
    manager,
    RESOLUTION,
    released.map((hold) => ({
      agency_id: agencyId,
      reservation_id: hold.id,
      status: 'RELEASED' as const,
      sent_at: null,
      resolved_at: at,
      released_because: because,
      resolved_by: by,
    })),
  );
  const ids = released.map(({ id }) => ({ agency_id: agencyId, id }));
  await dropRows(manager, TEXTS_DROPPED, ids);
  await dropRows(manager, KEPT_TEXTS_DROPPED, ids);
  const hours = new UsageHours();
  for (const { action, ...columns } of released) {
    hours.tell('released', { ...placeOf({ agency_id: agencyId, ...columns }), action }, at);
  }
  await writeRows(manager, USAGE_HOUR, hours.rows());
  const held = released.map((hold) => ({
    ...{ agencyId, seatId: hold.seat_id, campaignId: hold.campaign_id, recipientId: hold.recipient_id },
  }));
  await alterRows(manager, ENROLMENTS_STIRRED, stirredBy(stirredByHolds(held, at)));
  return released.length;
}
