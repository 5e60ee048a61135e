import type { DataSource, EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../../entities/api-key.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { Role } from '../../quota/words.js';
import { mintKey } from '../../tenancy/api-key.js';
import { inAgency } from '../../tenancy/door.js';
import { isNoWider, mayDo } from '../../tenancy/roles.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden, requirePermission } from './access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkName } from '../checks.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { afterId, byId, pageOf, type Page, type PageAsked } from '../page.js';
import { apiKeysSeen } from '../visible.js';

export interface CreateApiKey {
  readonly name: string;
  readonly role: Role;
  /** The one client account that the key sees; all of the agency, where left out. */
  readonly clientAccountId?: string | null | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt?: number | null | undefined;
  /** Whether it may send registered documents alone. */
  readonly trustedDocumentsOnly?: boolean | null | undefined;
}

export interface CreatedApiKey {
  readonly apiKey: ApiKeyEntity;
  /** The key itself. It is kept nowhere. */
  readonly secret: string;
}

/** Nothing later can be told: instants are written with years of four digits. */
const EXPIRES_AT_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** Most keys in force of one client account, and of those that see the whole agency: each is one more of whom its others wait for a piece. */
const OF_ACCOUNT_MAX = 100;
const OF_AGENCY_MAX = 1_000;

/** The keys that programs ask with. */
export class ApiKeyService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes a key that is never wider than its creator, in role, client account or expiry: else FORBIDDEN_FOR_ROLE.
   * Refuses with NOT_FOUND (the client account), INVALID, and WRONG_STATE where too many are in force, too.
   */
  async createApiKey(viewer: Viewer, input: CreateApiKey): Promise<CreatedApiKey | Refusal> {
    const refusal =
      forbidden(viewer, 'createApiKey') ??
      checkName(input.name, 'name') ??
      checkClientRole(input) ??
      refuseWider(viewer, input);
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const { clientAccountId = null, expiresAt = null } = input;
      if (expiresAt !== null && expiresAt > EXPIRES_AT_MAX) {
        return refuse('INVALID', 'expiresAt is in the year 9999 at the latest.', 'expiresAt');
      }
      if (expiresAt !== null && expiresAt <= at) {
        return refuse('INVALID', 'expiresAt has passed already.', 'expiresAt');
      }
      if (clientAccountId !== null && !(await findClientAccount(manager, viewer, clientAccountId))) {
        return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
      }
      const tooMany = await refuseOneMore(manager, viewer, clientAccountId, at);
      if (tooMany) return tooMany;
      const trustedDocumentsOnly = input.trustedDocumentsOnly ?? false;
      const key = { ...input, clientAccountId, expiresAt, trustedDocumentsOnly };
      const created = await insertApiKey(manager, viewer, key, at);
      await this.audit.write(manager, viewer, at, {
        verb: 'createApiKey',
        subjectKind: 'API_KEY',
        subjectId: created.apiKey.id,
        before: {},
        after: created.apiKey,
      });
      return created;
    });
  }

  /**
   * Revokes a key: its very next request is refused. Again, it is a no-op. Refuses with NOT_FOUND, and with
   * FORBIDDEN_FOR_ROLE for a key of a wider role than the viewer's.
   */
  async revokeApiKey(viewer: Viewer, apiKeyId: string): Promise<ApiKeyEntity | Refusal> {
    const refusal = forbidden(viewer, 'revokeApiKey');
    if (refusal) return refusal;
    return this.changes.end(viewer, async (manager, at) => {
      const apiKey = await apiKeysSeen(manager, viewer).andWhere('key.id = :apiKeyId', { apiKeyId }).getOne();
      if (!apiKey) return refuse('NOT_FOUND', 'There is no such API key.', 'apiKeyId');
      if (!isNoWider(apiKey.role, viewer.role)) {
        return refuse('FORBIDDEN_FOR_ROLE', `The key is of the wider role ${apiKey.role}.`, 'apiKeyId');
      }
      if (apiKey.revokedAt !== null) return apiKey;
      const { agencyId, id } = apiKey;
      const revoked = manager.create(ApiKeyEntity, { ...apiKey, revokedAt: at });
      await manager.update(ApiKeyEntity, { agencyId, id }, { revokedAt: at });
      await this.audit.write(manager, viewer, at, {
        verb: 'revokeApiKey',
        subjectKind: 'API_KEY',
        subjectId: id,
        before: { revokedAt: null },
        after: { revokedAt: at },
      });
      return revoked;
    });
  }

  /** Newest first. Throws FORBIDDEN where the role may not see keys. */
  async apiKeys(viewer: Viewer, asked: PageAsked): Promise<Page<ApiKeyEntity>> {
    requirePermission(viewer, 'apiKeys');
    return inAgency(this.dataSource, viewer, async (manager) => {
      const query = apiKeysSeen(manager, viewer);
      const before = afterId(asked);
      if (before !== null) query.andWhere('key.id < :before', { before });
      const found = await query
        .orderBy('key.id', 'DESC')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, ({ id }) => [id]);
    });
  }

  async countApiKeys(viewer: Viewer): Promise<number> {
    requirePermission(viewer, 'apiKeys');
    return inAgency(this.dataSource, viewer, (manager) => apiKeysSeen(manager, viewer).getCount());
  }

  /** None for a role that may not see keys. */
  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, ApiKeyEntity>> {
    const seen = mayDo(viewer.role, 'apiKeys') ? ids : [];
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await apiKeysSeen(manager, viewer).andWhere('key.id = ANY(:seen)', { seen }).getMany()),
    );
  }
}

type NewKey = Pick<ApiKeyEntity, 'name' | 'role' | 'clientAccountId' | 'expiresAt'> &
  Partial<Pick<ApiKeyEntity, 'trustedDocumentsOnly' | 'tookOverFrom'>>;

/** Whether as many keys of the same reach are in force as may be. Which of them the viewer sees makes no difference: it is one of them, or wider. */
export async function refuseOneMore(
  manager: EntityManager,
  { agencyId }: Viewer,
  clientAccountId: string | null,
  at: Instant,
): Promise<Refusal | null> {
  const inForce = await manager
    .createQueryBuilder(ApiKeyEntity, 'key')
    .where('key.agencyId = :agencyId AND key.clientAccountId IS NOT DISTINCT FROM :clientAccountId')
    .andWhere('key.revokedAt IS NULL AND (key.expiresAt IS NULL OR key.expiresAt > :at)')
    .setParameters({ agencyId, clientAccountId, at })
    .getCount();
  const [whose, max] =
    clientAccountId === null ? ['An agency', OF_AGENCY_MAX] : ['A client account', OF_ACCOUNT_MAX];
  if (inForce < max) return null;
  return refuse('WRONG_STATE', `${whose} has ${max} keys in force at most: revoke one first.`);
}

/** Mints a key and writes its row. */
export async function insertApiKey(
  manager: EntityManager,
  viewer: Viewer,
  key: NewKey,
  at: Instant,
): Promise<CreatedApiKey> {
  const id = uuidAt(at);
  const minted = mintKey(viewer.agencyId, id);
  const apiKey = manager.create(ApiKeyEntity, {
    agencyId: viewer.agencyId,
    id,
    name: key.name,
    role: key.role,
    clientAccountId: key.clientAccountId,
    prefix: minted.prefix,
    createdBy: viewer.actor,
    createdAt: at,
    lastUsedAt: null,
    expiresAt: key.expiresAt,
    trustedDocumentsOnly: key.trustedDocumentsOnly ?? false,
    revokedAt: null,
    replacedBy: null,
    tookOverFrom: key.tookOverFrom ?? [],
  });
  const row = { ...apiKey, secretSha256: minted.secretSha256 };
  await manager.createQueryBuilder().insert().into(ApiKeyEntity).values(row).execute();
  return { apiKey, secret: minted.key };
}

function checkClientRole({ role, clientAccountId = null }: CreateApiKey): Refusal | null {
  if (role !== 'CLIENT' || clientAccountId !== null) return null;
  return refuse('INVALID', 'A key of the role CLIENT needs a client account.', 'clientAccountId');
}

/** Null for a key that is no wider than whoever makes it. */
export function refuseWider(viewer: Viewer, input: Omit<CreateApiKey, 'name'>): Refusal | null {
  const { role, clientAccountId = null, expiresAt = null } = input;
  if (!isNoWider(role, viewer.role)) {
    return refuse('FORBIDDEN_FOR_ROLE', `A key of the role ${viewer.role} makes none of ${role}.`, 'role');
  }
  // Another client account than the viewer's own is not found, later.
  if (viewer.reach !== null && clientAccountId === null) {
    const message = 'Who sees a part of the agency makes keys for that part alone: name the client account.';
    return refuse('FORBIDDEN_FOR_ROLE', message, 'clientAccountId');
  }
  if (viewer.expiresAt !== null && (expiresAt === null || expiresAt > viewer.expiresAt)) {
    const message = `A key makes none that lasts longer than itself: ${new Date(viewer.expiresAt).toISOString()}.`;
    return refuse('FORBIDDEN_FOR_ROLE', message, 'expiresAt');
  }
  if (viewer.trustedDocumentsOnly && !input.trustedDocumentsOnly) {
    const message = 'A key that may send registered documents alone makes none that may send others.';
    return refuse('FORBIDDEN_FOR_ROLE', message, 'trustedDocumentsOnly');
  }
  return null;
}
