import { randomUUID } from 'node:crypto';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { comeBackTo, sessionOf, setProvider, startAt, TestProvider } from '../support/open-id.js';
import { askAs, invite } from '../support/members.js';

/** Of everybody a second factor is demanded: whoever came in since showed as much. */

let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
beforeAll(async () => {
  for (const level of ['info', 'warn'] as const)
    jest.spyOn(console, level).mockImplementation(() => undefined);
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on' });
  provider = await TestProvider.start(`${api.url}/auth/oidc/callback`, true);
  provider.amr = ['pwd', 'mfa'];
});
afterAll(async () => {
  await provider.close();
  await api.close();
});
beforeEach(async () => {
  agency = await api.seed();
  await api.dataSource.query('DELETE FROM sign_in_try');
  await setProvider(api, agency.key, { issuer: provider.issuer });
});

/** Whoever showed several factors at the provider. */
async function enter(): Promise<string | null> {
  const email = `${randomUUID()}@acme.example`;
  await invite(api, agency, email, 'OWNER');
  const begun = await startAt(api, agency);
  provider.claims = { email, email_verified: true, sub: email };
  const to = await provider.visit(begun.headers.get('location') ?? '');
  return sessionOf(await comeBackTo(api, to, begun.cookie));
}

const demand = async (isDemanded: boolean) => {
  const query = `mutation { setAccessRules(input: { secondFactorDemanded: ${isDemanded} }) { userErrors { code } } }`;
  expect((await api.data(agency.key, query)).setAccessRules.userErrors).toEqual([]);
};
const statusOf = async (cookie: string | null) =>
  (await askAs(api, { cookie }, '{ viewer { role } }')).status;

it('is demanded again and signs nobody out; anew, and does', async () => {
  await demand(true);
  const cookie = await enter();
  await demand(true);
  expect(await statusOf(cookie)).toBe(200);
  await demand(false);
  expect(await statusOf(cookie)).toBe(200);
  await demand(true);
  expect(await statusOf(cookie)).toBe(401);
  const log = '{ auditLog(verbs: ["setAccessRules"]) { nodes { verb } } }';
  expect((await api.data(agency.key, log)).auditLog.nodes).toHaveLength(3);
});
