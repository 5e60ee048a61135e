import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { addSource, sendEvents } from '../../support/inbound.js';
import { Mailbox } from '../../support/mailbox.js';
import { ask, member, OWN, PASSWORD, type Person, signIn, withCookie } from '../../support/members.js';
import { hearTurns } from '../../tenancy/turns-heard.js';

/** One member asks for very much of their agency: who waits for it, and who does not. */
let api: Api;
let busy: SeededAgency;
let asker: Person;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => api.close());
afterEach(() => jest.restoreAllMocks());
beforeEach(async () => {
  // Whoever comes from here, in whichever test, has tried before.
  await api.dataSource.query('DELETE FROM sign_in_try');
  busy = await api.seed();
  asker = await member(api, busy, address(), 'ADMIN');
});

const address = () => `${randomUUID()}@example.com`;
const enrol = (server: Api) =>
  ask(server, 'POST', '/auth/second-factor', undefined, withCookie(asker.cookie));

/** What the asker has asked for, and how much of it was answered. */
interface Crowd {
  answered: number;
  /** What keeps all of it waiting. */
  letGo(): void;
}

/** Takes all turns of the agency by what the asker asks for, until `work` is done or lets go. */
async function whileTaken(server: Api, times: number, work: (crowd: Crowd) => Promise<void>): Promise<void> {
  expect((await enrol(server)).status).toBe(200);
  const { agencyId } = busy;
  const released = new EventTarget();
  const crowd: Crowd = { answered: 0, letGo: () => void released.dispatchEvent(new Event('over')) };
  let asked: Promise<unknown>[] = [];
  await inAgency(server.dataSource, { agencyId, actor: 'test' }, async (manager) => {
    await manager.query('SELECT FROM second_factor WHERE agency_id = $1 FOR UPDATE', [agencyId]);
    const over = once(released, 'over');
    asked = Array.from({ length: times }, () => enrol(server).then(() => (crowd.answered += 1)));
    await pause(300);
    const worked = work(crowd).finally(() => crowd.letGo());
    await over;
    asked.push(worked);
  });
  await Promise.all(asked);
}

it('who signs in, and what tools tell, waits for a turn and not behind all that a member asks for', async () => {
  const owner = await member(api, busy, address(), 'OWNER');
  const { url } = await addSource(api, busy.key, {});
  const { asked, given } = hearTurns();
  await whileTaken(api, 150, async (crowd) => {
    const elsewhere = { ...OWN, 'x-forwarded-for': '198.51.100.7' };
    const entering = ask(api, 'POST', '/auth/session', { email: owner.email, password: PASSWORD }, elsewhere);
    const telling = sendEvents(url, []);
    // Once the password was looked at.
    const isTheirs = ({ whose, name }: (typeof asked)[number]) =>
      whose === busy.agencyId && name.startsWith('network:');
    while (!asked.some(isTheirs)) await pause(5);
    crowd.letGo();
    expect((await entering).status).toBe(200);
    expect((await telling).status).toBe(200);
    for (const { behind } of given.filter(isTheirs)) expect(behind).toBeLessThan(20);
  });
});

it('whoever is a member of two agencies is told which, whatever is asked of one of them', async () => {
  const both = await member(api, busy, address(), 'ADMIN');
  await member(api, await api.seed(), both.email, 'ADMIN');
  await whileTaken(api, 8, async () => {
    const { status, body } = await signIn(api, both.email);
    expect([status, body.stage, body.agencies?.length]).toEqual([200, 'CHOOSE_AGENCY', 2]);
  });
});

it('the letters of all agencies are sent, whatever is asked of one that has some', async () => {
  const mailbox = await Mailbox.open();
  const mailing = await Api.start({ SMTP_URL: mailbox.url });
  const calm = await api.seed();
  const theirs = await member(api, calm, address(), 'ADMIN');
  try {
    await whileTaken(mailing, 8, async () => {
      for (const { email } of [asker, theirs]) {
        expect((await ask(mailing, 'POST', '/auth/password/ask', { email })).status).toBe(202);
        await mailbox.next(email);
      }
    });
  } finally {
    await mailing.close();
    await mailbox.close();
  }
});

it.each([
  ['GET', '/auth/session'],
  ['GET', '/auth/sessions'],
  ['POST', '/auth/second-factor'],
  ['GET', '/auth/oidc/start'],
])('what a session asks of %s %s is counted with the rest that it asks', async (method, path) => {
  const { headers } = await ask(api, method, path, undefined, withCookie(asker.cookie));
  expect(headers.get('ratelimit-limit')).toBe('5000');
  expect(Number(headers.get('ratelimit-remaining'))).toBeLessThan(5_000);
});
