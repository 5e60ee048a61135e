import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { Postman } from '../../../src/services/members/postman.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { CampaignStage, STEPS } from '../../resolvers/campaign.support.js';
import { Api } from '../../support/api.js';
import { Mailbox } from '../../support/mailbox.js';

const ASK = `mutation ($id: ID!) { askForApproval(input: { campaignId: $id }) { sentTo userErrors { code } } }`;
const SET = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;
const LETTERS = `SELECT sent_at IS NOT NULL AS sent, sealed_token IS NOT NULL AS kept FROM letter
  WHERE agency_id = $1 ORDER BY id`;

let clocked: ClockedDatabase;
let mailbox: Mailbox;
let api: Api;
let stage: CampaignStage;
let email: string;
let now = Date.UTC(2026, 10, 23, 9);

beforeAll(async () => {
  clocked = await clockedDatabase();
  mailbox = await Mailbox.open();
  const environment = { HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off', SMTP_URL: mailbox.url };
  api = await Api.start(environment, clocked);
});
afterAll(async () => {
  await api.close();
  await mailbox.close();
  await clocked.close();
});

/** A question whose letter the mail server did not take yet. */
beforeEach(async () => {
  await clocked.setClock((now += 1));
  stage = await CampaignStage.open(api);
  await stage.prepare(3, { approvalRequired: true });
  email = `${randomUUID()}@client.example`;
  const clientAccountId = toId('client', stage.agency.clientAccount.id);
  await api.data(stage.agency.key, SET, { input: { clientAccountId, approverEmail: email } });
  mailbox.refusing = 'RECIPIENTS';
  await ask();
  await mailbox.refused(email);
  mailbox.refusing = 'NONE';
  await putOff();
  await clocked.setClock((now += 1));
});

async function ask(): Promise<void> {
  const { askForApproval } = await api.data(stage.agency.key, ASK, { id: stage.campaign });
  expect(askForApproval).toEqual({ sentTo: email, userErrors: [] });
}

/** By the server's own postman, behind the mail server's word. */
async function putOff(): Promise<void> {
  const wait = 'SELECT next_try_at::float8 AS until FROM letter WHERE agency_id = $1';
  while ((await stage.rows(wait)).some(({ until }) => until !== now + 60_000));
}

/** Which letters were sent, an hour later, now that mail is taken. */
async function lettersLater(): Promise<boolean[]> {
  await clocked.setClock((now += 3_600_000));
  const postman = new Postman(api.dataSource, {
    ...{ smtpUrl: mailbox.url, from: 'headroom@localhost', sealer: new Sealer(clocked.secret) },
    addressOf: (_, token) => `${api.url}/approval/${token}`,
    onFailure: (error) => {
      throw error;
    },
  });
  postman.wake(stage.agency.agencyId);
  for (;;) {
    const letters = await stage.rows(LETTERS);
    if (letters.some(({ kept }) => kept)) continue;
    await postman.close();
    return letters.map(({ sent }) => sent);
  }
}

it('a question that waited for the mail server is sent where it can be answered', async () => {
  expect(await lettersLater()).toEqual([true]);
  const { text } = await mailbox.next(email);
  expect((await stage.visit(new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? '').pathname)).html).toContain(
    '<form',
  );
});

it('and not where it was asked again since', async () => {
  await ask();
  // It is put down as sent behind the mail server's word.
  while (!(await stage.rows(LETTERS)).some(({ sent }) => sent));
  expect(await lettersLater()).toEqual([false, true]);
  expect(mailbox.addressed(email)).toBe(1);
});

it.each([
  ['has other steps', () => stage.change('setCampaignSteps', { steps: STEPS.slice(0, -1) })],
  ['has ended', () => stage.change('archiveCampaign')],
])('nor where the campaign %s', async (_, change) => {
  expect((await change()).errors).toEqual([]);
  expect(await lettersLater()).toEqual([false]);
  expect(mailbox.addressed(email)).toBe(0);
});
