import { DAY, type Instant } from '../../quota/window.js';
import { MATCH_WITHIN_MS } from '../../quota/matching.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { distinctBy } from '../reading/distinct.js';
import type { ReservationFacts } from '../reading/facts.js';
import { everyKeyOf, keyName, type RecipientKey } from './recipients.js';
import { accountsSeenOf, type Viewer } from '../../tenancy/viewer.js';
import { recipientsOfPerson } from './one-person.js';
import { personName, type PersonRef } from './people-facts.js';
import type { EngageInput } from '../requests.js';

/** Something that a person did in answer to a seat, as it is asked about. */
export interface EngagementRef extends PersonRef {
  readonly kind: EngagementKind;
  readonly occurredAt: Instant;
  /** The client accounts whose answers whoever tells of it sees; null for all. */
  readonly seen: readonly string[] | null;
}

export function engagementRef(
  viewer: Viewer,
  { seatId, recipient, kind, occurredAt }: EngageInput,
): EngagementRef {
  const { agencyId } = viewer;
  const person = { agencyId, seatId, key: recipient.key, employers: [], withPast: true };
  return { ...person, kind, occurredAt, seen: accountsSeenOf(viewer, seatId) };
}

/** No source leaves open for longer than this when something was. */
const RANGE_MAX = 3 * DAY;

/** Those that are known; `when` has to hold for them to be looked for. */
const known = (when: string): string => `
  SELECT 'ENGAGEMENT', e.kind, e.client_account_id, e.id, e.occurred_at, e.reservation_id, e.recorded_at FROM engagement e
    WHERE ${when} AND e.agency_id = n.agency_id AND e.seat_id = n.seat_id AND e.recipient_id = p.id
      AND e.kind = n.engagement AND e.occurred_at >= n.occurred_at - ${MATCH_WITHIN_MS}
      AND e.occurred_at <= n.occurred_at + ${MATCH_WITHIN_MS + RANGE_MAX}
      AND coalesce(e.earliest_at, e.occurred_at) <= n.occurred_at + ${MATCH_WITHIN_MS}`;
const firstKnown = (when: string): string => `(${known(when)} ORDER BY e.occurred_at LIMIT 1)`;
const OPT_OUTS = `(SELECT DISTINCT ON (k.client_account_id) k.* FROM (${known("n.engagement = 'OPTED_OUT'")}) AS k
  ORDER BY k.client_account_id, k.recorded_at DESC)`;

// What a seat sent to a person is read for the first answer alone that is told of the two: where it isn't asked for, PostgreSQL
// enters that arm no further. Nor the third one for whoever sees all: the first one that is known is the first one that they see. Opt-outs
// bind by a row of each client account that they were told for.
const READ_ENGAGEMENTS: Statement = {
  name: 'read_engagements',
  text: `
SELECT n.i AS index, k.recipient_id AS "recipientId", f.what, f.code, f."clientAccountId", f.id, f.at, f."reservationId", f."recordedAt"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::int2[], $6::bytea[], $7::text[], $8::int8[], $9::bool[], $10::text[])
  AS n (i, agency_id, seat_id, kind, key_version, fingerprint, engagement, occurred_at, with_sends, seen)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'k.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'SEND' AS what, c.action AS code, c.client_account_id AS "clientAccountId", NULL::uuid AS id, min(c.effective_at) AS at,
      NULL::uuid AS "reservationId", NULL::int8 AS "recordedAt" FROM charge c
    WHERE n.with_sends AND c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = n.seat_id
      AND c.origin <> 'VOID' AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
    GROUP BY c.action, c.client_account_id)
  UNION ALL ${firstKnown('true')}
  UNION ALL ${firstKnown("n.seen IS NOT NULL AND e.client_account_id = ANY (string_to_array(n.seen, ',')::uuid[])")}
  UNION ALL ${OPT_OUTS}
) AS f`,
};

interface Row {
  readonly index: number;
  readonly recipientId: string;
  readonly what: 'SEND' | 'ENGAGEMENT';
  readonly code: string;
  readonly clientAccountId: string;
  readonly id: string | null;
  readonly at: number;
  readonly reservationId: string | null;
  readonly recordedAt: number;
}

/** An answer as the books have it. */
export interface EngagementKnown {
  readonly id: string;
  readonly clientAccountId: string;
  readonly at: Instant;
  readonly reservationId: string | null;
  readonly recordedAt: Instant;
}

/** The first one of an action for a client account. */
export interface FirstSend {
  readonly action: Action;
  readonly clientAccountId: string;
  readonly at: Instant;
}

/** What the books hold of what people answered. */
export interface EngagementsRead {
  /** First sends of seats to people, by personName(): of whom several are, each one's. */
  readonly firstSends: readonly (FirstSend & { readonly agencyId: string; readonly name: string })[];
  /** The same engagements, where they are known, by engagementName(): the first one, the first one that the viewer sees, of opt-outs the last told of each client account. */
  readonly known: readonly (EngagementKnown & { readonly agencyId: string; readonly name: string })[];
}

export async function readEngagements(
  transaction: LedgerTransaction,
  engagements: readonly EngagementRef[],
): Promise<EngagementsRead> {
  if (engagements.length === 0) return { firstSends: [], known: [] };
  const asked = engagements.flatMap((engagement, index) =>
    everyKeyOf(engagement.key).map((made) => ({ index, engagement, ...made })),
  );
  const withSends = new Set(
    distinctBy(asked, ({ engagement: { agencyId, seatId }, ...made }) =>
      [agencyId, seatId, keyName(made)].join(' '),
    ),
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
    asked.map((one) => withSends.has(one)),
    asked.map(({ engagement: { seen } }) => seen?.join() ?? null),
  ]);
  const firstSends = rows.flatMap(({ index, recipientId, what, code, clientAccountId, at }) => {
    const { agencyId, seatId } = engagements[index]!;
    const name = personName(seatId, recipientId);
    return what === 'SEND' ? [{ agencyId, name, action: code as Action, clientAccountId, at }] : [];
  });
  const known = rows.flatMap(({ index, recipientId, what: _what, code: _code, id, ...row }) => {
    const engagement = engagements[index]!;
    const { agencyId } = engagement;
    const name = engagementName(engagement, recipientId);
    return id === null ? [] : [{ agencyId, name, id, ...row }];
  });
  return { firstSends, known };
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
  const named = people.flatMap(({ agencyId, key }) => everyKeyOf(key).map((made) => ({ agencyId, ...made })));
  const asked = distinctBy(named, (one) => `${one.agencyId} ${keyName(one)}`);
  const rows = await transaction.query<HoldRow>(READ_HOLDS_OF_PEOPLE, [
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
  ]);
  return rows.map(({ askedId, ...row }) => ({ askedId, hold: { ...row, resolution: null } }));
}
