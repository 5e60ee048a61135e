import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { fromId, toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { mintToken } from '../../../src/tenancy/token.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ask, invite, member, OWN, PASSWORD, type Reply } from '../../support/members.js';

/** A browser that somebody came in with before, in a network in which somebody else tries their address. */
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const OTHER = 'another kettle 48 meadow';
const address = () => `${randomUUID()}@example.com`;
let networks = 0;
/** An address of a network that nobody came from yet. */
function network(): string {
  networks += 1;
  return `2001:dbc:${networks.toString(16)}:${process.pid.toString(16)}::1`;
}

/** A cookie that was set beside the session's. */
function cookieOf({ headers }: Reply, what: 'device' | 'device-held'): string | null {
  const set = headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
  return set.find((one) => one.startsWith(`headroom-loopback-${what}=`)) ?? null;
}
function send(path: string, place: string, cookies: readonly (string | null)[], body?: object) {
  const headers = { ...OWN, cookie: cookies.filter(Boolean).join('; '), 'x-forwarded-for': place };
  return ask(api, 'POST', `/auth/${path}`, body, headers);
}
const enter = (email: string, place: string, device: string | null, password = PASSWORD) =>
  send('session', place, [device], { email, password });

/** What comes of so many wrong passwords. */
async function miss(email: string, place: string, times: number, device: string | null = null) {
  const statuses: number[] = [];
  for (let tried = 0; tried < times; tried += 1)
    statuses.push((await enter(email, place, device, 'a wrong kettle 1 x')).status);
  return statuses;
}

/** Somebody who came in, and by what their browser is known. */
async function known(email = address()) {
  const { memberId } = await member(api, agency, email, 'ADMIN');
  const entered = await enter(email, network(), null);
  return { email, memberId, session: entered.cookie, device: cookieOf(entered, 'device') ?? '' };
}

/** A network in which somebody has used up what there is for an address. */
async function lockedFor(email: string): Promise<string> {
  const place = network();
  expect(await miss(email, place, 6)).toEqual([401, 401, 401, 401, 401, 429]);
  return place;
}

/** Whether it is let in where a stranger isn't. */
async function isKnown(email: string, device: string | null, password = PASSWORD): Promise<boolean> {
  const { status } = await enter(email, await lockedFor(email), device, password);
  expect([200, 429]).toContain(status);
  return status === 200;
}

describe('a browser that its owner came in with', () => {
  it('gets in where somebody else has used up the tries of its network, and no other browser does', async () => {
    const { email, device } = await known();
    const place = await lockedFor(email);
    expect((await enter(email, place, null)).status).toBe(429);
    expect((await enter(email, place, device)).status).toBe(200);
    // Nobody else is forgiven by that.
    expect((await enter(email, place, null)).status).toBe(429);
  });

  it('gets in when the address was tried from everywhere, and its network tries all others', async () => {
    const { email, device } = await known();
    for (let tried = 0; tried < 30; tried += 1) await miss(email, network(), 1);
    expect(await miss(email, network(), 1)).toEqual([429]);
    const place = network();
    await Promise.all(Array.from({ length: 100 }, () => miss(address(), place, 1)));
    expect(await miss(address(), place, 1)).toEqual([429]);
    expect((await enter(email, place, device)).status).toBe(200);
  });

  it('has five tries of its own, over all networks, that take nothing from anybody', async () => {
    const { email, device } = await known();
    const other = cookieOf(await enter(email, network(), null), 'device');
    const place = network();
    expect([...(await miss(email, place, 3, device)), ...(await miss(email, network(), 3, device))]).toEqual([
      401, 401, 401, 401, 401, 429,
    ]);
    // The right password doesn't either: nobody is told which one it was.
    expect((await enter(email, place, device)).status).toBe(429);
    expect((await enter(email, place, other)).status).toBe(200);
    expect(await miss(email, place, 6)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('is forgiven its slips by the right password', async () => {
    const { email, device } = await known();
    const place = await lockedFor(email);
    expect(await miss(email, place, 4, device)).toEqual([401, 401, 401, 401]);
    const again = cookieOf(await enter(email, place, device), 'device');
    expect(again).not.toBe(device);
    expect(await miss(email, place, 6, device)).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await enter(email, place, again)).status).toBe(200);
  });

  it('changes its password where somebody tries it, and is known by the new one', async () => {
    const { email, session, device } = await known();
    const place = await lockedFor(email);
    const change = { current: PASSWORD, password: OTHER };
    expect((await send('password', place, [session], change)).status).toBe(429);
    const changed = await send('password', place, [session, device], change);
    expect(changed.status).toBe(204);
    expect(await isKnown(email, cookieOf(changed, 'device'), OTHER)).toBe(true);
  });

  it('is known from the invitation on that was accepted with it', async () => {
    const email = address();
    const { token } = await invite(api, agency, email, 'ADMIN');
    const body = { token, name: 'Ada', password: PASSWORD };
    const accepted = await send('invitation/accept', network(), [], body);
    expect(await isKnown(email, cookieOf(accepted, 'device'))).toBe(true);
    const elsewhere = await invite(api, await api.seed(), email, 'ADMIN');
    const again = { ...body, token: elsewhere.token };
    const place = await lockedFor(email);
    expect((await send('invitation/accept', place, [], again)).status).toBe(429);
    expect((await send('invitation/accept', place, [cookieOf(accepted, 'device')], again)).status).toBe(200);
  });
});

describe('a stranger', () => {
  it('is whoever comes with another address’ cookie, a made-up one or a part of one', async () => {
    const [{ email, device }, other] = [await known(), await known()];
    const [name, value = ''] = device.split('=');
    const turned = Buffer.from(value, 'base64url');
    const forged = turned.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
    const place = await lockedFor(email);
    for (const made of [
      ...[other.device, `${name}=`, `${name}=x`, `${name}=${value.slice(0, -2)}`, `${name}=${value}AAAA`],
      ...[`${name}=${Buffer.from(forged).toString('base64url')}`],
      ...[`${name}=${Buffer.alloc(turned.length).toString('base64url')}`],
    ]) {
      expect((await enter(email, place, made)).status).toBe(429);
    }
    expect((await enter(email, place, device)).status).toBe(200);
  });

  it('is counted as one, whether anybody has the address or not', async () => {
    const { email, device } = await known();
    const other = await known();
    for (const tried of [email, address()]) {
      const place = network();
      expect(await miss(tried, place, 3, other.device)).toEqual([401, 401, 401]);
      expect(await miss(tried, place, 3)).toEqual([401, 401, 429]);
    }
    expect(await isKnown(email, device)).toBe(true);
  });

  it('is every browser of before once the password is another one, by the one before or by a link', async () => {
    const { email, memberId, session, device } = await known();
    const change = { current: PASSWORD, password: OTHER };
    const changed = await send('password', network(), [session], change);
    expect(await isKnown(email, device, OTHER)).toBe(false);
    const id = randomUUID();
    const { token, secretSha256 } = mintToken('LINK', agency.agencyId, id);
    await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query(
        `INSERT INTO member_link (agency_id, id, member_id, purpose, secret_sha256, created_at, expires_at)
         VALUES ($1, $2, $3, 'PASSWORD', $4, 0, see_clock() + 60000)`,
        [agency.agencyId, id, fromId('member', memberId), secretSha256],
      ),
    );
    // The same one again, as far as anybody can tell.
    expect((await send('password/set', network(), [], { token, password: OTHER })).status).toBe(204);
    expect(await isKnown(email, cookieOf(changed, 'device'), OTHER)).toBe(false);
  });

  it('is every browser of before once its owner signed out everywhere, and not when they signed out', async () => {
    const { email, session, device } = await known();
    const signOut = (path: string, cookie: string | null) =>
      ask(api, 'DELETE', path, undefined, { ...OWN, cookie: cookie ?? '' });
    expect((await signOut('/auth/session', session)).status).toBe(204);
    expect(await isKnown(email, device)).toBe(true);
    const entered = await enter(email, network(), null);
    expect((await signOut('/auth/sessions', entered.cookie)).status).toBe(204);
    expect(await isKnown(email, device)).toBe(false);
    expect(await isKnown(email, cookieOf(entered, 'device'))).toBe(false);
    expect(await isKnown(email, cookieOf(await enter(email, network(), null), 'device'))).toBe(true);
  });

  it('is made by nobody who signs out of another agency everywhere, by a password of its own there', async () => {
    const { email, device } = await known();
    const { token } = await invite(api, await api.seed(), email, 'OWNER');
    const own = { token, name: 'Grace', ownPassword: OTHER };
    const { cookie } = await send('invitation/accept', network(), [], own);
    const out = await ask(api, 'DELETE', '/auth/sessions', undefined, { ...OWN, cookie: cookie ?? '' });
    expect(out.status).toBe(204);
    expect(await isKnown(email, device)).toBe(true);
  });

  it('is who has one password of an address where they try the other', async () => {
    const taken = await known();
    const here = await api.seed();
    const { token } = await invite(api, here, taken.email, 'OWNER');
    const own = { token, name: 'Grace', ownPassword: OTHER };
    const accepted = await send('invitation/accept', network(), [], own);
    const place = await lockedFor(taken.email);
    const enterHere = (device: string | null) => {
      const body = { email: taken.email, password: OTHER, agencyId: toId('agency', here.agencyId) };
      return send('session', place, [device], body);
    };
    expect((await enterHere(taken.device)).status).toBe(429);
    expect((await enter(taken.email, place, cookieOf(accepted, 'device'))).status).toBe(429);
    expect((await enterHere(cookieOf(accepted, 'device'))).status).toBe(200);
    expect((await enter(taken.email, place, taken.device)).status).toBe(200);
  });
});

describe('behind a second factor', () => {
  /** Sets one up in a session; answers with its secret, and with the reply to its first code. */
  async function secure(session: string | null, held: string | null = null) {
    const { secret } = (await send('second-factor', network(), [session])).body;
    const code = await generate({ secret });
    return { secret, confirmed: await send('second-factor/confirm', network(), [session, held], { code }) };
  }
  const next = (secret: string) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 });

  it('a browser is known once the code was right, and by what its own session waited for alone', async () => {
    const person = await known();
    const { secret, confirmed } = await secure(person.session);
    const [half, another] = [
      await enter(person.email, network(), null),
      await enter(person.email, network(), null),
    ];
    expect(cookieOf(half, 'device')).toBeNull();
    const held = cookieOf(half, 'device-held') ?? '';
    const alone = held.replace('-held', '');
    expect(await isKnown(person.email, alone)).toBe(false);
    const [recoveryCode] = confirmed.body.recoveryCodes;
    const codes = [await next(secret), recoveryCode];
    const byAnother = await send('session/second-factor', network(), [another.cookie, held], {
      code: codes[0],
    });
    expect([byAnother.status, cookieOf(byAnother, 'device')]).toEqual([200, null]);
    const wrong = await send('session/second-factor', network(), [half.cookie, held], { code: '000000' });
    expect([wrong.status, cookieOf(wrong, 'device')]).toEqual([401, null]);
    const whole = await send('session/second-factor', network(), [half.cookie, held], { code: codes[1] });
    const device = cookieOf(whole, 'device');
    const { status } = await enter(person.email, await lockedFor(person.email), device);
    expect([whole.status, status]).toEqual([200, 200]);
  });

  it('which is demanded, it is known once one is set up', async () => {
    const { email } = await member(api, agency, address(), 'ADMIN');
    const demand =
      'mutation { setAccessRules(input: { secondFactorDemanded: true }) { userErrors { code } } }';
    await api.data(agency.key, demand);
    const half = await enter(email, network(), null);
    expect([half.body.stage, cookieOf(half, 'device')]).toEqual(['ENROL', null]);
    const { confirmed } = await secure(half.cookie, cookieOf(half, 'device-held'));
    expect(await isKnown(email, cookieOf(confirmed, 'device'))).toBe(true);
  });

  it('codes are counted from it as from anywhere', async () => {
    const person = await known();
    const { confirmed } = await secure(person.session);
    const half = await enter(person.email, network(), person.device);
    const statuses: number[] = [];
    for (let tried = 0; tried < 6; tried += 1) {
      const cookies = [half.cookie, person.device];
      statuses.push((await send('session/second-factor', network(), cookies, { code: '000000' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(confirmed.status).toBe(200);
  });
});
