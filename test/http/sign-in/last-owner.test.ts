import { randomUUID } from 'node:crypto';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { OpenIdStage, sessionOf, setProvider, type TestProvider } from '../../support/open-id.js';
import { invite, member } from '../../support/members.js';

/** An agency keeps an owner who can sign in, by whichever way. */

let stage: OpenIdStage;
let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  agency = await stage.seed();
  expect((await set()).userErrors).toEqual([]);
});

const address = () => `${randomUUID()}@acme.example`;
const set = (change: object = {}, key = agency.key, of = api) =>
  setProvider(of, key, { issuer: provider.issuer, ...change });

/** An owner by the provider, and by nothing else. */
async function byProvider(): Promise<string> {
  const email = address();
  const { memberId } = await invite(api, agency, email, 'OWNER');
  expect(sessionOf(await stage.enter(agency, { email, sub: email }))).not.toBeNull();
  return memberId;
}

async function codeOf(name: string, input: string, of = api): Promise<string> {
  const data = await of.data(agency.key, `mutation { ${name}${input} { userErrors { code } } }`);
  return data[name].userErrors[0]?.code ?? 'OK';
}
const remove = (memberId: string) => codeOf('removeMember', `(input: { memberId: "${memberId}" })`);
const demote = (memberId: string) =>
  codeOf('setMemberRole', `(input: { memberId: "${memberId}", role: ADMIN })`);
const removeProvider = (of = api) => codeOf('removeSignInProvider', '', of);

it('one by password is the last where the other came by a provider that is gone', async () => {
  const [first, second] = [await member(api, agency, address(), 'OWNER'), await byProvider()];
  expect(await removeProvider()).toBe('OK');
  expect([await demote(first.memberId), await remove(first.memberId)]).toEqual([
    'WRONG_STATE',
    'WRONG_STATE',
  ]);
  // The other one, who can't sign in, is no last one; and the first is again.
  expect([await remove(second), await remove(first.memberId)]).toEqual(['OK', 'WRONG_STATE']);
});

it('one by password is not the last where another comes by the provider', async () => {
  const [first, second] = [await member(api, agency, address(), 'OWNER'), await byProvider()];
  expect([await demote(first.memberId), await remove(second)]).toEqual(['OK', 'WRONG_STATE']);
});

it('the provider that the last comes by stays, and so do its domain and the role that named it', async () => {
  await byProvider();
  expect(await removeProvider()).toBe('WRONG_STATE');
  expect((await set({ allowedDomain: 'other.example' })).userErrors).toMatchObject([{ code: 'WRONG_STATE' }]);
  expect((await set()).userErrors).toEqual([]);
  await member(api, agency, address(), 'OWNER');
  expect((await set({ allowedDomain: 'other.example' })).userErrors).toEqual([]);
  expect(await removeProvider()).toBe('OK');
});

it('nobody is kept who couldn’t sign in before either', async () => {
  await byProvider();
  await member(api, agency, address(), 'OWNER');
  expect(await removeProvider()).toBe('OK');
  expect((await set({ allowedDomain: 'other.example' })).userErrors).toEqual([]);
  expect(await removeProvider()).toBe('OK');
});

it('where mail is sent whoever has an address can', async () => {
  const mailed = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on', SMTP_URL: 'smtp://127.0.0.1:9' });
  try {
    await byProvider();
    expect(await removeProvider(mailed)).toBe('OK');
  } finally {
    await mailed.close();
  }
});
