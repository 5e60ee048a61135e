import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { Letters } from '../../../src/services/members/letters.js';
import type { LinkPurpose } from '../../../src/services/members/links.js';
import { Postman, TURNS_AT_ONCE } from '../../../src/services/members/postman.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { Api } from '../../support/api.js';
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
  postman = new Postman(api.dataSource, {
    ...{ smtpUrl: mailbox.url, from: 'headroom@example.com', sealer },
    addressOf: (_, token) => `https://headroom.example/join#${token}`,
    onFailure: () => undefined,
    clock: () => clock(),
  });
});
afterEach(async () => {
  mailbox.letGo();
  await postman.close();
  await mailbox.close();
});

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
