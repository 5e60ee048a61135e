import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { Mailbox } from '../../support/mailbox.js';
import { ask, OWN, PASSWORD, type Reply } from '../../support/members.js';

/** Codes of a second factor, tried by whoever found the password out, from wherever they like. */
let mailbox: Mailbox;
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  mailbox = await Mailbox.open();
  api = await Api.start({ SMTP_URL: mailbox.url, HEADROOM_TRUST_PROXY: '127.0.0.1' });
});
afterAll(async () => {
  await api.close();
  await mailbox.close();
});
beforeEach(async () => {
  agency = await api.seed();
});

const OTHER = 'another kettle 48 meadow';
let networks = 0;
/** An address of a network that nobody came from yet. */
function network(): string {
  networks += 1;
  return `2001:dba:${networks.toString(16)}:${process.pid.toString(16)}::1`;
}
const post = (path: string, place: string, cookie: string | null, body?: object): Promise<Reply> =>
  ask(api, 'POST', `/auth/${path}`, body, { ...OWN, cookie: cookie ?? '', 'x-forwarded-for': place });

interface Secured {
  readonly email: string;
  readonly memberId: string;
  readonly secret: string;
  readonly recoveryCodes: string[];
  readonly cookie: string | null;
  readonly home: string;
}

/** Somebody who was invited by a letter and has set a second factor up, at home. */
async function secured(): Promise<Secured> {
  const home = network();
  const email = `${randomUUID()}@example.com`;
  const invite = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { member { id } } }`;
  const { inviteMember } = await api.data(agency.key, invite, { input: { email, role: 'ADMIN' } });
  const token = /#(hr_link_\w+)/.exec((await mailbox.next(email)).text)?.[1];
  const { cookie } = await post('invitation/accept', home, null, { token, name: 'Ada', password: PASSWORD });
  const { secret } = (await post('second-factor', home, cookie)).body;
  const code = await generate({ secret });
  const confirmed = await post('second-factor/confirm', home, cookie, { code });
  const { recoveryCodes } = confirmed.body;
  return { email, memberId: inviteMember.member.id, secret, recoveryCodes, cookie: confirmed.cookie, home };
}

/** What a session is good for by the password alone. */
async function half({ email }: Secured, place: string, password = PASSWORD): Promise<string | null> {
  const { body, cookie } = await post('session', place, null, { email, password });
  expect(body.stage).toBe('SECOND_FACTOR');
  return cookie;
}

/** Shows the password, and then a code. */
async function enter(person: Secured, place: string, code: string, password = PASSWORD): Promise<Reply> {
  return post('session/second-factor', place, await half(person, place, password), { code });
}

/** So many codes, each from another network: what came of them. */
async function guess(person: Secured, times: number, code = '000000'): Promise<number[]> {
  const statuses: number[] = [];
  const cookie = await half(person, network());
  for (let index = 0; index < times; index += 1) {
    statuses.push((await post('session/second-factor', network(), cookie, { code })).status);
  }
  return statuses;
}

const next = ({ secret }: Secured) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 });
const later = ({ memberId }: Secured, ms: number) =>
  inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      `UPDATE second_factor SET next_try_at = next_try_at - $3, tried_at = tried_at - $3
       WHERE agency_id = $1 AND member_id = $2`,
      [agency.agencyId, fromId('member', memberId), ms],
    ),
  );

it('of ever more that are tried from everywhere ever fewer are looked at, up to five a day', async () => {
  const person = await secured();
  const pauses: number[] = [];
  for (let pause = 0; pause < 9; pause += 1) {
    const cookie = await half(person, network());
    expect(await guess(person, 6)).toEqual([401, 401, 401, 401, 401, 429]);
    const { body } = await post('session/second-factor', network(), cookie, { code: await next(person) });
    pauses.push(Math.round(body.retryAfterMs / 60_000));
    await later(person, body.retryAfterMs);
  }
  expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 960, 1_440, 1_440]);
  // Nobody tried for a week.
  await later(person, 7 * 24 * 3_600_000);
  await guess(person, 5);
  expect((await enter(person, network(), '000000')).body.retryAfterMs).toBeLessThanOrEqual(15 * 60_000);
});

it('many at once are as many as one after the other', async () => {
  const person = await secured();
  const cookie = await half(person, network());
  const tries = await Promise.all(
    Array.from({ length: 12 }, () => post('session/second-factor', network(), cookie, { code: '000000' })),
  );
  expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
});

it('keeps the member out nowhere: at home they have tries of their own, and anywhere a recovery code', async () => {
  const person = await secured();
  await guess(person, 6);
  const away = network();
  expect((await enter(person, away, await next(person))).status).toBe(429);
  const [recoveryCode = ''] = person.recoveryCodes;
  const in1 = await enter(person, away, recoveryCode);
  expect([in1.status, in1.body.codesTried]).toEqual([200, 5]);
  const atHome = await enter(person, person.home, await next(person));
  expect([atHome.status, atHome.body.codesTried]).toEqual([200, 5]);
  // Whoever tries isn't forgiven by that.
  expect((await enter(person, network(), '000000')).status).toBe(429);
});

it('recovery codes that are none keep nobody from theirs', async () => {
  const person = await secured();
  expect(new Set(await guess(person, 32, 'aaaa-bbbb-cccc-dddd'))).toEqual(new Set([401]));
  expect((await enter(person, network(), person.recoveryCodes[0] ?? '')).status).toBe(200);
});

it('from a network that the member came in from there are twenty a day', async () => {
  const person = await secured();
  const statuses: number[] = [];
  const cookie = await half(person, person.home);
  for (let index = 0; index < 21; index += 1) {
    await api.dataSource.query(`DELETE FROM sign_in_try WHERE key LIKE 'pair:%'`);
    statuses.push((await post('session/second-factor', person.home, cookie, { code: '000000' })).status);
  }
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429]);
  await api.dataSource.query(`DELETE FROM sign_in_try WHERE key LIKE 'pair:%'`);
  expect((await enter(person, person.home, person.recoveryCodes[0] ?? '')).status).toBe(200);
});

it('is told to the member by a letter, and to whoever reads the audit log', async () => {
  const person = await secured();
  await guess(person, 6);
  const letter = await mailbox.next(person.email);
  expect(letter.head).toMatch(/^Subject: Wrong codes at your sign-in to Headroom$/m);
  expect(letter.text).not.toContain('hr_link_');
  const log =
    '{ auditLog(verbs: ["tryCodes"]) { nodes { actor origin subjectKind subjectId changes { field new } } } }';
  const { auditLog } = await api.data(agency.key, log);
  expect(auditLog.nodes).toEqual([
    {
      ...{ actor: 'system:signIn', origin: 'SYSTEM', subjectKind: 'MEMBER', subjectId: person.memberId },
      changes: [
        { field: 'codesTried', new: '5' },
        { field: 'codesTakenFrom', new: expect.stringMatching(/^"20.*Z"$/) },
      ],
    },
  ]);
});

it('another password ends it', async () => {
  const person = await secured();
  await guess(person, 6);
  const change = { current: PASSWORD, password: OTHER };
  expect((await post('password', person.home, person.cookie, change)).status).toBe(204);
  expect((await enter(person, network(), await next(person), OTHER)).status).toBe(200);
});

it('a network is known by the factor that a code was shown of from there: another one makes a stranger of it', async () => {
  const person = await secured();
  const away = network();
  expect((await enter(person, away, person.recoveryCodes[0] ?? '')).status).toBe(200);
  const shown = { password: PASSWORD, code: person.recoveryCodes[1] };
  const { secret } = (await post('second-factor/replace', person.home, person.cookie, shown)).body;
  const confirm = { code: await generate({ secret }) };
  expect((await post('second-factor/confirm', person.home, person.cookie, confirm)).status).toBe(200);
  expect(await guess(person, 5)).toEqual([401, 401, 401, 401, 401]);
  expect((await enter(person, away, '000000')).status).toBe(429);
  expect((await enter({ ...person, secret }, person.home, await next({ ...person, secret }))).status).toBe(
    200,
  );
});
