import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fromId } from '../../../src/schema/ids.js';
import { Letters } from '../../../src/services/members/letters.js';
import type { LinkPurpose } from '../../../src/services/members/links.js';
import { Postman, type PostmanOptions, TURNS_AT_ONCE } from '../../../src/services/members/postman.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { Wire } from '../../ledger/wire.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { Mailbox } from '../../support/mailbox.js';
import { member } from '../../support/members.js';

const sealer = new Sealer('the secret of letters of two agencies');
const letters = new Letters(
  sealer,
  () => undefined,
  () => '',
);

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

let mailbox: Mailbox;
let postman: Postman;
/** How late it is for the postman. */
let clock: () => number;
beforeEach(async () => {
  mailbox = await Mailbox.open();
  clock = () => 0;
  postman = new Postman(api.dataSource, { ...options(mailbox.url), clock: () => clock() });
});
afterEach(async () => {
  mailbox.letGo();
  await postman.close();
  await mailbox.close();
});

function options(smtpUrl: string): PostmanOptions {
  return {
    ...{ smtpUrl, from: 'headroom@example.com', sealer },
    addressOf: (_, token) => `https://headroom.example/join#${token}`,
    onFailure: () => undefined,
  };
}

interface Agency {
  readonly agencyId: string;
  readonly memberId: string;
  /** Whom all of its letters are to. */
  readonly email: string;
}

/** An agency with letters of these kinds that wait. */
async function waiting(...kinds: LinkPurpose[]): Promise<Agency> {
  const agency = await api.seed();
  const { email, memberId } = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const made = { agencyId: agency.agencyId, memberId: fromId('member', memberId)!, email };
  for (const kind of kinds) await write(made, kind);
  return made;
}

function write(agency: Agency, kind: LinkPurpose): Promise<string | null> {
  const at = Date.now();
  const link = { token: 'hr_link_x', expiresAt: at + 60_000 };
  return inAgency(api.dataSource, agency, (manager) => letters.write(manager, agency, kind, link, at));
}

function wake(...agencies: Agency[]): void {
  for (const { agencyId } of agencies) postman.wake(agencyId);
}

/** Takes so many turns by agencies whose letters the mail server holds, others in line behind them. */
async function taken(turns: number, ...behind: Agency[]): Promise<Agency[]> {
  const agencies = await Promise.all(
    Array.from({ length: turns }, () => waiting('INVITATION', 'INVITATION')),
  );
  for (const { email } of agencies) mailbox.hold(email);
  wake(...agencies, ...behind);
  while (mailbox.addresses.length < turns) await mailbox.change();
  return agencies;
}

/** To whom letters came behind those whose turns are taken, once there are so many. */
async function came(count: number): Promise<readonly string[]> {
  const before = TURNS_AT_ONCE - 1;
  while (mailbox.addresses.length < before + count) await mailbox.change();
  return mailbox.addresses.slice(before);
}

it('letters of agencies that a mail server holds keep those of others waiting where all turns are taken alone', async () => {
  const holding = await taken(TURNS_AT_ONCE - 1);
  const third = await waiting('INVITATION');
  wake(third);
  expect(await came(1)).toEqual([third.email]);
  expect(holding.map(({ email }) => mailbox.addressed(email))).toEqual(holding.map(() => 1));
});

it('where all turns are taken a letter waits for the first that ends', async () => {
  const first = await waiting('INVITATION');
  await taken(TURNS_AT_ONCE, first);
  const tries = () =>
    inAgency(api.dataSource, first, (manager) =>
      manager.query('SELECT tries FROM letter WHERE agency_id = $1', [first.agencyId]),
    );
  expect(await tries()).toEqual([{ tries: 0 }]);
  mailbox.letGo();
  await mailbox.next(first.email);
  expect(await tries()).toEqual([{ tries: 1 }]);
});

it('behind a letter that isn’t taken those of another agency come first', async () => {
  const [first, second] = [await waiting('INVITATION', 'INVITATION'), await waiting('INVITATION')];
  await taken(TURNS_AT_ONCE - 1);
  mailbox.refusing = 'RECIPIENTS';
  wake(first, second);
  while (mailbox.refusals.length < 3) await mailbox.change();
  expect(mailbox.refusals).toEqual([first.email, second.email, first.email]);
});

it('behind letters that are taken slowly those of another agency come first', async () => {
  const kinds = Array.from({ length: 4 }, () => 'INVITATION' as const);
  const [first, second] = [await waiting(...kinds), await waiting('INVITATION')];
  await taken(TURNS_AT_ONCE - 1);
  clock = () => 3_000 * mailbox.addressed(first.email);
  wake(first, second);
  const { email } = first;
  expect(await came(5)).toEqual([email, email, second.email, email, email]);
});

it('an agency that writes during its turn comes behind those that wrote before its end', async () => {
  const [first, second] = [await waiting('INVITATION'), await waiting('INVITATION')];
  await taken(TURNS_AT_ONCE - 1);
  clock = () => 6_000 * mailbox.addressed(first.email);
  mailbox.hold(first.email);
  wake(first);
  await came(1);
  await write(first, 'INVITATION');
  wake(first, second);
  mailbox.letGo(first.email);
  expect(await came(3)).toEqual([first.email, second.email, first.email]);
});

it('whoever can’t sign in has their letter before those who are invited', async () => {
  const agency = await waiting('INVITATION', 'INVITATION', 'PASSWORD');
  wake(agency);
  const heads = [await mailbox.next(agency.email), await mailbox.next(agency.email)].map(({ head }) => head);
  expect(heads).toEqual([
    expect.stringMatching(/^Subject: Your new password/m),
    expect.stringMatching(/^Subject: .* invites you/m),
  ]);
});

it('letters that are given up leave no connection open beside those of the next ones', async () => {
  // A mail server that goes on answering without an end, and ends no connection by itself.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const say = (): void => void socket.write('250-wait a bit\r\n');
    const stutter = setInterval(say, 50);
    // Whoever is gone when they are answered behind their end has no connection any more.
    socket.resume().on('end', say);
    socket.on('error', () => undefined).on('close', () => clearInterval(stutter));
    socket.write('220 here\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // The postman's ends of them: when the mail server hears of an end is its own affair.
  const agencies = Array.from({ length: TURNS_AT_ONCE }, () => waiting('INVITATION', 'INVITATION'));
  const made = await Promise.all(agencies);
  const opened: Socket[] = [];
  let most = 0;
  const opens = (message: unknown): void => {
    opened.push((message as { socket: Socket }).socket);
    most = Math.max(most, opened.filter(({ destroyed }) => !destroyed).length);
  };
  subscribe('net.client.socket', opens);
  const hasty = new Postman(api.dataSource, { ...options(`smtp://127.0.0.1:${port}`), timeoutMs: 200 });
  for (const { agencyId } of made) hasty.wake(agencyId);
  while (opened.length < 2 * TURNS_AT_ONCE) await once(server, 'connection');
  await hasty.close();
  unsubscribe('net.client.socket', opens);
  server.close();
  await once(server, 'close');
  // Fewer, where one was given up before another one began; any that stays open would be one too many.
  expect(most).toBeLessThanOrEqual(TURNS_AT_ONCE);
}, 30_000);

it('a letter that is taken while the database is away is put down as sent when that is back, and comes once', async () => {
  const agency = await waiting('INVITATION');
  const wire = await Wire.to((await testDatabase()).appUrl);
  const dataSource = await openDataSource(wire.url, { connectionsMax: 2 });
  const cutOff = new Postman(dataSource, options(mailbox.url));
  mailbox.hold(agency.email);
  cutOff.wake(agency.agencyId);
  while (mailbox.addressed(agency.email) === 0) await mailbox.change();
  wire.cut();
  const before = wire.tried;
  mailbox.letGo();
  while (wire.tried === before) await pause(10);
  wire.mend();
  const letters = () =>
    inAgency(api.dataSource, agency, (manager) =>
      manager.query(
        'SELECT tries, sent_at IS NOT NULL AS sent, next_try_at AS next FROM letter WHERE agency_id = $1',
        [agency.agencyId],
      ),
    );
  while ((await letters())[0].next !== null) await pause(10);
  expect(await letters()).toEqual([{ tries: 1, sent: true, next: null }]);
  expect(mailbox.addressed(agency.email)).toBe(1);
  await cutOff.close();
  await dataSource.destroy();
  await wire.close();
}, 30_000);
