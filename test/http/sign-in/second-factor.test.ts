import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { fromId } from '../../../src/schema/ids.js';
import { beginSession } from '../../../src/services/members/sessions.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { hundredAtOnce } from '../../support/held.js';
import { ask, askAs, member, PASSWORD, signIn, withCookie, type Person } from '../../support/members.js';

let api: Api;
let agency: SeededAgency;
let person: Person;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
});

const WHO = '{ viewer { role } }';
const send = (path: string, cookie: string | null, body?: object) =>
  ask(api, 'POST', `/auth/${path}`, body, withCookie(cookie));

/** Sets it up, and answers with what opens it. */
async function enrol(cookie: string | null) {
  const { body } = await send('second-factor', cookie);
  const code = await generate({ secret: body.secret });
  const confirmed = await send('second-factor/confirm', cookie, { code });
  return { secret: String(body.secret), code, confirmed, recoveryCodes: confirmed.body.recoveryCodes };
}

it('is asked for once it was confirmed, and until then opens nothing', async () => {
  const other = await signIn(api, person.email);
  const { code, confirmed, recoveryCodes } = await enrol(person.cookie);
  expect(recoveryCodes).toHaveLength(10);
  // Another token, and no other session.
  expect((await askAs(api, person, WHO)).status).toBe(401);
  expect((await askAs(api, other, WHO)).status).toBe(401);
  expect((await askAs(api, confirmed, WHO)).status).toBe(200);

  const half = await signIn(api, person.email);
  expect(half.body.stage).toBe('SECOND_FACTOR');
  expect((await askAs(api, half, WHO)).status).toBe(401);
  for (const path of ['second-factor', 'password']) {
    expect((await send(path, half.cookie, { current: 'x', password: 'y' })).status).toBeGreaterThanOrEqual(
      400,
    );
  }
  expect((await send('second-factor/confirm', half.cookie, { code })).status).toBe(401);
  // The code that confirmed it was taken: nobody who saw it signs in by it.
  expect((await send('session/second-factor', half.cookie, { code })).status).toBe(401);
});

it('takes a code once, also of two at once', async () => {
  const { secret } = await enrol(person.cookie);
  const halves = [await signIn(api, person.email), await signIn(api, person.email)];
  // The step behind the one that confirmed it: within the tolerance of clocks.
  const code = await generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 });
  const both = await Promise.all(halves.map(({ cookie }) => send('session/second-factor', cookie, { code })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  const [full] = both.filter(({ status }) => status === 200);
  expect((await askAs(api, { cookie: full?.cookie ?? null }, WHO)).status).toBe(200);
});

it('takes a recovery code once, and keeps neither it nor the secret as they are', async () => {
  const { secret, recoveryCodes } = await enrol(person.cookie);
  const code = String(recoveryCodes[0]).toUpperCase();
  const first = await signIn(api, person.email);
  expect((await send('session/second-factor', first.cookie, { code })).status).toBe(200);
  const second = await signIn(api, person.email);
  expect((await send('session/second-factor', second.cookie, { code })).status).toBe(401);
  const kept = await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      'SELECT encode(sealed_secret, $1) AS text FROM second_factor UNION ALL SELECT encode(code_sha256, $1) FROM recovery_code',
      ['escape'],
    ),
  );
  expect(kept).toHaveLength(11);
  for (const word of [secret, ...recoveryCodes]) expect(JSON.stringify(kept)).not.toContain(word);
});

it('can’t be guessed: after five tries nothing is taken any more', async () => {
  const { recoveryCodes } = await enrol(person.cookie);
  const half = await signIn(api, person.email);
  const tries = await Promise.all(
    Array.from({ length: 7 }, () => send('session/second-factor', half.cookie, { code: '000000' })),
  );
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([401, 429]));
  expect((await send('session/second-factor', half.cookie, { code: recoveryCodes[0] })).status).toBe(429);
});

it('is demanded of everybody where the agency says so: whoever has none can set one up, and nothing else', async () => {
  const demand =
    'mutation ($input: SetAccessRulesInput!) { setAccessRules(input: $input) { secondFactorDemanded userErrors { code } } }';
  await api.data(agency.key, demand, { input: { secondFactorDemanded: true } });
  expect((await askAs(api, person, WHO)).status).toBe(401);
  const half = await signIn(api, person.email);
  expect(half.body.stage).toBe('ENROL');
  expect((await askAs(api, half, WHO)).status).toBe(401);
  expect((await ask(api, 'GET', '/auth/sessions', undefined, withCookie(half.cookie))).status).toBe(401);
  const { confirmed } = await enrol(half.cookie);
  expect((await askAs(api, confirmed, WHO)).status).toBe(200);

  const reset =
    'mutation ($input: ResetSecondFactorInput!) { resetSecondFactor(input: $input) { userErrors { code } } }';
  const input = { memberId: person.memberId };
  expect((await api.data(agency.key, reset, { input })).resetSecondFactor.userErrors).toEqual([]);
  expect((await askAs(api, confirmed, WHO)).status).toBe(401);
  expect((await signIn(api, person.email)).body.stage).toBe('ENROL');
});

it('is taken away by another administrator, and by nobody’s own session', async () => {
  const { confirmed } = await enrol(person.cookie);
  const other = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const reset = async (cookie: string | null) => {
    const query = `mutation ($input: ResetSecondFactorInput!) { resetSecondFactor(input: $input) { userErrors { code } } }`;
    return (await askAs(api, { cookie }, query, { input: { memberId: person.memberId } })).data;
  };
  expect((await reset(confirmed.cookie)).resetSecondFactor.userErrors).toEqual([{ code: 'WRONG_STATE' }]);
  expect((await signIn(api, person.email)).body.stage).toBe('SECOND_FACTOR');
  expect((await reset(other.cookie)).resetSecondFactor.userErrors).toEqual([]);
  expect((await signIn(api, person.email)).body.stage).toBe('SIGNED_IN');
});

it('is taken away by no key that its member made, themselves or by another key', async () => {
  const { confirmed } = await enrol(person.cookie);
  const input = { memberId: person.memberId };
  const reset =
    'mutation ($input: ResetSecondFactorInput!) { resetSecondFactor(input: $input) { userErrors { code } } }';
  const resetBy = async (key: string) => (await api.data(key, reset, { input })).resetSecondFactor.userErrors;
  const create = 'mutation { createApiKey(input: { name: "CI", role: ADMIN }) { apiKey { id } secret } }';
  const rotate = 'mutation ($id: ID!) { rotateApiKey(input: { apiKeyId: $id }) { secret } }';
  const made = (await askAs(api, confirmed, create)).data.createApiKey;
  const byKey = (await api.data(made.secret, create)).createApiKey;
  const rotated = (await api.data(byKey.secret, rotate, { id: made.apiKey.id })).rotateApiKey;
  const taken = (
    await askAs(api, confirmed, rotate, { id: (await api.data(agency.key, create)).createApiKey.apiKey.id })
  ).data.rotateApiKey;
  for (const { secret } of [made, byKey, rotated, taken]) {
    expect(await resetBy(secret)).toEqual([{ code: 'WRONG_STATE' }]);
  }
  expect((await signIn(api, person.email)).body.stage).toBe('SECOND_FACTOR');

  const other = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  expect(await resetBy((await askAs(api, other, create)).data.createApiKey.secret)).toEqual([]);
});

it('is not taken away where it was never in force, and no session ends by that', async () => {
  await send('second-factor', person.cookie);
  const reset = `mutation ($input: ResetSecondFactorInput!) { resetSecondFactor(input: $input) { userErrors { code } } }`;
  const { resetSecondFactor } = await api.data(agency.key, reset, { input: { memberId: person.memberId } });
  expect(resetSecondFactor.userErrors).toEqual([{ code: 'WRONG_STATE' }]);
  expect((await askAs(api, person, WHO)).status).toBe(200);
  const log = await api.data(agency.key, '{ auditLog(verbs: ["resetSecondFactor"]) { nodes { verb } } }');
  expect(log.auditLog.nodes).toEqual([]);
});

it('is demanded once: told again it ends no session of whoever showed it at a provider', async () => {
  const demand =
    'mutation ($input: SetAccessRulesInput!) { setAccessRules(input: $input) { userErrors { code } } }';
  const input = { secondFactorDemanded: true };
  await api.data(agency.key, demand, { input });
  const { agencyId } = agency;
  const token = await inAgency(api.dataSource, agency, async (manager) => {
    const whose = { agencyId, id: fromId('member', person.memberId) ?? '' };
    return (await beginSession(manager, whose, 'SIGNED_IN', Date.now())).token;
  });
  const cookie = `${person.cookie?.split('=')[0]}=${token}`;
  await api.data(agency.key, demand, { input });
  expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
  await api.data(agency.key, demand, { input: { secondFactorDemanded: false } });
  await api.data(agency.key, demand, { input });
  expect((await askAs(api, { cookie }, WHO)).status).toBe(401);
});

it('forgets the slips of setting it up, once it was', async () => {
  const { body } = await send('second-factor', person.cookie);
  for (let slips = 0; slips < 4; slips += 1) {
    expect((await send('second-factor/confirm', person.cookie, { code: 'abc' })).status).toBe(401);
  }
  const code = await generate({ secret: body.secret });
  const { status, body: confirmed } = await send('second-factor/confirm', person.cookie, { code });
  expect(status).toBe(200);
  const half = await signIn(api, person.email);
  expect((await send('session/second-factor', half.cookie, { code: '000000' })).status).toBe(401);
  const [recoveryCode] = confirmed.recoveryCodes;
  expect((await send('session/second-factor', half.cookie, { code: recoveryCode })).status).toBe(200);
});

it('says what a session still waits for, and that a second one isn’t set up', async () => {
  const { confirmed } = await enrol(person.cookie);
  const again = await send('second-factor', confirmed.cookie);
  expect([again.status, again.body]).toEqual([409, { error: 'WRONG_STATE', message: expect.any(String) }]);
  const half = await signIn(api, person.email);
  const refused = await ask(api, 'GET', '/auth/sessions', undefined, withCookie(half.cookie));
  expect([refused.status, refused.body.message]).toEqual([
    401,
    'The second factor is still asked for: send a code to POST /auth/session/second-factor.',
  ]);
  expect((await askAs(api, half, WHO)).errors?.[0].message).toBe(refused.body.message);
  const nobody = await ask(api, 'GET', '/auth/sessions', undefined, withCookie(null));
  expect([nobody.status, nobody.body.message]).toEqual([
    401,
    'Nobody is signed in: POST /auth/session does it.',
  ]);
});

describe('another one in its place', () => {
  const later = (secret: string) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 });

  it('is set up by whoever still has it, alone, with the password and a code; until then the old one guards', async () => {
    const { secret, confirmed, recoveryCodes } = await enrol(person.cookie);
    const { cookie } = confirmed;
    const replace = (password: string, code: string) =>
      send('second-factor/replace', cookie, { password, code });
    expect((await replace('another one', await later(secret))).status).toBe(401);
    expect((await replace(PASSWORD, '000000')).status).toBe(401);
    const { status, body } = await replace(PASSWORD, await later(secret));
    expect([status, body.secret === secret]).toEqual([200, false]);
    expect((await send('second-factor/confirm', cookie, { code: '000000' })).status).toBe(401);
    const half = await signIn(api, person.email);
    const code = await generate({ secret: body.secret });
    expect((await send('session/second-factor', half.cookie, { code })).status).toBe(401);

    const done = await send('second-factor/confirm', cookie, { code: await later(body.secret) });
    expect([done.status, done.body.recoveryCodes.length]).toEqual([200, 10]);
    expect((await askAs(api, confirmed, WHO)).status).toBe(401);
    expect((await askAs(api, done, WHO)).status).toBe(200);
    const next = await signIn(api, person.email);
    for (const old of [await later(secret), recoveryCodes[0]]) {
      expect((await send('session/second-factor', next.cookie, { code: old })).status).toBe(401);
    }
    const [good] = done.body.recoveryCodes;
    expect((await send('session/second-factor', next.cookie, { code: good })).status).toBe(200);
    const log = '{ auditLog(verbs: ["replaceSecondFactor"]) { nodes { verb actor subjectId } } }';
    const { auditLog } = await api.data(agency.key, log);
    const actor = person.memberId;
    expect(auditLog.nodes).toEqual([{ verb: 'replaceSecondFactor', actor, subjectId: actor }]);
  });

  it('is there only where there is one', async () => {
    const { status, body } = await send('second-factor/replace', person.cookie, {
      password: PASSWORD,
      code: '000000',
    });
    expect([status, body.error]).toEqual([409, 'WRONG_STATE']);
    await enrol(person.cookie);
    const half = await signIn(api, person.email);
    const asked = { password: PASSWORD, code: '000000' };
    expect((await send('second-factor/replace', half.cookie, asked)).status).toBe(401);
  });
});

it.each([
  [
    'session/second-factor',
    async () => (await enrol(person.cookie), (await signIn(api, person.email)).cookie),
  ],
  ['second-factor/confirm', async () => (await send('second-factor', person.cookie), person.cookie)],
])(
  'of a hundred codes for %s at once most don’t even wait: the connections are everybody’s',
  async (path, begin) => {
    const cookie = await begin();
    const { replies, sentAway } = await hundredAtOnce(() => send(path, cookie, { code: '000000' }), 21);
    const tooMany = replies.filter(({ body }) =>
      /^Too many sign in by this address at once/.test(body.message),
    );
    expect([sentAway, tooMany.length]).toEqual([79, 79]);
    expect(tooMany.every(({ status }) => status === 429)).toBe(true);
  },
);

it('whoever tried too often is told when to ask again', async () => {
  const replies = [];
  for (let tries = 0; tries < 6; tries += 1) {
    replies.push(
      await send('password', person.cookie, { current: 'wrong', password: 'a better kettle 49 field' }),
    );
  }
  const { status, body, headers } = replies.at(-1)!;
  expect(status).toBe(429);
  expect(body.message).toMatch(/^Too many tries; ask again in 1[45] minutes\.$/);
  expect(body.retryAfterMs).toBeGreaterThan(13 * 60_000);
  expect(Number(headers.get('retry-after'))).toBe(Math.ceil(body.retryAfterMs / 1_000));
});
