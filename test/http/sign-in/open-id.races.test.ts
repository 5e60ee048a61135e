import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { fromId } from '../../../src/schema/ids.js';
import { SignInLimits } from '../../../src/services/members/sign-in.limits.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { SeededAgency } from '../../support/agency.js';
import type { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { whileHeld } from '../../support/held.js';
import {
  comeBackTo,
  OpenIdStage,
  REFUSED,
  refused,
  sessionOf,
  setProvider,
  startAt,
  type TestProvider,
} from '../../support/open-id.js';
import { member, type Person } from '../../support/members.js';

/** What changes while a provider takes its time to answer, and who else is in the network that somebody comes from. */
let stage: OpenIdStage;
let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
let person: Person;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  agency = await stage.seed();
  person = await member(api, agency, `${randomUUID()}@acme.example`, 'ADMIN');
  await setProvider(api, await api.keyOf(agency, 'ADMIN'), { issuer: provider.issuer });
  provider.beforeToken = () => Promise.resolve();
});

const comeBack = () => stage.enter(agency, { email: person.email, sub: person.email });

it('a provider that is taken away signs nobody in any more, whatever it was asked before', async () => {
  expect(sessionOf(await comeBack())).not.toBeNull();
  provider.beforeToken = () =>
    api.data(agency.key, 'mutation { removeSignInProvider { removed userErrors { code } } }');
  expect(refused(await comeBack())).toEqual(REFUSED);
});

it('a provider that takes its time is asked for four of an agency at once, and the others come after them', async () => {
  let [asked, release] = [0, (): void => undefined];
  const released = new Promise<void>((done) => (release = done));
  let told: (asked: number) => void = () => undefined;
  const fourth = new Promise<void>((done) => (told = (count) => count === 4 && done()));
  provider.beforeToken = () => {
    told((asked += 1));
    return released;
  };
  const coming = Array.from({ length: 6 }, comeBack);
  await fourth;
  // Nobody else’s sign-in waits for them.
  const other = await api.seed();
  await setProvider(api, await api.keyOf(other, 'ADMIN'), { issuer: provider.issuer });
  expect((await startAt(api, other)).status).toBe(303);
  expect(asked).toBe(4);
  release();
  expect((await Promise.all(coming)).filter((reply) => sessionOf(reply) === null)).toEqual([]);
  expect(asked).toBe(6);
});

it('whoever is given a wider role than it may sign in is not signed in by it in that moment', async () => {
  const id = fromId('member', person.memberId);
  const done = await whileHeld(`UPDATE member SET role = 'OWNER' WHERE id = '${id}'`, comeBack);
  expect(refused(done)).toEqual(REFUSED);
});

it('a return signs in once, at once or later; then the provider isn’t even asked, and the agency has no work with it', async () => {
  const begun = await startAt(api, agency);
  provider.claims = { email: person.email, email_verified: true };
  const to = await provider.visit(begun.headers.get('location') ?? '');
  provider.asked.length = 0;
  const both = await Promise.all([1, 2].map(() => comeBackTo(api, to, begun.cookie)));
  expect(both.map(({ status }) => status).sort()).toEqual([303, 401]);
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  expect(refused(await comeBackTo(api, to, begun.cookie))).toEqual(REFUSED);
  const texts = sent.mock.calls.map(([asked]) => JSON.stringify(asked));
  sent.mockRestore();
  expect(texts.filter((text) => text.includes('sign_in_return'))).toEqual([
    expect.stringContaining('SELECT 1 FROM sign_in_return'),
  ]);
  expect(provider.asked.filter((path) => path === '/token')).toHaveLength(1);
});

it('strangers in the network of an agency keep nobody of it from its provider', async () => {
  expect(sessionOf(await comeBack())).not.toBeNull();
  const limits = new SignInLimits(api.dataSource, new Fingerprints((await testDatabase()).secret));
  for (let tries = 0; tries < 101; tries += 1) await limits.countFrom('127.0.0.1').catch(() => undefined);
  expect(sessionOf(await comeBack())).not.toBeNull();
  // Where nobody of the agency ever came from it counts.
  expect((await startAt(api, await api.seed())).status).toBe(429);
});
