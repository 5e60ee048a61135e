import type { VersionedFingerprint } from '../../tenancy/fingerprint.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from './one-person.js';

/** How a person is found: a keyed fingerprint of the address, of a kind. */
export interface RecipientKey {
  readonly kind: 'PROFILE' | 'SALES_NAVIGATOR' | 'NAME';
  readonly version: number;
  readonly fingerprint: Buffer;
  /** Of the same person under older secrets, by which they may be known. */
  readonly older?: readonly VersionedFingerprint[];
}

/** A key as each secret makes it by which the person may be known, the newest first. */
export function everyKeyOf({ older = [], ...newest }: RecipientKey): readonly Omit<RecipientKey, 'older'>[] {
  return [newest, ...older.map((made) => ({ kind: newest.kind, ...made }))];
}

/** Of a key by one secret. */
export function keyName({ kind, version, fingerprint }: Omit<RecipientKey, 'older'>): string {
  return `${kind} ${version} ${fingerprint.toString('base64')}`;
}

const READ_RECIPIENTS: Statement = {
  name: 'read_recipients',
  text: `
SELECT n.i AS index, n.key_version AS version, k.recipient_id AS id, p.ids, r.*
FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::int2[], $5::bytea[]) AS n (i, agency_id, kind, key_version, fingerprint)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL (
  SELECT r.profile_url AS "profileUrl", r.told_as IS NOT NULL AS "isSpelled"
  FROM recipient r WHERE r.agency_id = n.agency_id AND r.id = k.recipient_id LIMIT 1) AS r
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('n.agency_id', 'k.recipient_id')} AS ids) AS p`,
};

/** Someone who is known, and the version of the fingerprint that found them. */
export interface KnownRecipient {
  readonly id: string;
  readonly version: number;
  /** Of all who are the same person, this one among them. */
  readonly ids: readonly string[];
  /** By which they were told of first; null of whom that is not kept. */
  readonly profileUrl: string | null;
  /** Whether a client account told of them by another one. */
  readonly isSpelled: boolean;
}

/** The people who are known, in the order of the keys; null for whoever is not. */
export async function readRecipients(
  transaction: LedgerTransaction,
  keys: readonly { readonly agencyId: string; readonly key: RecipientKey }[],
): Promise<(KnownRecipient | null)[]> {
  const found = keys.map((): KnownRecipient | null => null);
  if (keys.length === 0) return found;
  const asked = keys.flatMap(({ agencyId, key }, index) =>
    everyKeyOf(key).map((made) => ({ index, agencyId, ...made })),
  );
  const rows = await transaction.query<KnownRecipient & { index: number }>(READ_RECIPIENTS, [
    asked.map(({ index }) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
  ]);
  for (const { index, ...known } of rows) {
    // Found by more than one, the newest says that it is written down already.
    if (found[index]?.version !== keys[index]!.key.version) found[index] = known;
  }
  return found;
}
