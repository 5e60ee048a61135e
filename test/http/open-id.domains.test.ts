import { randomUUID } from 'node:crypto';
import { fromId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { comeBackTo, sessionOf, setProvider, startAt, TestProvider } from '../support/open-id.js';
import { askAs, invite } from '../support/members.js';

/** A domain with other letters than names are asked for by: providers tell it as it is read, or as it is asked for. */
const [READ, ASKED] = ['bücher.example', 'xn--bcher-kva.example'];

let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
let name: string;
beforeAll(async () => {
  for (const level of ['info', 'warn'] as const)
    jest.spyOn(console, level).mockImplementation(() => undefined);
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on' });
  provider = await TestProvider.start(`${api.url}/auth/oidc/callback`, true);
});
afterAll(async () => {
  await provider.close();
  await api.close();
});
beforeEach(async () => {
  agency = await api.seed();
  name = randomUUID();
  await api.dataSource.query('DELETE FROM sign_in_try');
  const set = await setProvider(api, agency.key, { issuer: provider.issuer, allowedDomain: ASKED });
  expect(set.userErrors).toEqual([]);
});

/** The address of whoever came in by it. */
async function enter(email: string): Promise<string | undefined> {
  const begun = await startAt(api, agency, {});
  provider.claims = { email, email_verified: true };
  const to = await provider.visit(begun.headers.get('location') ?? '');
  const cookie = sessionOf(await comeBackTo(api, to, begun.cookie));
  return (await askAs(api, { cookie }, '{ viewer { member { email } } }')).data?.viewer.member.email;
}

it('is of one member, whichever way it is told', async () => {
  await invite(api, agency, `${name}@${READ}`, 'ANALYST');
  for (const domain of [READ, ASKED]) expect(await enter(`${name}@${domain}`)).toBe(`${name}@${READ}`);
  expect(await enter(`${name}@bucher.example`)).toBeUndefined();
});

it('lets in whoever was invited by the other way, before there was one', async () => {
  const { memberId } = await invite(api, agency, `${name}@${READ}`, 'ANALYST');
  const row = [agency.agencyId, fromId('member', memberId), `${name}@${ASKED}`];
  await inAgency(api.dataSource, agency, (manager) =>
    manager.query('UPDATE member SET email = $3 WHERE agency_id = $1 AND id = $2', row),
  );
  expect(await enter(`${name}@${ASKED}`)).toBe(`${name}@${ASKED}`);
});
