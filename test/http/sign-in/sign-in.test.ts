import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { mintToken } from '../../../src/tenancy/token.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ask, askAs, invite, member, OWN, PASSWORD, signIn, withCookie } from '../../support/members.js';

let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  // Every try of a test comes from one place.
  await api.dataSource.query('DELETE FROM sign_in_try');
});

const WHO = '{ viewer { role member { email } } }';
const address = () => `${randomUUID()}@example.com`;

/** Alters sessions of the agency as time alone does. */
function age(change: string): Promise<unknown> {
  return inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(`UPDATE session SET ${change} WHERE agency_id = $1`, [agency.agencyId]),
  );
}

/** A link that lasts so long from now, written as the server writes them. */
async function linkUntil(memberId: string, lastsMs: number): Promise<string> {
  const id = randomUUID();
  const { token, secretSha256 } = mintToken('LINK', agency.agencyId, id);
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      `INSERT INTO member_link (agency_id, id, member_id, purpose, secret_sha256, created_at, expires_at)
       VALUES ($1, $2, $3, 'INVITATION', $4, 0, see_clock() + $5::bigint)`,
      [agency.agencyId, id, fromId('member', memberId), secretSha256, lastsMs],
    ),
  );
  return token;
}

describe('an invitation', () => {
  it('is good once: its link makes a member who is signed in, and then nobody', async () => {
    const email = address();
    const { token } = await invite(api, agency, email.toUpperCase(), 'ANALYST');
    expect((await ask(api, 'POST', '/auth/invitation', { token })).body).toEqual({
      ...{ agency: 'Agency', email, name: null, hasPassword: false },
    });
    const accepting = { token, name: 'Ada', password: PASSWORD };
    const both = await Promise.all([1, 2].map(() => ask(api, 'POST', '/auth/invitation/accept', accepting)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    const [accepted] = both.filter(({ status }) => status === 200);
    const { data } = await askAs(api, { cookie: accepted?.cookie ?? null }, WHO);
    expect(data).toEqual({ viewer: { role: 'ANALYST', member: { email } } });
    expect((await ask(api, 'POST', '/auth/invitation/accept', accepting)).body).toMatchObject({
      error: 'NOT_FOUND',
    });
  });

  it('is refused in the same words when used, replaced, expired, forged, or of another purpose', async () => {
    const { token, memberId } = await invite(api, agency, address(), 'ANALYST');
    const forged = mintToken('LINK', agency.agencyId, randomUUID()).token;
    const nothing = await ask(api, 'POST', '/auth/invitation', { token: forged });
    expect(nothing.status).toBe(404);
    const resent = await api.data(
      agency.key,
      'mutation ($input: ResendInvitationInput!) { resendInvitation(input: $input) { invitationUrl } }',
      { input: { memberId } },
    );
    const second = resent.resendInvitation.invitationUrl.split('#')[1];
    const mistyped = second.slice(0, -1) + (second.endsWith('x') ? 'y' : 'x');
    for (const bad of [token, mistyped, 'hr_link_', agency.key]) {
      expect((await ask(api, 'POST', '/auth/invitation', { token: bad })).body).toEqual(nothing.body);
    }
    expect((await ask(api, 'POST', '/auth/password/set', { token: second, password: PASSWORD })).status).toBe(
      404,
    );
    expect((await ask(api, 'POST', '/auth/invitation', { token: second })).status).toBe(200);
    for (const [lastsMs, status] of [
      [-1, 404],
      [60_000, 200],
    ] as const) {
      expect(
        (await ask(api, 'POST', '/auth/invitation', { token: await linkUntil(memberId, lastsMs) })).status,
      ).toBe(status);
    }
  });

  it('takes no password that is easily guessed, and does not use up the link for it', async () => {
    const { token } = await invite(api, agency, address(), 'ANALYST');
    for (const password of ['password12', 'short', 'aaaaaaaaaaaaaaaa', 'x'.repeat(300)]) {
      const refused = await ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password });
      expect(refused).toMatchObject({ status: 400, body: { error: 'INVALID', field: 'password' } });
    }
    const accepted = await ask(api, 'POST', '/auth/invitation/accept', {
      token,
      name: 'Ada',
      password: PASSWORD,
    });
    expect(accepted.status).toBe(200);
  });

  it('of a person who is a member elsewhere asks for their password: whoever invites them can’t set it', async () => {
    const other = await api.seed();
    const { email } = await member(api, other, address(), 'ANALYST');
    const { token } = await invite(api, agency, email, 'ANALYST');
    const accept = (password: string) =>
      ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password });
    expect((await accept('another kettle 48 meadow')).status).toBe(401);
    expect((await signIn(api, email, 'another kettle 48 meadow')).status).toBe(401);
    expect((await accept(PASSWORD)).status).toBe(200);
    const chosen = await signIn(api, email);
    expect(chosen).toMatchObject({ cookie: null, body: { stage: 'CHOOSE_AGENCY' } });
    expect(chosen.body.agencies).toHaveLength(2);
    const { id: agencyId } = chosen.body.agencies[0];
    const body = { email, password: PASSWORD, agencyId };
    expect((await ask(api, 'POST', '/auth/session', body)).body).toMatchObject({
      stage: 'SIGNED_IN',
      agencyId,
    });
  });
});

describe('signing in', () => {
  it('answers an address that nobody has as it answers a wrong password', async () => {
    const { email } = await member(api, agency, address(), 'OWNER');
    const wrong = await signIn(api, email, 'another kettle 48 meadow');
    const unknown = await signIn(api, address(), 'another kettle 48 meadow');
    expect([wrong.status, wrong.body]).toEqual([401, unknown.body]);
    expect(unknown.status).toBe(401);
    expect([wrong.cookie, unknown.cookie]).toEqual([null, null]);
  });

  it('lets nobody try on and on, known or not, and tells when to ask again', async () => {
    const { email } = await member(api, agency, address(), 'OWNER');
    for (const tried of [email, address()]) {
      const statuses: number[] = [];
      // All at once: counted before the password is looked at.
      const tries = await Promise.all(
        Array.from({ length: 8 }, () => signIn(api, tried, 'wrong kettle 1 x')),
      );
      for (const { status } of tries) statuses.push(status);
      expect(statuses.sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    }
    const right = await signIn(api, email);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  it('never signs in to a session that was there before', async () => {
    const person = await member(api, agency, address(), 'OWNER');
    const planted = person.cookie;
    const { cookie } = await signIn(api, person.email, PASSWORD, planted);
    expect(cookie).not.toBe(planted);
    expect((await askAs(api, { cookie: planted }, WHO)).status).toBe(401);
    expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
    const invented = `headroom-loopback=${mintToken('SESSION', agency.agencyId, randomUUID()).token}`;
    expect((await askAs(api, { cookie: invented }, WHO)).status).toBe(401);
  });

  it('keeps of session and link the hash alone, and of the address a fingerprint', async () => {
    const { email, cookie } = await member(api, agency, address(), 'OWNER');
    const secret = cookie?.split('_').at(-1)?.slice(0, 43) ?? '';
    const rows = await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query(
        'SELECT s::text FROM session s UNION ALL SELECT l::text FROM member_link l UNION ALL SELECT a::text FROM audit_entry a',
      ),
    );
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(rows)).not.toContain(email);
    expect(await api.dataSource.query('SELECT * FROM account')).toEqual([]);
  });
});

describe('a session', () => {
  it('ends at once: signed out, signed out everywhere, member removed, role changed', async () => {
    const [first, second] = [
      await member(api, agency, address(), 'ADMIN'),
      await member(api, agency, address(), 'ADMIN'),
    ];
    const again = { cookie: (await signIn(api, first.email)).cookie };
    await ask(api, 'DELETE', '/auth/session', undefined, withCookie(first.cookie));
    expect((await askAs(api, first, WHO)).status).toBe(401);
    expect((await askAs(api, again, WHO)).status).toBe(200);
    const third = { cookie: (await signIn(api, first.email)).cookie };
    await ask(api, 'DELETE', '/auth/sessions', undefined, withCookie(third.cookie));
    expect([(await askAs(api, again, WHO)).status, (await askAs(api, third, WHO)).status]).toEqual([
      401, 401,
    ]);

    const change =
      'mutation ($input: SetMemberRoleInput!) { setMemberRole(input: $input) { userErrors { code } } }';
    await api.data(agency.key, change, { input: { memberId: second.memberId, role: 'ANALYST' } });
    expect((await askAs(api, second, WHO)).status).toBe(401);
    const back = { cookie: (await signIn(api, second.email)).cookie };
    expect((await askAs(api, back, WHO)).data.viewer.role).toBe('ANALYST');
    const remove =
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
    await api.data(agency.key, remove, { input: { memberId: second.memberId } });
    expect((await askAs(api, back, WHO)).status).toBe(401);
    expect((await signIn(api, second.email)).status).toBe(401);
  });

  it('is over when nobody used it for eight hours', async () => {
    const person = await member(api, agency, address(), 'ADMIN');
    await age(`last_used_at = last_used_at - ${8 * 3_600_000 - 60_000}`);
    expect((await askAs(api, person, WHO)).status).toBe(200);
    await age(`last_used_at = last_used_at - ${8 * 3_600_000 + 60_000}`);
    expect((await askAs(api, person, WHO)).status).toBe(401);
  });

  it('is rotated with the password, and the others are ended', async () => {
    const person = await member(api, agency, address(), 'ADMIN');
    const other = { cookie: (await signIn(api, person.email)).cookie };
    const changed = await ask(
      api,
      'POST',
      '/auth/password',
      { current: PASSWORD, password: 'another kettle 48 meadow' },
      withCookie(person.cookie),
    );
    expect(changed.status).toBe(204);
    expect((await askAs(api, person, WHO)).status).toBe(401);
    expect((await askAs(api, other, WHO)).status).toBe(401);
    expect((await askAs(api, changed, WHO)).status).toBe(200);
    expect((await signIn(api, person.email)).status).toBe(401);
  });
});

describe('another site', () => {
  it('gets nothing done with a visitor’s session: by GraphQL, by sign-out, by upload', async () => {
    const person = await member(api, agency, address(), 'OWNER');
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'https://evil.example', 'x-headroom-request': '1' },
      { origin: 'null' },
      { origin: `${api.url}.evil.example` },
      { 'sec-fetch-site': 'cross-site', 'x-headroom-request': '1' },
      {},
    ];
    for (const headers of foreign) {
      const sent = withCookie(person.cookie, headers);
      expect((await api.post({ query: WHO }, sent)).errors[0].extensions.code).toBe('FORBIDDEN');
      expect((await ask(api, 'DELETE', '/auth/session', undefined, sent)).status).toBe(403);
      const body = { email: person.email, password: PASSWORD };
      expect((await ask(api, 'POST', '/auth/session', body, headers)).status).toBe(403);
      const zip = { ...sent, 'content-type': 'application/zip', 'x-headroom-import': '1' };
      expect((await ask(api, 'POST', '/imports/linkedin-export?seatId=seat_x', undefined, zip)).status).toBe(
        403,
      );
    }
    expect((await askAs(api, person, WHO)).status).toBe(200);
    expect((await api.post({ query: WHO }, withCookie(person.cookie, { origin: api.url }))).status).toBe(200);
  });

  it('is nothing to a key, which no browser sends by itself', async () => {
    const headers = {
      authorization: `Bearer ${agency.key}`,
      origin: 'https://tool.example',
      cookie: 'headroom-loopback=x',
    };
    expect((await api.post({ query: WHO }, headers)).status).toBe(200);
  });

  it('sees a cookie that scripts can’t read; over TLS it is __Host-, Secure', async () => {
    const { token } = await invite(api, agency, address(), 'OWNER');
    const { headers } = await ask(api, 'POST', '/auth/invitation/accept', {
      token,
      name: 'Ada',
      password: PASSWORD,
    });
    const [session, device] = headers.getSetCookie();
    expect(session).toMatch(/^headroom-loopback=hr_session_\w+; Path=\/; HttpOnly; SameSite=Lax$/);
    const kept = /^headroom-loopback-device=[\w-]{64}; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/;
    expect(device).toMatch(kept);
    const production = await Api.start({
      NODE_ENV: 'production',
      HEADROOM_PUBLIC_URL: 'https://headroom.example',
    });
    try {
      const { email } = await member(api, agency, address(), 'OWNER');
      const own = { origin: 'https://headroom.example' };
      const signed = await ask(production, 'POST', '/auth/session', { email, password: PASSWORD }, own);
      const [overTls, alsoOverTls] = signed.headers.getSetCookie();
      expect(overTls).toMatch(/^__Host-headroom=hr_session_\w+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(alsoOverTls).toMatch(/^__Host-headroom-device=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      const query = { query: WHO };
      expect((await production.post(query, withCookie(signed.cookie, own))).status).toBe(200);
      expect(
        (await production.post(query, withCookie(signed.cookie, { origin: production.url }))).status,
      ).toBe(403);
      expect((await production.post(query, OWN)).status).toBe(401);
    } finally {
      await production.close();
    }
  });
});
