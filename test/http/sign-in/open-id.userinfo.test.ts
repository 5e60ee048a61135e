import { randomUUID } from 'node:crypto';
import type { SeededAgency } from '../../support/agency.js';
import {
  OpenIdStage,
  REFUSED,
  refused,
  sessionOf,
  setProvider,
  type Claims,
  type TestProvider,
} from '../../support/open-id.js';
import { askAs, invite, member } from '../../support/members.js';

/** Of a provider that tells the address in the ID token, and only where it is asked for more whether it is verified. */
let stage: OpenIdStage;
let provider: TestProvider;
let agency: SeededAgency;
let email: string;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ provider } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  agency = await stage.seed();
  email = `${randomUUID()}@acme.example`;
  const { userErrors } = await setProvider(stage.api, agency.key, { issuer: provider.issuer });
  expect(userErrors).toEqual([]);
});

/** Somebody new to the provider each time. */
function enter(inIdToken: Claims, inUserinfo: Claims) {
  provider.inUserinfo = inUserinfo;
  provider.asked.length = 0;
  return stage.enter(agency, { sub: randomUUID(), email_verified: undefined, ...inIdToken });
}
const wasAsked = (): boolean => provider.asked.includes('/me');

it('signs in whose address it says there is verified, by the name that it tells in either', async () => {
  await invite(stage.api, agency, email, 'ANALYST');
  const done = await enter({ email }, { email: email.toUpperCase(), email_verified: true, name: 'Grace' });
  const { data } = await askAs(
    stage.api,
    { cookie: sessionOf(done) },
    '{ viewer { member { email name } } }',
  );
  expect(data?.viewer.member).toEqual({ email, name: 'Grace' });
});

it('vouches for the same address of the same person alone, and by nothing but true', async () => {
  const other = `${randomUUID()}@acme.example`;
  for (const address of [email, other]) await member(stage.api, agency, address, 'ADMIN');
  for (const inUserinfo of [
    { email },
    { email, email_verified: false },
    { email, email_verified: 'true' },
    { email: other, email_verified: true },
    { email: undefined, email_verified: true },
    { email: [email], email_verified: true },
    { sub: 'somebody else', email, email_verified: true },
  ]) {
    expect([inUserinfo, ...refused(await enter({ email }, inUserinfo))]).toEqual([inUserinfo, ...REFUSED]);
    expect(wasAsked()).toBe(true);
  }
  expect(
    sessionOf(await enter({ email, sub: 'me' }, { sub: 'me', email, email_verified: true })),
  ).not.toBeNull();
});

it('is believed where the ID token says it all, verified or not, and is not asked again', async () => {
  await member(stage.api, agency, email, 'ADMIN');
  const denied = await enter({ email, email_verified: false }, { email_verified: true });
  expect([...refused(denied), wasAsked()]).toEqual([...REFUSED, false]);
  const told = await enter({ email, email_verified: true }, { email_verified: false });
  expect([sessionOf(told) !== null, wasAsked()]).toEqual([true, false]);
});
