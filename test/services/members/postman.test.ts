import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { ERROR_SERIALIZERS } from '../../../src/http/log.js';
import { Letters } from '../../../src/services/members/letters.js';
import { issueLink } from '../../../src/services/members/links.js';
import { greetMailServer, needsTls } from '../../../src/services/members/mail-server.js';
import { Postman } from '../../../src/services/members/postman.js';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { Mailbox, MAIL_TIMEOUT_MS, timeOfLetter } from '../../support/mailbox.js';
import { member, type Person } from '../../support/members.js';

const TOKEN = 'hr_link_of_a_letter_that_nobody_took';
const sealer = new Sealer('the secret of letters that nobody took');

let api: Api;
let mailbox: Mailbox;
let agency: SeededAgency;
let person: Person;
let failures: unknown[];
beforeAll(async () => {
  api = await Api.start();
  mailbox = await Mailbox.open();
});
afterAll(async () => {
  await mailbox.close();
  await api.close();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const { server, postman, held } of silents.splice(0)) {
    held.destroy();
    server.close();
    await postman.close();
  }
});
beforeEach(async () => {
  agency = await api.seed();
  person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  failures = [];
});

const silents: { readonly server: Server; readonly postman: Postman; readonly held: Socket }[] = [];

/** A mail server that takes connections and says nothing, until the test is over, and a postman who waits for it. */
async function waitingAt(): Promise<{ readonly postman: Postman; readonly held: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const postman = postmanTo(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connected = once(server, 'connection') as Promise<[Socket]>;
  postman.wake(agency.agencyId);
  const [held] = await connected;
  silents.push({ server, postman, held });
  return { postman, held };
}

/** Sends one letter to the person; `until` is when it was tried. */
async function send(smtpUrl: string, until = () => Promise.resolve(), timeoutMs = MAIL_TIMEOUT_MS) {
  const letters = new Letters(
    sealer,
    () => undefined,
    () => '',
  );
  const whose = { agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' };
  const link = { token: TOKEN, expiresAt: Date.now() };
  await inAgency(api.dataSource, whose, (manager) =>
    letters.write(manager, whose, 'INVITATION', link, Date.now()),
  );
  const postman = new Postman(api.dataSource, {
    ...{ smtpUrl, from: 'headroom@example.com', sealer, timeoutMs },
    addressOf: (_, token) => `https://headroom.example/join#${token}`,
    onFailure: (error) => failures.push(error),
  });
  postman.wake(agency.agencyId);
  await until();
  await postman.close();
}

const logged = () => failures.map((error) => JSON.stringify(ERROR_SERIALIZERS.err(error)));

it.each([
  ['RECIPIENTS', 'EENVELOPE, RCPT TO, 451'],
  ['TEXTS', 'EMESSAGE, DATA, 554'],
] as const)('what a mail server says of %s is logged without their words', async (refusing, told) => {
  mailbox.refusing = refusing;
  await send(mailbox.url, () => mailbox.refused(person.email));
  expect(logged()).toEqual([expect.stringContaining(`The mail server did not take a letter: ${told}.`)]);
  expect(logged().filter((line) => line.includes(person.email) || line.includes(TOKEN))).toEqual([]);
});

it('what the network says of a mail server is logged as it is', async () => {
  await send('smtp://127.0.0.1:1');
  expect(logged()).toEqual([expect.stringContaining('connect ECONNREFUSED 127.0.0.1:1')]);
});

it('a mail server that says nothing is given up', async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  await send(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`, undefined, 500);
  expect(logged()).toEqual([expect.stringContaining('ETIMEDOUT')]);
  silent.close();
});

it('a mail server that goes on answering without an end is given up', async () => {
  mailbox.refusing = 'TO_COME_TO_AN_END';
  const time = timeOfLetter();
  await send(mailbox.url, async () => {
    await mailbox.next(person.email);
    // It goes on for a while.
    await pause(200);
    time.runsOut();
  });
  expect(logged()).toEqual([expect.stringContaining('a letter: it went on answering without an end.')]);
});

/** A link that was made so long ago, with its letter. */
async function linkOf(ref: { agencyId: string; memberId: string }, madeBeforeMs: number): Promise<void> {
  const letters = new Letters(
    sealer,
    () => undefined,
    () => '',
  );
  await inAgency(api.dataSource, ref, async (manager) => {
    const at = Date.now() - madeBeforeMs;
    await letters.write(manager, ref, 'PASSWORD', await issueLink(manager, ref, 'PASSWORD', at), at);
  });
}

async function lettersOf({ agencyId }: SeededAgency) {
  return inAgency(api.dataSource, { agencyId }, (manager) =>
    manager.query<{ tries: number; isSent: boolean; isKept: boolean }[]>(
      `SELECT tries, sent_at IS NOT NULL AS "isSent", sealed_token IS NOT NULL AS "isKept" FROM letter
       WHERE agency_id = $1 ORDER BY id`,
      [agencyId],
    ),
  );
}

function postmanTo(smtpUrl: string): Postman {
  return new Postman(api.dataSource, {
    ...{ smtpUrl, from: 'headroom@example.com', sealer, timeoutMs: MAIL_TIMEOUT_MS },
    addressOf: (_, token) => `https://headroom.example/password#${token}`,
    onFailure: (error) => failures.push(error),
  });
}

it('a letter that waited is sent with a link that is good still, and with no other one', async () => {
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' };
  mailbox.refusing = 'NONE';
  await linkOf(ref, 2 * 3_600_000);
  await linkOf(ref, 1_000);
  await linkOf(ref, 0);
  const postman = postmanTo(mailbox.url);
  postman.wake(agency.agencyId);
  await mailbox.next(person.email);
  await postman.close();
  const unsent = { tries: 1, isSent: false, isKept: false };
  expect(await lettersOf(agency)).toEqual([unsent, unsent, { ...unsent, isSent: true }]);
  expect([mailbox.addressed(person.email), failures]).toEqual([1, []]);
});

it('a letter that was taken and is sent again, as the mail server did not say so, is known to be a copy', async () => {
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' };
  mailbox.refusing = 'TO_SAY_SO';
  await linkOf(ref, 0);
  const ids: unknown[] = [];
  while (ids.length < 2) {
    const postman = postmanTo(mailbox.url);
    postman.wake(agency.agencyId);
    const { head } = await mailbox.next(person.email);
    ids.push(/^Message-ID: (<\S+@example\.com>)$/im.exec(head)?.[1]);
    mailbox.hangUp();
    await postman.close();
    await inAgency(api.dataSource, ref, (manager) =>
      manager.query('UPDATE letter SET next_try_at = 0 WHERE agency_id = $1', [ref.agencyId]),
    );
  }
  expect(ids).toEqual([expect.stringMatching(/^</), ids[0]]);
});

it('a letter is claimed when its turn comes: those behind a slow one are another process’s to send', async () => {
  const other = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  for (const { memberId } of [person, other])
    await linkOf({ agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' }, 0);
  const { postman: slow, held } = await waitingAt();
  mailbox.refusing = 'NONE';
  const quick = postmanTo(mailbox.url);
  quick.wake(agency.agencyId);
  await mailbox.next(other.email);
  await quick.close();
  expect((await lettersOf(agency)).map(({ tries, isSent }) => [tries, isSent])).toEqual([
    [1, false],
    [1, true],
  ]);
  held.destroy();
  await slow.close();
  expect(mailbox.addressed(other.email)).toBe(1);
});

/** In how many milliseconds the one letter that is not sent is tried again. */
async function triedAgainIn(): Promise<number> {
  const [{ ms }] = await inAgency(api.dataSource, agency, (manager) =>
    manager.query(
      `SELECT (next_try_at - extract(epoch FROM now()) * 1000)::int4 AS ms FROM letter WHERE agency_id = $1 AND sent_at IS NULL`,
      [agency.agencyId],
    ),
  );
  return ms;
}

it('a letter that is on its way is nobody else’s for longer than any mail server takes, and one that was refused waits a minute', async () => {
  await linkOf({ agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' }, 0);
  const { postman, held } = await waitingAt();
  expect(await triedAgainIn()).toBeGreaterThan(5 * 60_000);
  held.destroy();
  await postman.close();
  const ms = await triedAgainIn();
  expect([ms > 30_000, ms <= 60_000, failures.length]).toEqual([true, true, 1]);
});

it('a letter that is on its way keeps nobody from ending the process, and is put off before the end', async () => {
  await linkOf({ agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' }, 0);
  const { postman } = await waitingAt();
  const closing = Promise.race([
    postman.close().then(() => 'ended'),
    new Promise((resolve) => setTimeout(resolve, 15_000, 'waits').unref()),
  ]);
  expect(await closing).toBe('ended');
  expect(logged()).toEqual([expect.stringContaining('a letter: it was not done when this process ended.')]);
  expect(await triedAgainIn()).toBeLessThanOrEqual(60_000);
}, 30_000);

it('whoever is closed claims no further letter', async () => {
  const other = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  for (const { memberId } of [person, other])
    await linkOf({ agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' }, 0);
  const { postman, held } = await waitingAt();
  const closing = postman.close();
  held.destroy();
  await closing;
  expect((await lettersOf(agency)).map(({ tries }) => tries).toSorted()).toEqual([0, 1]);
});

it('letters that wait are looked for in one go, and agencies that have some are woken alone', async () => {
  await linkOf({ agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' }, 0);
  const idle = await api.seed();
  const every = jest.spyOn(globalThis, 'setInterval');
  const woken = jest.spyOn(Postman.prototype, 'wake');
  mailbox.refusing = 'NONE';
  const postman = postmanTo(mailbox.url);
  const [look] = every.mock.calls.at(-1)!;
  look();
  await mailbox.next(person.email);
  await postman.close();
  const agencies = woken.mock.calls.map(([agencyId]) => agencyId);
  expect(agencies).toContain(agency.agencyId);
  expect(agencies).not.toContain(idle.agencyId);
});

it.each([
  ['smtp://ada:secret@mail.example:587', true],
  ['smtp://ada:secret@10.0.0.5:25', true],
  ['smtp://mail.example:25', false],
  ['smtp://ada:secret@localhost:25', false],
  ['smtp://ada:secret@127.0.0.1:25', false],
  ['smtp://ada:secret@[::1]:25', false],
])('by %s TLS is demanded: %s', (smtpUrl, isDemanded) => expect(needsTls(smtpUrl)).toBe(isDemanded));

describe('a mail server that TLS is not to be had with', () => {
  const withoutCertificate = createTlsServer();
  beforeAll(async () => {
    withoutCertificate.listen(0, '127.0.0.1');
    await once(withoutCertificate, 'listening');
  });
  afterAll(() => void withoutCertificate.close());
  const url = () => `smtps://127.0.0.1:${(withoutCertificate.address() as AddressInfo).port}`;

  it('is told of in the words of TLS, which name nobody', async () => {
    await send(url());
    expect(logged()).toEqual([expect.stringMatching(/letter: ESOCKET, CONN, .*handshake failure/)]);
  });

  it('is found by whoever greets it', async () => {
    await expect(greetMailServer(url(), MAIL_TIMEOUT_MS)).rejects.toThrow(
      /^it takes no letters: .*handshake failure/,
    );
    await expect(greetMailServer(mailbox.url, MAIL_TIMEOUT_MS)).resolves.toBeUndefined();
  });
});
