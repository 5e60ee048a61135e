import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A key that programs ask with. Of its secret only the SHA-256 is kept. */
@Entity('api_key')
export class ApiKeyEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'name' })
  name: string;

  @Column('text', { name: 'role' })
  role: 'OWNER' | 'ADMIN' | 'MANAGER' | 'OPERATOR' | 'ANALYST' | 'CLIENT';

  /** Set where the key sees one client account only. */
  @Column('uuid', { name: 'client_account_id', nullable: true })
  clientAccountId: string | null;

  // Never selected unless somebody names it: it is compared, and nowhere shown.
  @Column('bytea', { name: 'secret_sha256', select: false })
  secretSha256: Buffer;

  @Column('text', { name: 'prefix' })
  prefix: string;

  @Column('text', { name: 'created_by' })
  createdBy: string;

  @Bigint('created_at')
  createdAt: number;

  @Bigint('last_used_at', { nullable: true })
  lastUsedAt: number | null;

  @Bigint('expires_at', { nullable: true })
  expiresAt: number | null;

  /** Whether it may send registered documents alone. */
  @Column('boolean', { name: 'trusted_documents_only' })
  trustedDocumentsOnly: boolean;

  @Bigint('revoked_at', { nullable: true })
  revokedAt: number | null;

  /** The key that took over from it; null where it was never rotated. */
  @Column('uuid', { name: 'replaced_by', nullable: true })
  replacedBy: string | null;

  /** The keys that it took over from, one after the other, the newest first. */
  @Column('uuid', { name: 'took_over_from', array: true })
  tookOverFrom: string[];
}
