import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { Letters } from '../../../src/services/members/letters.js';
import { Postman } from '../../../src/services/members/postman.js';
import { RetentionService } from '../../../src/services/prospects/retention.service.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { CampaignStage, STEPS } from '../../resolvers/campaign.support.js';
import { done, newSeat, servicesOn, TEST_FINGERPRINTS } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { Mailbox } from '../../support/mailbox.js';

const MORNING = Date.UTC(2026, 10, 23, 9);
const DAY = 86_400_000;
const APPROVE = { answer: 'APPROVED', name: 'Ada Client', remark: 'Go on.' };
const SHOWN = 'approval { state answeredName remark askedBy linkShownTo answeredAt }';
const ASK = `mutation ($id: ID!) { askForApproval(input: { campaignId: $id }) { link sentTo userErrors { code } } }`;

let clocked: ClockedDatabase;
let mailbox: Mailbox;
let api: Api;
let stage: CampaignStage;
let now = MORNING;

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
  now = MORNING;
  await clocked.setClock(now);
  stage = await CampaignStage.open(api);
  await stage.prepare(3, { approvalRequired: true });
});

function sweep(): Promise<number> {
  const parts = { changes: new Changes(api.dataSource), audit: new AuditLog(TEST_FINGERPRINTS) };
  return new RetentionService(api.dataSource, parts).sweep(systemViewer(stage.agency.agencyId, 'sweep'));
}

const people = () => stage.rows('SELECT approval_id FROM campaign_approval_person WHERE agency_id = $1');
const approval = async (): Promise<Json> => (await stage.read(SHOWN)).approval;

async function setApprover(approverEmail: string | null): Promise<Json> {
  const query = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) {
    clientAccount { approverEmail } userErrors { code field } } }`;
  const input = { clientAccountId: toId('client', stage.agency.clientAccount.id), approverEmail };
  return (await api.data(stage.agency.key, query, { input })).updateClientAccount;
}

async function ask(): Promise<Json> {
  return (await api.data(stage.agency.key, ASK, { id: stage.campaign })).askForApproval;
}

/** Of two of one instant nobody could say which is newer. */
async function question(): Promise<string> {
  await clocked.setClock((now += 1));
  return stage.askForApproval();
}

describe('who answered, and in which words', () => {
  it('is known while the campaign goes on and 400 days more, then how it was answered alone', async () => {
    const path = await question();
    await stage.answer(path, APPROVE);
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    await clocked.setClock(MORNING + 30 * DAY);
    expect([await sweep(), (await approval()).answeredName]).toEqual([0, 'Ada Client']);
    await stage.change('completeCampaign');
    await clocked.setClock(MORNING + 430 * DAY - 1);
    expect([await sweep(), (await approval()).remark]).toEqual([0, 'Go on.']);
    await clocked.setClock(MORNING + 430 * DAY);
    expect([await sweep(), await sweep()]).toEqual([4, 0]);
    expect(await approval()).toMatchObject({
      ...{ answeredName: null, remark: null },
      answeredAt: new Date(MORNING + 1).toISOString(),
    });
    const rows = await stage.rows(
      'SELECT answer, content_sha256 FROM campaign_approval WHERE agency_id = $1',
    );
    expect(rows).toMatchObject([{ answer: 'APPROVED' }]);
    expect(await people()).toEqual([]);
    const { html } = await stage.visit(path);
    expect(html).not.toMatch(/Ada Client|Go on/);
  });

  it('the people of older questions go with a newer one, but of that which the campaign runs under', async () => {
    await question();
    const path = await question();
    expect(new Set((await people()).map(({ approval_id: id }: Json) => id)).size).toBe(1);
    await stage.answer(path, APPROVE);
    await stage.change('launchCampaign');
    await stage.change('setCampaignSteps', { steps: STEPS.slice(0, 2) });
    for (let times = 0; times < 2; times += 1) await question();
    const kept = await stage.rows(
      `SELECT a.answer, count(*)::int4 AS people FROM campaign_approval a JOIN campaign_approval_person p
         ON p.agency_id = a.agency_id AND p.approval_id = a.id WHERE a.agency_id = $1 GROUP BY a.id, a.answer ORDER BY a.id`,
    );
    expect(kept).toEqual([
      { answer: 'APPROVED', people: 3 },
      { answer: null, people: 3 },
    ]);
    expect((await stage.read()).status).toBe('RUNNING');
  });

  it('of a campaign a hundred questions are kept, and that which it runs under', async () => {
    await stage.answer(await question(), APPROVE);
    await stage.change('launchCampaign');
    await stage.change('setCampaignSteps', { steps: STEPS.slice(0, 2) });
    for (let times = 0; times < 102; times += 1) await question();
    const rows = await stage.rows('SELECT answer FROM campaign_approval WHERE agency_id = $1 ORDER BY id');
    expect([rows.length, rows[0]!.answer, rows[1]!.answer]).toEqual([101, 'APPROVED', null]);
    await stage.change('pauseCampaign');
    expect((await stage.change('resumeCampaign')).errors).toEqual([]);
  }, 120_000);
});

describe('the link', () => {
  it('is sent to the client alone where it has an address, and shown to nobody of the agency', async () => {
    const email = `${randomUUID()}@client.example`;
    expect((await setApprover('nobody')).userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'approverEmail'] },
    ]);
    expect(await setApprover(email)).toEqual({ clientAccount: { approverEmail: email }, userErrors: [] });
    expect(await ask()).toEqual({ link: null, sentTo: email, userErrors: [] });
    const { text, head } = await mailbox.next(email);
    expect(head).toMatch(/Subject: .*approve a campaign/);
    const [link] = /https?:\/\/\S+\/approval\/\S+/.exec(text) ?? [];
    const askedBy = toId('key', String(stage.agency.owner.credential?.id));
    expect(await approval()).toMatchObject({ state: 'OPEN', askedBy, linkShownTo: null });
    expect(await stage.answer(new URL(link!).pathname, APPROVE)).toBe(303);
    expect((await approval()).state).toBe('APPROVED');
    expect(JSON.stringify(await stage.rows('SELECT * FROM letter WHERE agency_id = $1'))).not.toContain(
      new URL(link!).pathname.split('/').at(-1),
    );
    const log = `{ auditLog(verbs: ["askForApproval"]) { nodes { changes { field new } } } }`;
    const { auditLog } = await api.data(stage.agency.key, log);
    expect(auditLog.nodes[0].changes).toContainEqual({ field: 'linkShown', new: 'false' });
  });

  it('opens nothing any more once the client account has another address, and what was answered by it stands', async () => {
    const [former, email] = [`${randomUUID()}@client.example`, `${randomUUID()}@client.example`];
    const linkTo = async (address: string): Promise<string> => {
      const { text } = await mailbox.next(address);
      return new URL(/https?:\/\/\S+\/approval\/\S+/.exec(text)?.[0] ?? '').pathname;
    };
    const setLater = async (address: string): Promise<void> => {
      await clocked.setClock((now += 1));
      await setApprover(address);
    };
    await setApprover(former);
    await ask();
    const path = await linkTo(former);
    await setLater(former);
    expect((await approval()).state).toBe('OPEN');
    await setLater(email);
    expect((await approval()).state).toBe('SUPERSEDED');
    expect((await stage.visit(path)).html).not.toMatch(/First\d|<form/);
    expect(await stage.answer(path, APPROVE)).toBe(409);
    expect(await approval()).toMatchObject({ state: 'SUPERSEDED', answeredName: null });
    await clocked.setClock((now += 1));
    await ask();
    const newer = await linkTo(email);
    expect(await stage.answer(newer, APPROVE)).toBe(303);
    await setLater(former);
    expect((await approval()).state).toBe('APPROVED');
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    expect(await stage.answer(newer, { answer: 'DECLINED', name: 'Mallory' })).toBe(409);
    expect((await stage.read()).status).toBe('RUNNING');
  });

  it('is not sent any more where it waited while another address was set', async () => {
    const [former, email] = [`${randomUUID()}@client.example`, `${randomUUID()}@client.example`];
    await setApprover(former);
    mailbox.refusing = 'RECIPIENTS';
    expect(await ask()).toMatchObject({ sentTo: former });
    await mailbox.refused(former);
    mailbox.refusing = 'NONE';
    // By the server's own postman, behind the mail server's word.
    const wait = 'SELECT next_try_at::float8 AS until FROM letter WHERE agency_id = $1';
    while ((await stage.rows(wait)).some(({ until }) => until !== now + 60_000));
    await clocked.setClock((now += 1));
    await setApprover(email);
    // By then the former question is due to be sent again, before the next one.
    await clocked.setClock((now += 3_600_000));
    expect(await ask()).toMatchObject({ sentTo: email });
    const { text } = await mailbox.next(email);
    const path = new URL(/https?:\/\/\S+\/approval\/\S+/.exec(text)?.[0] ?? '').pathname;
    expect((await stage.visit(path)).html).toContain('<form');
    const letters = await stage.rows(
      'SELECT sealed_token, next_try_at, sent_at FROM letter WHERE agency_id = $1 ORDER BY id LIMIT 1',
    );
    expect(letters).toEqual([{ sealed_token: null, next_try_at: null, sent_at: null }]);
    expect(mailbox.addressed(former)).toBe(0);
  });

  it('is sent to whoever has had twenty letters within the hour as a member', async () => {
    const email = `${randomUUID()}@client.example`;
    const invite = `mutation ($email: String!) {
      inviteMember(input: { email: $email, role: ANALYST }) { member { id } } }`;
    const again = `mutation ($id: ID!) { resendInvitation(input: { memberId: $id }) { userErrors { code } } }`;
    const { id } = (await api.data(stage.agency.key, invite, { email })).inviteMember.member;
    for (let sent = 1; sent < 20; sent += 1) await api.data(stage.agency.key, again, { id });
    await setApprover(email.toUpperCase());
    expect(await ask()).toMatchObject({ sentTo: email.toUpperCase(), userErrors: [] });
    expect(await api.code(stage.agency.key, again, { id })).toBe('THROTTLED');
  });

  it('counts for its own client account alone once that has another address', async () => {
    await setApprover(`${randomUUID()}@client.example`);
    for (let sent = 0; sent < 20; sent += 1) expect((await ask()).userErrors).toEqual([]);
    await clocked.setClock((now += 1));
    await setApprover(`${randomUUID()}@client.example`);
    expect(await api.code(stage.agency.key, ASK, { id: stage.campaign })).toBe('THROTTLED');
    const invite = `mutation ($email: String!) {
      inviteMember(input: { email: $email, role: ANALYST }) { userErrors { code } } }`;
    const invited = await api.data(stage.agency.key, invite, { email: `${randomUUID()}@client.example` });
    expect(invited.inviteMember.userErrors).toEqual([]);
    const { clientAccounts, seats } = servicesOn(api.dataSource);
    const { owner, plan } = stage.agency;
    const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const clientAccount = done(await clientAccounts.createClientAccount(owner, terms));
    const seat = done(await seats.addSeat(owner, newSeat(clientAccount.id)));
    stage = await CampaignStage.of(api, { ...stage.agency, clientAccount, seat });
    await stage.prepare(1, { approvalRequired: true });
    await setApprover(`${randomUUID()}@client.example`);
    expect((await ask()).userErrors).toEqual([]);
  });

  it('is sent to no other address than that for which it was made', async () => {
    const [former, email] = [`${randomUUID()}@client.example`, `${randomUUID()}@client.example`];
    const sealer = new Sealer(clocked.secret);
    const addressOf = (): string => 'https://headroom.example/approval/link';
    const letters = new Letters(sealer, () => undefined, addressOf);
    const { agencyId } = stage.agency;
    await setApprover(former);
    await ask();
    const [{ id: approvalId }] = (await stage.rows(
      'SELECT id FROM campaign_approval WHERE agency_id = $1',
    )) as [Json];
    await mailbox.next(former);
    await inAgency(api.dataSource, { agencyId }, async (manager) => {
      await letters.writeQuestion(manager, { agencyId, approvalId }, 'link', now);
      // Not before the address is another one, whoever looks for letters meanwhile.
      await manager.query('UPDATE letter SET next_try_at = next_try_at + 2 WHERE agency_id = $1', [agencyId]);
    });
    await clocked.setClock((now += 1));
    await setApprover(email);
    await clocked.setClock((now += 1));
    const failures: unknown[] = [];
    const postman = new Postman(api.dataSource, {
      ...{ smtpUrl: mailbox.url, from: 'headroom@localhost', sealer, addressOf },
      onFailure: (error) => failures.push(error),
    });
    postman.wake(agencyId);
    // It has begun: what it has begun it ends.
    await Promise.resolve();
    await postman.close();
    const rows = await stage.rows(
      'SELECT sent_at IS NULL AS kept, next_try_at FROM letter WHERE agency_id = $1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { kept: false, next_try_at: null },
      { kept: true, next_try_at: null },
    ]);
    expect([failures, mailbox.addressed(email)]).toEqual([[], 0]);
  });

  it('is shown to whoever asks where there is none, and it is told who that was', async () => {
    const { link, sentTo } = await ask();
    expect([sentTo, new URL(link).pathname.startsWith('/approval/')]).toEqual([null, true]);
    const asker = toId('key', String(stage.agency.owner.credential?.id));
    expect(await approval()).toMatchObject({ askedBy: asker, linkShownTo: asker });
    const log = `{ auditLog(verbs: ["askForApproval"]) { nodes { actor changes { field new } } } }`;
    const [{ actor, changes }] = (await api.data(stage.agency.key, log)).auditLog.nodes;
    expect(actor).toBe(asker);
    expect(changes).toContainEqual({ field: 'linkShown', new: 'true' });
  });
});
