import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { toId } from '../../../src/schema/ids.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { testDatabase } from '../../support/database.js';
import type { SeededAgency } from '../../support/agency.js';
import type { Api } from '../../support/api.js';
import { hundredAtOnce } from '../../support/held.js';
import {
  comeBackTo,
  OpenIdStage,
  REFUSED,
  refused,
  sessionOf,
  setProvider,
  startAt,
  TestProvider,
  type Claims,
} from '../../support/open-id.js';
import { ask, askAs, invite, member, PASSWORD, signIn, withCookie } from '../../support/members.js';

let stage: OpenIdStage;
let api: Api;
let provider: TestProvider;
/** Who tells of people when it is asked for them alone. */
let discreet: TestProvider;
let agency: SeededAgency;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
  discreet = await TestProvider.start(`${api.url}/auth/oidc/callback`, false);
});
afterAll(async () => {
  await Promise.all([discreet.close(), stage.close()]);
});
beforeEach(async () => {
  agency = await stage.seed();
  provider.amr = ['pwd'];
  expect((await set()).userErrors).toEqual([]);
});

const WHO = '{ viewer { role member { email name } } }';
const address = (domain = 'acme.example') => `${randomUUID()}@${domain}`;

const callbackOf = ({ agencyId }: SeededAgency) =>
  `${api.url}/auth/oidc/callback/${toId('agency', agencyId)}`;
const set = (change: object = {}, key = agency.key) =>
  setProvider(api, key, { issuer: provider.issuer, ...change });
const start = (headers = {}, of = agency) => startAt(api, of, headers);
const comeBack = (to: URL, cookie: string | null) => comeBackTo(api, to, cookie);

const enter = (claims: Claims, at = provider) => stage.enter(agency, claims, at);

describe('a member', () => {
  it('comes in by the provider as by password, and the session before is over', async () => {
    const person = await member(api, agency, address(), 'ANALYST');
    const begun = await start();
    const sent = new URL(begun.headers.get('location') ?? '');
    expect(Object.fromEntries(sent.searchParams)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', scope: 'openid email profile' },
      ...{ redirect_uri: callbackOf(agency), state: expect.stringMatching(/^[\w-]{43}$/) },
      ...{
        nonce: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      },
    });
    provider.claims = { email: person.email.toUpperCase(), email_verified: true };
    const to = await provider.visit(sent.href);
    const done = await comeBack(to, `${begun.cookie}; ${person.cookie}`);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/']);
    // Whoever names the provider says who that is: it is no browser that showed the password.
    expect(done.headers.getSetCookie().join('\n')).not.toContain('device');
    expect((await askAs(api, { cookie: sessionOf(done) }, WHO)).data.viewer).toMatchObject({
      ...{ role: 'ANALYST', member: { email: person.email, name: 'Ada' } },
    });
    expect((await askAs(api, person, WHO)).status).toBe(401);
    // The password is what it was.
    expect((await signIn(api, person.email)).status).toBe(200);
  });

  it('who was invited has accepted by it, with no password; the link is good for nothing', async () => {
    await set({ issuer: discreet.issuer });
    const email = address();
    const { token, memberId } = await invite(api, agency, email, 'ADMIN');
    const done = await enter({ email, name: 'Grace Hopper' }, discreet);
    expect((await askAs(api, { cookie: sessionOf(done) }, WHO)).data.viewer).toMatchObject({
      ...{ role: 'ADMIN', member: { email, name: 'Grace Hopper' } },
    });
    const accept = { token, name: 'Eve', password: PASSWORD };
    expect((await ask(api, 'POST', '/auth/invitation/accept', accept)).status).toBe(404);
    expect((await signIn(api, email)).status).toBe(401);
    const log = '{ auditLog(first: 20) { nodes { actor verb subjectId } } }';
    expect((await api.data(agency.key, log)).auditLog.nodes).toContainEqual({
      ...{ actor: memberId, verb: 'acceptInvitation', subjectId: memberId },
    });
    expect(sessionOf(await enter({ email }, discreet))).not.toBeNull();
  });

  it('is asked for the second factor that they set up, whatever the provider asked for', async () => {
    const person = await member(api, agency, address(), 'ADMIN');
    const post = (path: string, cookie: string | null, body?: object) =>
      ask(api, 'POST', `/auth/${path}`, body, withCookie(cookie));
    const { secret } = (await post('second-factor', person.cookie)).body;
    const code = await generate({ secret });
    expect((await post('second-factor/confirm', person.cookie, { code })).status).toBe(200);
    provider.amr = ['pwd', 'mfa'];
    const half = { cookie: sessionOf(await enter({ email: person.email })) };
    expect((await askAs(api, half, WHO)).status).toBe(401);
    const stage = await ask(api, 'GET', '/auth/session', undefined, withCookie(half.cookie));
    expect(stage.body.stage).toBe('SECOND_FACTOR');
    const later = { code: await generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 }) };
    const whole = await post('session/second-factor', half.cookie, later);
    expect([whole.status, whole.headers.getSetCookie().length]).toEqual([200, 1]);
  });

  it('has what the agency demands by the word of the provider that it asked for more than one factor', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const demand =
      'mutation { setAccessRules(input: { secondFactorDemanded: true }) { userErrors { code } } }';
    await api.data(agency.key, demand);
    const stages: string[] = [];
    for (const amr of [['pwd'], ['pwd', 'mfa']]) {
      provider.amr = amr;
      const cookie = sessionOf(await enter({ email, sub: randomUUID() }));
      stages.push((await ask(api, 'GET', '/auth/session', undefined, withCookie(cookie))).body.stage);
    }
    expect(stages).toEqual(['ENROL', 'SIGNED_IN']);
  });
});

describe('nobody comes in', () => {
  it('whose address is unverified, of another domain, missing, or of no member', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const outside = await member(api, agency, address('client.example'), 'ADMIN');
    const elsewhere = await member(api, await api.seed(), address(), 'ADMIN');
    const removed = await member(api, agency, address(), 'ADMIN');
    const remove =
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
    await api.data(agency.key, remove, { input: { memberId: removed.memberId } });
    const vouches = 'The provider does not vouch for an address of yours.';
    const speaks = 'The provider speaks for addresses of acme.example alone.';
    const nobody = 'Your address is of no member of the agency.';
    const cases: [Claims, string][] = [
      [{ email, email_verified: false }, vouches],
      [{ email, email_verified: 'true' }, vouches],
      [{ email, email_verified: undefined }, vouches],
      [{ email: undefined }, vouches],
      [{ email: [email] }, vouches],
      [{ email: `${email}@evil.example` }, vouches],
      [{ email: `${email}.evil.example` }, speaks],
      [{ email: outside.email }, speaks],
      [{ email: elsewhere.email }, nobody],
      [{ email: removed.email }, nobody],
      [{ email: address() }, nobody],
    ];
    for (const [claims, message] of cases) {
      const reply = await enter({ ...claims, sub: randomUUID() });
      expect([claims, ...refused(reply), reply.body.message]).toEqual([claims, ...REFUSED, message]);
    }
    expect(sessionOf(await enter({ email }))).not.toBeNull();
  });

  it('with a state or a nonce that is another one, or another’s code', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const sent = async (change: (url: URL) => void = () => undefined) => {
      const begun = await start();
      const url = new URL(begun.headers.get('location') ?? '');
      change(url);
      provider.claims = { email, email_verified: true };
      return { to: await provider.visit(url.href), cookie: begun.cookie };
    };
    const [one, two] = [await sent(), await sent()];
    // Each came back to a browser that began another one: nobody is signed in as whoever sent them a link.
    expect(refused(await comeBack(one.to, two.cookie))).toEqual(REFUSED);
    expect(refused(await comeBack(one.to, null))).toEqual(REFUSED);
    expect(refused(await comeBack(one.to, 'headroom-loopback-oidc=x'))).toEqual(REFUSED);
    const mixed = new URL(two.to);
    mixed.searchParams.set('code', one.to.searchParams.get('code') ?? '');
    expect(refused(await comeBack(mixed, two.cookie))).toEqual(REFUSED);
    const nonce = await sent((url) => url.searchParams.set('nonce', 'another'));
    expect(refused(await comeBack(nonce.to, nonce.cookie))).toEqual(REFUSED);
    const state = await sent((url) => url.searchParams.set('state', 'another'));
    expect(refused(await comeBack(state.to, state.cookie))).toEqual(REFUSED);
    const issuer = await sent();
    issuer.to.searchParams.set('iss', 'https://evil.example');
    expect(refused(await comeBack(issuer.to, issuer.cookie))).toEqual(REFUSED);
    const right = await sent();
    expect(sessionOf(await comeBack(right.to, right.cookie))).not.toBeNull();
  });

  it('by what began with the provider before, or for another agency', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const begun = await start();
    provider.claims = { email, email_verified: true };
    const to = await provider.visit(begun.headers.get('location') ?? '');
    await set();
    expect(refused(await comeBack(to, begun.cookie))).toEqual(REFUSED);
    await api.data(agency.key, 'mutation { removeSignInProvider { removed userErrors { code } } }');
    expect((await start()).status).toBe(404);
    expect((await start({}, await api.seed())).status).toBe(404);
  });

  it('who took longer than ten minutes, whatever the browser kept', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const sealer = new Sealer((await testDatabase()).secret);
    const [name = '', kept = ''] = (await start()).cookie?.split('=') ?? [];
    const begun = JSON.parse(sealer.open('SIGN_IN_BEGUN', ['open-id'], Buffer.from(kept, 'base64url')));
    expect(Math.abs(begun.until - Date.now() - 600_000)).toBeLessThan(60_000);
    for (const [until, status] of [
      [Date.now() - 1_000, 401],
      [begun.until, 303],
    ]) {
      const other = await start();
      provider.claims = { email, email_verified: true };
      const to = await provider.visit(other.headers.get('location') ?? '');
      const its = JSON.parse(
        sealer.open(
          'SIGN_IN_BEGUN',
          ['open-id'],
          Buffer.from(other.cookie?.split('=')[1] ?? '', 'base64url'),
        ),
      );
      const sealed = sealer.seal('SIGN_IN_BEGUN', ['open-id'], JSON.stringify({ ...its, until }));
      expect((await comeBack(to, `${name}=${sealed.toString('base64url')}`)).status).toBe(status);
    }
  });

  it('of a wider role than that of whoever named the provider', async () => {
    const owner = await member(api, agency, address(), 'OWNER');
    // Of the wider one there is none any more.
    await api.data(agency.key, 'mutation { removeSignInProvider { removed } }');
    expect((await set({}, await api.keyOf(agency, 'ADMIN'))).userErrors).toEqual([]);
    const by = await enter({ email: owner.email });
    expect(refused(by)).toEqual(REFUSED);
    expect(by.body.message).toContain('named by the role ADMIN');
    await set();
    expect(sessionOf(await enter({ email: owner.email }))).not.toBeNull();
  });

  it('at one provider with the code of another: what is not its own it is not told', async () => {
    const { email } = await member(api, agency, address(), 'OWNER');
    // A client of the same server names a provider that sends whoever comes on to the victim's, to sign in what was begun elsewhere.
    const evil = await api.seed();
    expect((await set({ issuer: discreet.issuer }, evil.key)).userErrors).toEqual([]);
    const lured = await start({}, evil);
    const mine = await start();
    const sentOn = new URL(mine.headers.get('location') ?? '');
    const state = new URL(lured.headers.get('location') ?? '').searchParams.get('state') ?? '';
    sentOn.searchParams.set('state', state);
    provider.claims = { email, email_verified: true };
    const to = await provider.visit(sentOn.href);
    expect([to.origin + to.pathname, to.searchParams.get('state')]).toEqual([callbackOf(agency), state]);
    discreet.asked.length = 0;
    // The browser that was lured, at the address that the victim's provider sends to; and at the other one.
    expect(refused(await comeBack(to, lured.cookie))).toEqual(REFUSED);
    const again = await start({}, evil);
    const elsewhere = new URL(callbackOf(agency));
    elsewhere.search = to.search;
    elsewhere.searchParams.set(
      'state',
      new URL(again.headers.get('location') ?? '').searchParams.get('state') ?? '',
    );
    expect(refused(await comeBack(elsewhere, again.cookie))).toEqual(REFUSED);
    expect(discreet.asked).not.toContain('/token');
    const nobodys = `/auth/oidc/callback/agency_x${to.search}`;
    expect((await ask(api, 'GET', nobodys, undefined, { cookie: lured.cookie ?? '' })).status).toBe(404);
    expect((await ask(api, 'GET', `/auth/oidc/callback${to.search}`)).status).toBe(404);
  });

  it('beyond so many who begin from one network at once: the connections are everybody’s', async () => {
    await api.dataSource.query('DELETE FROM sign_in_try');
    const { replies, sentAway } = await hundredAtOnce(() => start(), 21);
    expect(replies.filter(({ status }) => status === 303)).toHaveLength(21);
    const tooMany = replies.filter(({ body }) =>
      /^Too many sign in by this address at once/.test(body?.message),
    );
    expect([sentAway, tooMany.length]).toEqual([79, 79]);
    expect(tooMany.every(({ status }) => status === 429)).toBe(true);
    await api.dataSource.query('DELETE FROM sign_in_try');
  });

  it('because another site sent them to begin', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await start(foreign)).status).toBe(403);
  });
});
