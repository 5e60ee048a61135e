import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { askAs, clientOf, member, type Person } from '../../support/members.js';

/** P8: while the database's clock is behind the books nothing is decided, and whoever is to be kept out is so all the same. */
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
});

const VIEWER = '{ viewer { role } }';
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }`;
const CLIENTS = '{ clientAccounts { nodes { id } } }';

/** As after a clock that was set back. */
function setBack(ms: number): Promise<unknown> {
  return inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query('UPDATE agency_book SET last_at = see_clock() + $2 WHERE agency_id = $1', [
      agency.agencyId,
      ms,
    ]),
  );
}

const mutation = (name: string, selection: string): string =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`;
const change = async (name: string, input: object, selection = 'userErrors { code }'): Promise<Json> =>
  (await api.data(agency.key, mutation(name, selection), { input }))[name];
const createKey = async (): Promise<Json> =>
  (await api.data(agency.key, CREATE, { input: { name: 'Tool', role: 'OPERATOR' } })).createApiKey;

it('a key is revoked', async () => {
  const { apiKey, secret } = await createKey();
  await setBack(60_000);
  expect((await change('revokeApiKey', { apiKeyId: apiKey.id })).userErrors).toEqual([]);
  expect(await api.code(secret, VIEWER)).toBe('UNAUTHENTICATED');
});

it.each([60_000, 4_500])('one that is rotated without an overlap works no more (%s ms)', async (ms) => {
  const { apiKey, secret } = await createKey();
  await setBack(ms);
  const input = { apiKeyId: apiKey.id, overlapSeconds: 0 };
  const rotated = await change('rotateApiKey', input, 'secret userErrors { code }');
  expect(rotated.userErrors).toEqual([]);
  expect(await api.code(secret, VIEWER)).toBe('UNAUTHENTICATED');
  expect(await api.data(rotated.secret, VIEWER)).toEqual({ viewer: { role: 'OPERATOR' } });
});

it('one that ends before the instant in the books works by the clock: it ends others, and is rotated', async () => {
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const ofOwner = { name: 'Short', role: 'OWNER', expiresAt };
  const { secret } = (await api.data(agency.key, CREATE, { input: ofOwner })).createApiKey;
  const { apiKey: other } = await createKey();
  const { apiKey: short } = (
    await api.data(agency.key, CREATE, { input: { ...ofOwner, name: 'Short, too' } })
  ).createApiKey;
  await setBack(3_600_000);
  for (const [name, input] of [
    ['revokeApiKey', { apiKeyId: other.id }],
    ['rotateApiKey', { apiKeyId: short.id, overlapSeconds: 0 }],
  ] as const) {
    const done = await api.data(secret, mutation(name, 'userErrors { code }'), { input });
    expect(done[name].userErrors).toEqual([]);
  }
});

describe('a member', () => {
  let person: Person;
  beforeEach(async () => {
    const reach = { clientAccountIds: [clientOf(agency)] };
    person = await member(api, agency, `${randomUUID()}@example.com`, 'MANAGER', reach);
    await setBack(60_000);
  });

  it('is removed', async () => {
    expect((await change('removeMember', { memberId: person.memberId })).userErrors).toEqual([]);
    expect((await askAs(api, person, VIEWER)).status).toBe(401);
  });

  it('has another role, and has to sign in anew', async () => {
    const input = { memberId: person.memberId, role: 'ANALYST' };
    expect((await change('setMemberRole', input)).userErrors).toEqual([]);
    expect((await askAs(api, person, VIEWER)).status).toBe(401);
  });

  it('sees no more of what is taken', async () => {
    const input = { memberId: person.memberId, clientAccountIds: [clientOf(agency)] };
    expect((await change('takeFromMember', input)).userErrors).toEqual([]);
    expect((await askAs(api, person, CLIENTS)).data.clientAccounts.nodes).toEqual([]);
  });
});

it('links of a holder end, and the holder stops the seat', async () => {
  const handOut = (revokeOthers: boolean) =>
    change(
      'createHolderLink',
      { seatId: toId('seat', agency.seat.id), revokeOthers },
      'link userErrors { code }',
    );
  const { link: former } = await handOut(false);
  await setBack(60_000);
  const { link: newest } = await handOut(true);
  const stop = (page: string) =>
    fetch(`${api.url}${new URL(page).pathname}`, { method: 'POST', redirect: 'manual' });
  expect((await stop(former)).status).toBe(404);
  expect((await stop(newest)).status).toBeLessThan(400);
  const seat = await api.data(agency.key, 'query ($id: ID!) { node(id: $id) { ... on Seat { status } } }', {
    id: toId('seat', agency.seat.id),
  });
  expect(seat.node.status).toBe('PAUSED');
});

it.each([
  ['revokeInboundSource', { inboundSourceId: toId('source', randomUUID()) }, ['NOT_FOUND']],
  ['removeDocuments', { sha256s: ['0'.repeat(64)] }, []],
])('%s is done', async (name, input, codes) => {
  await setBack(60_000);
  expect((await change(name, input)).userErrors.map(({ code }: Json) => code)).toEqual(codes);
});

it.each([
  [
    'removeWebhook',
    'mutation ($id: ID!) { removeWebhook(input: { webhookId: $id }) { userErrors { code } } }',
    ['NOT_FOUND'],
  ],
  ['removeSignInProvider', 'mutation { removeSignInProvider { userErrors { code } } }', []],
])('%s is done, too', async (name, query, codes) => {
  await setBack(60_000);
  const done = await api.data(agency.key, query, { id: toId('webhook', randomUUID()) });
  expect(done[name].userErrors.map(({ code }: Json) => code)).toEqual(codes);
});

it.each([
  ['createApiKey', { name: 'Tool', role: 'OPERATOR' }],
  ['inviteMember', { email: 'ada@example.com', role: 'ANALYST' }],
])('%s waits for the clock', async (name, input) => {
  await setBack(60_000);
  expect(await api.code(agency.key, mutation(name, 'userErrors { code }'), { input })).toBe('UNAVAILABLE');
});
