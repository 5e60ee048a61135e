import type { Instant } from '../../quota/window.js';
import { MATCH_WITHIN_MS } from '../../quota/matching.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { everyKeyOf, type RecipientKey, type ReservationFacts } from '../reading/facts.js';
import { recipientsOfPerson } from './one-person.js';
import type { PersonRef } from './people-facts.js';
import type { EngageInput } from '../requests.js';

/** Something that a person did in answer to a seat, as it is asked about. */
export interface EngagementRef extends PersonRef {
  readonly kind: EngagementKind;
  readonly occurredAt: Instant;
}

export function engagementRef(
  agencyId: string,
  { seatId, recipient, kind, occurredAt }: EngageInput,
): EngagementRef {
  return { agencyId, seatId, key: recipient.key, employers: [], withPast: true, kind, occurredAt };
}

/** What the books hold of what it answers, and of itself. */
export interface EngagementRead {
  /** The seat's first send of each action to the person. */
  readonly firstSends: Map<Action, Instant>;
  /** The same engagement, where it is known. */
  knownId: string | null;
}

const READ_ENGAGEMENTS: Statement = {
  name: 'read_engagements',
  text: `
SELECT n.i AS index, k.recipient_id AS "recipientId", f.what, f.code, f.id, f.at
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::int2[], $6::bytea[], $7::text[], $8::int8[])
  AS n (i, agency_id, seat_id, kind, key_version, fingerprint, engagement, occurred_at)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'k.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'SEND' AS what, c.action AS code, NULL::uuid AS id, min(c.effective_at) AS at FROM charge c
    WHERE c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = n.seat_id
      AND c.origin <> 'VOID' AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
    GROUP BY c.action)
  UNION ALL
  (SELECT 'ENGAGEMENT', e.kind, e.id, e.occurred_at FROM engagement e
    WHERE e.agency_id = n.agency_id AND e.seat_id = n.seat_id AND e.recipient_id = p.id
      AND e.kind = n.engagement AND e.occurred_at >= n.occurred_at - ${MATCH_WITHIN_MS}
      AND coalesce(e.earliest_at, e.occurred_at) <= n.occurred_at + ${MATCH_WITHIN_MS}
    ORDER BY e.occurred_at LIMIT 1)
) AS f`,
};

interface Row {
  readonly index: number;
  readonly recipientId: string;
  readonly what: 'SEND' | 'ENGAGEMENT';
  readonly code: string;
  readonly id: string | null;
  readonly at: number;
}

/** What the books hold of what people answered, by agency and engagementName(). */
export async function readEngagements(
  transaction: LedgerTransaction,
  engagements: readonly EngagementRef[],
): Promise<{ readonly agencyId: string; readonly name: string; readonly read: EngagementRead }[]> {
  if (engagements.length === 0) return [];
  const asked = engagements.flatMap((engagement, index) =>
    everyKeyOf(engagement.key).map((made) => ({ index, engagement, ...made })),
  );
  const rows = await transaction.query<Row>(READ_ENGAGEMENTS, [
    asked.map(({ index }) => index),
    asked.map(({ engagement }) => engagement.agencyId),
    asked.map(({ engagement }) => engagement.seatId),
    asked.map(({ engagement }) => engagement.key.kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
    asked.map(({ engagement }) => engagement.kind),
    asked.map(({ engagement }) => engagement.occurredAt),
  ]);
  const found = new Map<string, { agencyId: string; name: string; read: EngagementRead }>();
  for (const { index, recipientId, what, code, id, at } of rows) {
    const engagement = engagements[index]!;
    const name = engagementName(engagement, recipientId);
    const { agencyId } = engagement;
    const one = found.get(`${agencyId} ${name}`) ?? {
      agencyId,
      name,
      read: { firstSends: new Map<Action, Instant>(), knownId: null },
    };
    found.set(`${agencyId} ${name}`, one);
    const { firstSends } = one.read;
    const action = code as Action;
    if (what === 'SEND') firstSends.set(action, Math.min(at, firstSends.get(action) ?? at));
    else one.read.knownId = id;
  }
  return [...found.values()];
}

export function engagementName(
  { seatId, kind, occurredAt }: Pick<EngagementRef, 'seatId' | 'kind' | 'occurredAt'>,
  recipientId: string,
): string {
  return [seatId, recipientId, kind, occurredAt].join(' ');
}

const READ_HOLDS_OF_PEOPLE: Statement = {
  name: 'read_holds_of_people',
  text: `
SELECT DISTINCT k.recipient_id AS "askedId", h.* FROM unnest($1::uuid[], $2::text[], $3::int2[], $4::bytea[]) AS n (agency_id, kind, key_version, fingerprint)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'k.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  SELECT h.agency_id AS "agencyId", h.id, h.seat_id AS "seatId", h.client_account_id AS "clientAccountId",
    h.campaign_id AS "campaignId", h.recipient_id AS "recipientId", h.action, h.noted, h.expires_at AS "expiresAt"
  FROM hold h WHERE h.agency_id = n.agency_id AND h.recipient_id = p.id
    AND h.expires_at > current_setting('headroom.now')::int8 OFFSET 0) AS h`,
};

type HoldRow = Omit<ReservationFacts, 'resolution'> &
  Pick<HoldOfPerson, 'askedId'> & { [column: string]: unknown };

/** Something that is under way to a person, and the one by whom they were asked for. */
export interface HoldOfPerson {
  readonly askedId: string;
  readonly hold: ReservationFacts;
}

/** All that is under way to people, from whichever seat. */
export async function readHoldsOfPeople(
  transaction: LedgerTransaction,
  people: readonly { readonly agencyId: string; readonly key: RecipientKey }[],
): Promise<HoldOfPerson[]> {
  if (people.length === 0) return [];
  const asked = people.flatMap(({ agencyId, key }) => everyKeyOf(key).map((made) => ({ agencyId, ...made })));
  const rows = await transaction.query<HoldRow>(READ_HOLDS_OF_PEOPLE, [
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
  ]);
  return rows.map(({ askedId, ...row }) => ({ askedId, hold: { ...row, resolution: null } }));
}
