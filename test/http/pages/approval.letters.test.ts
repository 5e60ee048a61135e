import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { TaggedList } from '../../../src/services/campaigns/campaign.audience.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { CampaignStage } from '../../resolvers/campaign.support.js';
import { Api } from '../../support/api.js';
import { Mailbox } from '../../support/mailbox.js';

const ASK = `mutation ($id: ID!) { askForApproval(input: { campaignId: $id }) { link sentTo userErrors { code } } }`;
const SET = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;

let clocked: ClockedDatabase;
let mailbox: Mailbox;
let api: Api;
let stage: CampaignStage;
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
beforeEach(async () => {
  await clocked.setClock(now);
  stage = await CampaignStage.open(api);
  await stage.prepare(1, { approvalRequired: true });
});

async function setApprover(approverEmail: string | null): Promise<void> {
  const input = { clientAccountId: toId('client', stage.agency.clientAccount.id), approverEmail };
  expect((await api.data(stage.agency.key, SET, { input })).updateClientAccount.userErrors).toEqual([]);
}

/** What came of a question: that it was sent, or shown, or is one too many. */
async function ask(): Promise<'SENT' | 'SHOWN' | 'THROTTLED'> {
  await clocked.setClock((now += 1));
  const { data, errors } = await api.ask(stage.agency.key, ASK, { id: stage.campaign });
  if (errors) return errors[0].extensions.code;
  expect(data.askForApproval.userErrors).toEqual([]);
  return data.askForApproval.link === null ? 'SENT' : 'SHOWN';
}

async function askTimes(times: number): Promise<Set<string>> {
  const outcomes = new Set<string>();
  for (let time = 0; time < times; time += 1) outcomes.add(await ask());
  return outcomes;
}

it('a letter counts for an hour, however many questions were asked without one since, and its question goes then', async () => {
  const email = `${randomUUID()}@client.example`;
  await setApprover(email);
  expect([await askTimes(20), await ask()]).toEqual([new Set(['SENT']), 'THROTTLED']);
  await setApprover(null);
  expect(await askTimes(100)).toEqual(new Set(['SHOWN']));
  await setApprover(email);
  expect(await ask()).toBe('THROTTLED');
  now += 3_600_000;
  expect(await ask()).toBe('SENT');
  expect(await stage.rows('SELECT FROM campaign_approval WHERE agency_id = $1')).toHaveLength(100);
}, 120_000);

/** Asks, and sets another address before its first or its second look at whom the campaign is for. Answers with where it was sent. */
async function askWhile(look: number, set: () => Promise<void>): Promise<string | null> {
  const list = new TaggedList();
  const people = list.people.bind(list);
  let looks = 0;
  const looking = jest.spyOn(TaggedList.prototype, 'people').mockImplementation(async (...asked) => {
    if ((looks += 1) === look) await set();
    return people(...asked);
  });
  try {
    return (await api.data(stage.agency.key, ASK, { id: stage.campaign })).askForApproval.sentTo;
  } finally {
    looking.mockRestore();
  }
}

const state = async (): Promise<string> => (await stage.read('approval { state }')).approval.state;

describe('while another address is set', () => {
  let [former, email] = ['', ''];
  beforeEach(async () => {
    [former, email] = [`${randomUUID()}@client.example`, `${randomUUID()}@client.example`];
    await setApprover(former);
    await clocked.setClock((now += 1));
  });

  it('a question that is told to be sent to it is, and can be answered', async () => {
    const set = async (): Promise<void> => {
      // Whoever asks has their instant by then.
      await clocked.setClock((now += 1));
      await setApprover(email);
    };
    expect(await askWhile(1, set)).toBe(email);
    await mailbox.next(email);
    expect(await state()).toBe('OPEN');
  });

  it('so is one that is asked while the clock is behind the books', async () => {
    await setApprover(email);
    await clocked.setClock(now - 1_000);
    expect((await api.data(stage.agency.key, ASK, { id: stage.campaign })).askForApproval.sentTo).toBe(email);
    await mailbox.next(email);
    expect(await state()).toBe('OPEN');
  });

  it('one that is told to be sent to the former is sent to nobody, and can’t be answered', async () => {
    expect(await askWhile(2, () => setApprover(email))).toBe(former);
    await over();
    expect(await state()).toBe('SUPERSEDED');
    expect([former, email].map((address) => mailbox.addressed(address))).toEqual([0, 0]);
  });
});

/** Waits until no letter of the agency is to be sent any more. */
async function over(): Promise<void> {
  const waiting = 'SELECT FROM letter WHERE agency_id = $1 AND next_try_at IS NOT NULL';
  while ((await stage.rows(waiting)).length > 0);
}
