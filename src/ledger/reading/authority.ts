import { Failure, NotNow } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

/** A key, a member or a source that asks, as it stands under the lock. */
export interface Authority extends AuthorityRef {
  /** The number of what it may do: another one than it came with says that this was changed meanwhile. */
  readonly rights: number;
  readonly expiresAt: Instant | null;
  /** A key or a source that was revoked, a member who was removed. */
  readonly revoked: boolean;
}

export interface AuthorityRef {
  readonly agencyId: string;
  readonly credentialId: string;
}

const READ_AUTHORITIES: Statement = {
  name: 'read_authorities',
  text: `
SELECT k.agency_id AS "agencyId", k.id AS "credentialId", 0 AS rights, k.expires_at AS "expiresAt",
  k.revoked_at IS NOT NULL AS revoked
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
JOIN api_key k ON k.agency_id = n.agency_id AND k.id = n.id
UNION ALL
SELECT m.agency_id, m.id, m.rights, NULL::int8, m.status <> 'ACTIVE'
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
JOIN member m ON m.agency_id = n.agency_id AND m.id = n.id
UNION ALL
SELECT i.agency_id, i.id, 0, NULL::int8, i.revoked_at IS NOT NULL
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
JOIN inbound_source i ON i.agency_id = n.agency_id AND i.id = n.id`,
};

export function readAuthorities(
  transaction: LedgerTransaction,
  refs: readonly AuthorityRef[],
): Promise<Authority[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return transaction.query<Authority>(READ_AUTHORITIES, [
    refs.map(({ agencyId }) => agencyId),
    refs.map(({ credentialId }) => credentialId),
  ]);
}

/** What a viewer came with; none for the system itself. */
export function authorityRefsOf({ agencyId, credential }: Viewer): AuthorityRef[] {
  return credential === null ? [] : [{ agencyId, credentialId: credential.id }];
}

const RETRY_AFTER_MS = 10;

/**
 * Judges a viewer by its authority as it stands under the lock. Throws UNAUTHENTICATED where it has ended since the viewer
 * was let in, UNAVAILABLE where what it may do was changed: asked again, it is judged by what it may do now.
 */
export function checkAuthority({ credential }: Viewer, authority: Authority | undefined, at: Instant): void {
  if (credential === null) return;
  const hasExpired =
    authority !== undefined && authority.expiresAt !== null && at >= Number(authority.expiresAt);
  if (!authority || authority.revoked || hasExpired) {
    throw new Failure('UNAUTHENTICATED', 'The key, or the session, has ended.');
  }
  if (authority.rights === credential.rights) return;
  throw new NotNow('What you may do was changed meanwhile; ask again.', RETRY_AFTER_MS);
}
