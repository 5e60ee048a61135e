import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';

const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) {
  apiKey { id name role expiresAt revokedAt clientAccount { id } } secret userErrors { code field } } }`;
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id name role expiresAt clientAccount { id } } secret } }`;
const VIEWER = '{ viewer { role } }';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

async function create(more: object = {}): Promise<Json> {
  const input = { name: 'Tool', role: 'OPERATOR', ...more };
  return (await api.data(agency.key, CREATE, { input })).createApiKey;
}

async function rotate(key: string, input: object): Promise<Json> {
  return (await api.data(key, ROTATE, { input })).rotateApiKey;
}

describe('rotateApiKey', () => {
  it('makes a key that is as the old one, and both work while they overlap', async () => {
    const expiresAt = new Date(Date.now() + 400 * 86_400_000).toISOString();
    const old = await create({ expiresAt });
    const { apiKey, secret, userErrors } = await rotate(agency.key, { apiKeyId: old.apiKey.id });
    expect(userErrors).toEqual([]);
    expect(apiKey).toEqual({ ...old.apiKey, id: apiKey.id, revokedAt: null });
    expect(apiKey.id).not.toBe(old.apiKey.id);
    for (const key of [old.secret, secret]) {
      expect(await api.data(key, VIEWER)).toEqual({ viewer: { role: 'OPERATOR' } });
    }
    const query = 'query ($id: ID!) { node(id: $id) { ... on ApiKey { expiresAt } } }';
    const { node } = await api.data(agency.key, query, { id: old.apiKey.id });
    const overlapMs = new Date(node.expiresAt).getTime() - Date.now();
    expect(overlapMs).toBeGreaterThan(86_000_000);
    expect(overlapMs).toBeLessThanOrEqual(86_400_000);
  });

  it('is done once: the one that took over is named, and lasts as long as the old one did', async () => {
    const old = await create();
    const { id: apiKeyId } = old.apiKey;
    const first = await rotate(agency.key, { apiKeyId });
    const again = await rotate(agency.key, { apiKeyId });
    expect([again.apiKey, again.secret]).toEqual([null, null]);
    expect(again.userErrors).toEqual([{ code: 'WRONG_STATE', field: ['input', 'apiKeyId'] }]);
    const input = { apiKeyId };
    const said =
      'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { userErrors { message } } }';
    const { rotateApiKey } = await api.data(agency.key, said, { input });
    const query =
      'query ($id: ID!) { node(id: $id) { ... on ApiKey { prefix replacedBy { id prefix expiresAt } } } }';
    const { node } = await api.data(agency.key, query, { id: apiKeyId });
    expect(node.replacedBy).toMatchObject({ id: first.apiKey.id, expiresAt: null });
    expect(rotateApiKey.userErrors[0].message).toContain(node.replacedBy.prefix);
    const second = await rotate(agency.key, { apiKeyId: first.apiKey.id });
    expect([second.userErrors, second.apiKey.expiresAt]).toEqual([[], null]);
    const both = (id: string) => rotate(agency.key, { apiKeyId: id });
    const atOnce = await Promise.all([both(second.apiKey.id), both(second.apiKey.id)]);
    expect(atOnce.map(({ userErrors }) => userErrors.length).toSorted()).toEqual([0, 1]);
  });

  it('ends the old one at once where nothing is to overlap', async () => {
    const old = await create();
    const { secret } = await rotate(agency.key, { apiKeyId: old.apiKey.id, overlapSeconds: 0 });
    expect(await api.code(old.secret, VIEWER)).toBe('UNAUTHENTICATED');
    expect(await api.data(secret, VIEWER)).toEqual({ viewer: { role: 'OPERATOR' } });
  });

  it('never moves an end away', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const old = await create({ expiresAt });
    const { apiKey } = await rotate(agency.key, { apiKeyId: old.apiKey.id, overlapSeconds: 2_592_000 });
    expect(apiKey.expiresAt).toBe(expiresAt);
    const query = 'query ($id: ID!) { node(id: $id) { ... on ApiKey { expiresAt } } }';
    expect(await api.data(agency.key, query, { id: old.apiKey.id })).toEqual({ node: { expiresAt } });
  });

  it('refuses what works no more, what lasts longer than whoever asks, and a wider role', async () => {
    const old = await create();
    const { id: apiKeyId } = old.apiKey;
    await rotate(agency.key, { apiKeyId, overlapSeconds: 0 });
    const code = async (key: string, input: object) => (await rotate(key, input)).userErrors[0].code;
    expect(await code(agency.key, { apiKeyId })).toBe('WRONG_STATE');
    expect(await code(agency.key, { apiKeyId, overlapSeconds: 2_592_001 })).toBe('INVALID');
    expect(await code(agency.key, { apiKeyId: 'key_x' })).toBe('NOT_FOUND');
    const admin = await create({ role: 'ADMIN', expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    const endless = await create();
    expect(await code(admin.secret, { apiKeyId: endless.apiKey.id })).toBe('FORBIDDEN_FOR_ROLE');
    const { apiKeys } = await api.data(agency.key, '{ apiKeys(first: 100) { nodes { id role } } }');
    const owner = apiKeys.nodes.find(({ role }: Json) => role === 'OWNER');
    expect(await code(admin.secret, { apiKeyId: owner.id })).toBe('FORBIDDEN_FOR_ROLE');
    const bound = await create({ role: 'ADMIN', clientAccountId: `client_${agency.clientAccount.id}` }).catch(
      () => null,
    );
    expect(bound?.apiKey ?? null).toBeNull();
  });
});
