import { randomUUID } from 'node:crypto';
import { Letters } from '../../../src/services/members/letters.js';
import { Postman } from '../../../src/services/members/postman.js';
import { fromId, toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { CampaignStage } from '../../resolvers/campaign.support.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { whileHeld } from '../../support/held.js';
import { Mailbox } from '../../support/mailbox.js';
import { Outreach } from '../../support/outreach.js';

/** All agencies write by one mail server: how much of it one may have. */
let mailbox: Mailbox;
let api: Api;
beforeAll(async () => {
  mailbox = await Mailbox.open();
  api = await Api.start({ SMTP_URL: mailbox.url, HEADROOM_PUBLIC_URL: 'https://headroom.example' });
});
afterAll(async () => {
  await api.close();
  await mailbox.close();
});

const INVITE = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { member { id } userErrors { code } } }`;
const REMOVE = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }`;
const ASK = `mutation ($id: ID!) { askForApproval(input: { campaignId: $id }) { userErrors { code } } }`;
const SET = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;
const RESEND = `mutation ($input: ResendInvitationInput!) { resendInvitation(input: $input) { userErrors { code } } }`;

async function invited({ key }: SeededAgency) {
  const email = `${randomUUID()}@example.com`;
  const { inviteMember } = await api.data(key, INVITE, { input: { email, role: 'ADMIN' } });
  await mailbox.next(email);
  return { email, memberId: inviteMember.member.id as string };
}

it('letters of one agency are sent some at a time, and those of another in between', async () => {
  const { secret } = await testDatabase();
  const sealer = new Sealer(secret);
  const addressOf = (): string => 'https://headroom.example/password#link';
  const letters = new Letters(sealer, () => undefined, addressOf);
  const write = async (agency: SeededAgency, memberId: string, count: number): Promise<void> => {
    const ref = { agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' };
    const link = { token: 'hr_link_x', expiresAt: Date.now() + 60_000 };
    await inAgency(api.dataSource, ref, async (manager) => {
      for (let one = 0; one < count; one += 1)
        await letters.write(manager, ref, 'PASSWORD', link, Date.now());
    });
  };
  const [loud, quiet] = [await api.seed(), await api.seed()];
  const [many, few] = [await invited(loud), await invited(quiet)];
  await write(loud, many.memberId, 45);
  await write(quiet, few.memberId, 1);
  const failures: unknown[] = [];
  const postman = new Postman(api.dataSource, {
    ...{ smtpUrl: mailbox.url, from: 'headroom@localhost', sealer, addressOf },
    onFailure: (error) => failures.push(error),
  });
  try {
    postman.wake(loud.agencyId);
    postman.wake(quiet.agencyId);
    await mailbox.next(few.email);
    expect(mailbox.addressed(many.email)).toBeLessThan(45);
    while (mailbox.addressed(many.email) < 46) await mailbox.next(many.email);
  } finally {
    await postman.close();
  }
  expect(failures).toEqual([]);
});

it('so many an hour go to one address, whoever asks for them', async () => {
  const agency = await api.seed();
  const { memberId } = await invited(agency);
  const resend = () =>
    api.post(
      { query: RESEND, variables: { input: { memberId } } },
      { authorization: `Bearer ${agency.key}` },
    );
  for (let sent = 1; sent < 20; sent += 1) expect((await resend()).errors).toBeUndefined();
  expect((await resend()).errors[0].extensions).toMatchObject({ code: 'THROTTLED', retryAfterMs: 3_600_000 });
  expect((await invited(agency)).memberId).not.toBe(memberId);
});

it.each([
  ['removed', false],
  ['erased', true],
])(
  'so many an hour go to one address, however often its member is %s and another one invited',
  async (_, erase) => {
    const agency = await api.seed();
    const email = `${randomUUID()}@example.com`;
    const invite = (address = email) => {
      const input = { email: address, role: 'ADMIN' };
      return api.ask(agency.key, INVITE, { input });
    };
    for (let sent = 0; sent < 20; sent += 1) {
      const { errors, data } = await invite(sent % 2 === 0 ? email : email.toUpperCase());
      expect(errors).toBeUndefined();
      const input = { memberId: data.inviteMember.member.id, erase };
      expect((await api.data(agency.key, REMOVE, { input })).removeMember.userErrors).toEqual([]);
    }
    expect((await invite()).errors?.[0].extensions.code).toBe('THROTTLED');
    // Where a letter went to nobody knows once its address is erased.
    const others = (await invite(`${randomUUID()}@example.com`)).errors?.[0].extensions.code;
    expect(others).toBe(erase ? 'THROTTLED' : undefined);
  },
);

it('so many an hour go to one address, also where two are asked for at once', async () => {
  const agency = await api.seed();
  const approverEmail = `${randomUUID()}@example.com`;
  const input = { clientAccountId: toId('client', agency.clientAccount.id), approverEmail };
  expect((await api.data(agency.key, SET, { input })).updateClientAccount.userErrors).toEqual([]);
  const asking = async () => {
    const stage = await CampaignStage.of(api, agency);
    await stage.prepare(1, { approvalRequired: true });
    return () => api.ask(agency.key, ASK, { id: stage.campaign });
  };
  const [ask, askBeside] = [await asking(), await asking()];
  for (let sent = 0; sent < 19; sent += 1) expect((await ask()).errors).toBeUndefined();
  const rows = () =>
    inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query<{ next_try_at: string | null }[]>('SELECT next_try_at FROM letter WHERE agency_id = $1', [
        agency.agencyId,
      ]),
    );
  // All of them are sent, or to nobody any more as another link took their place: what waits from here on is the next two.
  while ((await rows()).some((letter) => letter.next_try_at !== null));
  const both = () => Promise.all([ask(), askBeside()]);
  const answers = await whileHeld('LOCK TABLE letter IN SHARE MODE', both, undefined, 2);
  const codes = answers.map(({ errors }) => errors?.[0].extensions.code);
  expect(codes.toSorted()).toEqual(['THROTTLED', undefined]);
  expect(await rows()).toHaveLength(20);
});

it('so many an hour go to whoever approves for a client account, whatever they are sent for another one, or as a member', async () => {
  const agency = await api.seed();
  const { email, memberId } = await invited(agency);
  const askingFor = async (clientAccountId: string) => {
    const seat = done(await servicesOn(api.dataSource).seats.addSeat(agency.owner, newSeat(clientAccountId)));
    const stage = await CampaignStage.of(api, {
      ...agency,
      clientAccount: { ...agency.clientAccount, id: clientAccountId },
      seat,
    });
    await stage.prepare(1, { approvalRequired: true });
    const input = { clientAccountId: toId('client', clientAccountId), approverEmail: email };
    expect((await api.data(agency.key, SET, { input })).updateClientAccount.userErrors).toEqual([]);
    const key = await api.keyOf(agency, 'MANAGER', clientAccountId);
    return async () =>
      (await api.ask(key, ASK, { id: stage.campaign })).errors?.[0].extensions.code as string | undefined;
  };
  const ours = await askingFor(agency.clientAccount.id);
  const theirs = await askingFor(await new Outreach(api, agency).addClientAccount());
  for (let sent = 0; sent < 20; sent += 1) expect(await ours()).toBeUndefined();
  expect(await ours()).toBe('THROTTLED');
  expect(await theirs()).toBeUndefined();
  expect((await api.ask(agency.key, RESEND, { input: { memberId } })).errors).toBeUndefined();
});
