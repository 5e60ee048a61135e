import type { DataSource } from 'typeorm';
import type { Role } from '../../../src/quota/words.js';
import { ROLES } from '../../../src/quota/words.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { ApiKeyRotation } from '../../../src/services/members/api-key.rotation.js';
import { insertApiKey } from '../../../src/services/members/api-key.service.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import {
  done,
  keyIdOf,
  refused,
  seedAgency,
  servicesOn,
  TEST_FINGERPRINTS,
  viewerAs,
} from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;
let rotation: ApiKeyRotation;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
  rotation = new ApiKeyRotation(new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS));
});
afterAll(() => dataSource.destroy());

/** So many more of them, which never expire. */
function addKeys(owner: Viewer, count: number, clientAccountId: string | null): Promise<void> {
  return inAgency(dataSource, owner, async (manager) => {
    const key = { name: 'more', role: 'ANALYST', clientAccountId, expiresAt: null } as const;
    for (let added = 0; added < count; added += 1) await insertApiKey(manager, owner, key, Date.now());
  });
}

describe('createApiKey', () => {
  it('has a hundred keys in force of a client account, which keep nobody else from making one', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const admin = viewerAs(owner, 'ADMIN', clientAccount.id);
    const input = { name: 'x', role: 'MANAGER', clientAccountId: clientAccount.id } as const;
    const create = (expiresAt: number | null = null) =>
      services.apiKeys.createApiKey(admin, { ...input, expiresAt });
    const one = done(await create()).apiKey;
    await addKeys(owner, 98, clientAccount.id);
    done(await create());
    const refusal = await create();
    expect(refused(refusal)).toBe('WRONG_STATE');
    expect(refusal).toMatchObject({ message: expect.stringContaining('100 keys in force') });
    done(await services.apiKeys.createApiKey(owner, { name: 'x', role: 'MANAGER' }));
    const rotate = (overlapSeconds: number) =>
      rotation.rotateApiKey(owner, { apiKeyId: one.id, overlapSeconds });
    expect(refused(await rotate(60))).toBe('WRONG_STATE');
    const { id } = done(await rotate(0)).apiKey;
    expect(refused(await create())).toBe('WRONG_STATE');
    done(await services.apiKeys.revokeApiKey(owner, id));
    done(await create());
    expect(refused(await create())).toBe('WRONG_STATE');
  });

  it('has a thousand in force that see the whole agency', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    await addKeys(owner, 1_000, null);
    const create = (clientAccountId: string | null) =>
      services.apiKeys.createApiKey(owner, { name: 'x', role: 'MANAGER', clientAccountId });
    expect(refused(await create(null))).toBe('WRONG_STATE');
    done(await create(clientAccount.id));
  });

  it('shows a key once that authenticates as what it was made', async () => {
    const { owner, agencyId, clientAccount } = await seedAgency(dataSource);
    const expiresAt = Date.now() + 3_600_000;
    const input = { name: 'CI', role: 'OPERATOR', clientAccountId: clientAccount.id, expiresAt } as const;
    const { apiKey, secret } = done(await services.apiKeys.createApiKey(owner, input));
    expect(apiKey).toMatchObject({ ...input, createdBy: owner.actor, revokedAt: null, lastUsedAt: null });
    expect(secret.startsWith(apiKey.prefix)).toBe(true);
    expect(await new Authenticator(dataSource).authenticate(`Bearer ${secret}`)).toEqual({
      agencyId,
      role: 'OPERATOR',
      reach: { clientAccountIds: [clientAccount.id], seatIds: [], seatAccountIds: [] },
      actor: `key:${apiKey.id}`,
      credential: { kind: 'KEY', id: apiKey.id, rights: 0 },
      expiresAt,
    });
    const kept = await services.apiKeys.byIds(owner, [apiKey.id]);
    expect(JSON.stringify([...kept.values()])).not.toContain(secret.slice(apiKey.prefix.length + 1, -6));
  });

  it('makes no key of a wider role than the creator’s', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const create = (creator: Role, role: Role) => {
      const input = { name: 'x', role, clientAccountId: role === 'CLIENT' ? clientAccount.id : null };
      return services.apiKeys.createApiKey(viewerAs(owner, creator), input);
    };
    for (const role of ROLES) done(await create('OWNER', role));
    expect(refused(await create('ADMIN', 'OWNER'))).toBe('FORBIDDEN_FOR_ROLE input.role');
    for (const role of ROLES.slice(1)) done(await create('ADMIN', role));
    for (const creator of ROLES.slice(2)) {
      expect(refused(await create(creator, 'ANALYST'))).toBe('FORBIDDEN_FOR_ROLE');
    }
  });

  it('makes no key for more than the creator’s client account', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource);
    const account = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, account));
    const admin = viewerAs(owner, 'ADMIN', clientAccount.id);
    const create = (clientAccountId: string | null) =>
      services.apiKeys.createApiKey(admin, { name: 'x', role: 'ANALYST', clientAccountId });
    expect(refused(await create(null))).toBe('FORBIDDEN_FOR_ROLE input.clientAccountId');
    expect(refused(await create(other.id))).toBe('NOT_FOUND input.clientAccountId');
    done(await create(clientAccount.id));
  });

  it('makes no key that lasts longer than its creator', async () => {
    const { owner } = await seedAgency(dataSource);
    const end = Date.now() + 3_600_000;
    const create = (expiresAt: number | null, creatorEnds: number | null = end) => {
      const creator = { ...viewerAs(owner, 'ADMIN'), expiresAt: creatorEnds };
      return services.apiKeys.createApiKey(creator, { name: 'x', role: 'ANALYST', expiresAt });
    };
    expect(refused(await create(null))).toBe('FORBIDDEN_FOR_ROLE input.expiresAt');
    expect(refused(await create(end + 1))).toBe('FORBIDDEN_FOR_ROLE input.expiresAt');
    done(await create(end));
    done(await create(null, null));
  });

  it('refuses what is wrong', async () => {
    const { owner } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const create = (input: object) =>
      services.apiKeys.createApiKey(owner, { name: 'x', role: 'ANALYST', ...input });
    expect(refused(await create({ name: '' }))).toBe('INVALID input.name');
    expect(refused(await create({ role: 'CLIENT' }))).toBe('INVALID input.clientAccountId');
    expect(refused(await create({ expiresAt: Date.now() - 1 }))).toBe('INVALID input.expiresAt');
    // What is later can't be told.
    expect(refused(await create({ expiresAt: Date.UTC(10_000, 0) }))).toBe('INVALID input.expiresAt');
    expect(refused(await create({ clientAccountId: stranger.clientAccount.id }))).toBe(
      'NOT_FOUND input.clientAccountId',
    );
  });
});

describe('revokeApiKey', () => {
  it('revokes once; again it is a no-op', async () => {
    const { owner } = await seedAgency(dataSource);
    const input = { name: 'x', role: 'ANALYST' } as const;
    const { apiKey } = done(await services.apiKeys.createApiKey(owner, input));
    const revoked = done(await services.apiKeys.revokeApiKey(owner, apiKey.id));
    expect(revoked.revokedAt).not.toBeNull();
    expect(done(await services.apiKeys.revokeApiKey(owner, apiKey.id))).toEqual(revoked);
  });

  it('is not for a key of a wider role, nor for one that the viewer doesn’t see', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const revoke = (viewer: typeof owner) => services.apiKeys.revokeApiKey(viewer, keyIdOf(owner));
    expect(refused(await revoke(viewerAs(owner, 'ADMIN')))).toBe('FORBIDDEN_FOR_ROLE input.apiKeyId');
    expect(refused(await revoke(viewerAs(owner, 'MANAGER')))).toBe('FORBIDDEN_FOR_ROLE');
    expect(refused(await revoke(viewerAs(owner, 'OWNER', clientAccount.id)))).toBe(
      'NOT_FOUND input.apiKeyId',
    );
    expect(refused(await revoke(stranger.owner))).toBe('NOT_FOUND input.apiKeyId');
  });

  it('a key that was revoked after its request came in changes nothing any more', async () => {
    const { owner } = await seedAgency(dataSource);
    const input = { name: 'x', role: 'ADMIN' } as const;
    const { apiKey, secret } = done(await services.apiKeys.createApiKey(owner, input));
    const viewer = await new Authenticator(dataSource).authenticate(`Bearer ${secret}`);
    done(await services.apiKeys.revokeApiKey(owner, apiKey.id));
    await expect(services.apiKeys.createApiKey(viewer, input)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('apiKeys', () => {
  it('come newest first, for those who may see them', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const input = { name: 'x', role: 'CLIENT', clientAccountId: clientAccount.id } as const;
    const { apiKey } = done(await services.apiKeys.createApiKey(owner, input));
    const first = await services.apiKeys.apiKeys(owner, { rows: 1, after: null });
    const second = await services.apiKeys.apiKeys(owner, { rows: 1, after: first.rows[0]!.position });
    const ids = [...first.rows, ...second.rows].map(({ node }) => node.id);
    expect(ids).toEqual([apiKey.id, keyIdOf(owner)].sort().reverse());
    expect(await services.apiKeys.countApiKeys(owner)).toBe(2);
    expect(await services.apiKeys.countApiKeys(viewerAs(owner, 'ADMIN', clientAccount.id))).toBe(1);
    const analyst = viewerAs(owner, 'ANALYST');
    expect((await services.apiKeys.byIds(analyst, ids)).size).toBe(0);
    const asked = services.apiKeys.apiKeys(analyst, { rows: 1, after: null });
    await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
