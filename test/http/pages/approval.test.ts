import { lockBook } from '../../../src/ledger/books/lock.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { servicesOn } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { CampaignStage, STEPS } from '../../resolvers/campaign.support.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const APPROVE = { answer: 'APPROVED', name: 'Ada Client' };
const DECLINE = { answer: 'DECLINED', name: 'Ada Client', remark: 'Not in December.' };
const NEEDED = 'APPROVAL_REQUIRED';
const CAP =
  'mutation ($input: SetLimitInput!) { setLimit(input: $input) { limit { id } userErrors { code message } } }';

/** A campaign that its client has to approve, and could be launched but for that. */
async function openStage(people = 30): Promise<CampaignStage> {
  const stage = await CampaignStage.open(api);
  await stage.prepare(people, { approvalRequired: true });
  return stage;
}

async function launch(stage: CampaignStage): Promise<string> {
  const { campaign, errors } = await stage.change('launchCampaign');
  return campaign?.status ?? errors[0].split(' ')[0];
}

async function cap(stage: CampaignStage, max: number): Promise<void> {
  const limit = { actions: ['CONNECTION_REQUEST'], windowKind: 'CALENDAR_DAY', max };
  await api.data(stage.agency.key, CAP, { input: { scopeId: stage.campaign, limit } });
}

describe('the page of an approval', () => {
  it('shows audience, texts, caps, dates and 20 people, without a script, and to open it changes nothing', async () => {
    const stage = await openStage();
    await cap(stage, 7);
    await stage.change('updateCampaign', {
      startsOn: '2026-12-01',
      endsOn: '2099-01-31',
      name: '<b>Spring</b>',
    });
    const path = await stage.askForApproval();
    const entries = await stage.rows('SELECT id FROM audit_entry WHERE agency_id = $1 ORDER BY id');
    const { status, html } = await stage.visit(path);
    expect(status).toBe(200);
    expect(html).toContain('30 people of your list: those with “spring”');
    expect(html.match(/<li>First\d+ Last\d+, engineer, Company \d+<\/li>/g)).toHaveLength(20);
    expect(html).toContain('7 × connection request in a calendar day');
    expect(html).toContain('From 2026-12-01 until 2099-01-31');
    expect(html).toContain('1 hour after the step before.');
    expect(html).toContain('1 day after the step before.');
    expect(html).toContain('If they accept within 14 days, “thank”; otherwise nothing more.');
    for (const { variants } of STEPS) if (variants) expect(html).toContain(variants[0]!.body);
    expect(html).toContain('&lt;b&gt;Spring&lt;/b&gt;');
    expect(html).not.toMatch(/<script|javascript:|src=|\son\w+=|<b>/i);
    expect(await stage.rows('SELECT id FROM audit_entry WHERE agency_id = $1 ORDER BY id')).toEqual(entries);
    expect(await stage.read('approval { state answeredAt }')).toEqual({
      approval: { state: 'OPEN', answeredAt: null },
    });
  });

  it('is needed before a launch, and is put down in the audit log without a name', async () => {
    const stage = await openStage();
    expect(await launch(stage)).toBe(NEEDED);
    const path = await stage.askForApproval();
    expect(await launch(stage)).toBe(NEEDED);
    expect(await stage.answer(path, APPROVE)).toBe(303);
    expect((await stage.visit(path)).html).toContain('Approved by Ada Client');
    expect(await launch(stage)).toBe('RUNNING');
    expect((await stage.read()).approval).toMatchObject({
      state: 'APPROVED',
      people: 30,
      answeredName: 'Ada Client',
    });
    const [entry] = await stage.rows(
      `SELECT actor, changes FROM audit_entry WHERE agency_id = $1 AND verb = 'answerApproval'`,
    );
    expect(entry.actor).toMatch(/^approver:/);
    expect(entry.changes).toMatchObject({ answer: { old: null, new: 'APPROVED' } });
    expect(JSON.stringify(entry)).not.toContain('Ada');
  });

  it.each([
    ['a text', (stage: CampaignStage) => stage.change('setCampaignSteps', { steps: STEPS.slice(0, 2) })],
    ['the audience', (stage: CampaignStage) => stage.change('updateCampaign', { audienceTags: [] })],
    ['a day', (stage: CampaignStage) => stage.change('updateCampaign', { endsOn: '2099-01-01' })],
    ['a cap', (stage: CampaignStage) => cap(stage, 3)],
  ])('has to be asked again once %s is another', async (_, change) => {
    const stage = await openStage(3);
    const path = await stage.askForApproval();
    await stage.answer(path, APPROVE);
    await change(stage);
    expect((await stage.read()).approval.state).toBe('CHANGED');
    expect(await launch(stage)).toBe(NEEDED);
    // Nor does the old link approve the new campaign.
    expect(await stage.answer(path, APPROVE)).toBe(409);
    expect(await launch(stage)).toBe(NEEDED);
    const again = await stage.askForApproval();
    expect((await stage.visit(path)).html).toContain('a newer link');
    expect(await launch(stage)).toBe(NEEDED);
    await stage.answer(again, APPROVE);
    expect(await launch(stage)).toBe('RUNNING');
  });

  it('is of the name that was shown: another one is the agency’s own, and stands nowhere above the answer', async () => {
    const stage = await openStage(3);
    await stage.change('updateCampaign', { name: 'Charity gala' });
    const path = await stage.askForApproval();
    await stage.change('updateCampaign', { name: 'Buy now' });
    expect((await stage.visit(path)).html).toContain('Charity gala');
    await stage.answer(path, APPROVE);
    expect(await launch(stage)).toBe('RUNNING');
    await stage.change('updateCampaign', { name: 'Buy tomorrow' });
    expect(await stage.read()).toMatchObject({ status: 'RUNNING', approval: { state: 'APPROVED' } });
    const { html } = await stage.visit(path);
    expect(html).toContain('Charity gala');
    expect(html).not.toContain('Buy');
    expect((await stage.visit(await stage.askForApproval())).html).toContain('Buy tomorrow');
  });

  it('pauses what runs once it is another campaign, and lets it go on only when it is approved anew', async () => {
    const stage = await openStage(3);
    await stage.answer(await stage.askForApproval(), APPROVE);
    await launch(stage);
    // Other steps are in force only once they are launched; until then it runs as it was approved.
    await stage.change('setCampaignSteps', { steps: STEPS.slice(0, 2) });
    expect((await stage.read()).status).toBe('RUNNING');
    expect(await launch(stage)).toBe(NEEDED);
    await stage.change('setCampaignSteps', { steps: STEPS });
    await cap(stage, 2);
    expect((await stage.read()).status).toBe('PAUSED');
    expect((await stage.change('resumeCampaign')).errors[0]).toMatch(NEEDED);
    const path = await stage.askForApproval();
    await stage.answer(path, APPROVE);
    // What was approved is the newest steps: they come into force with the launch, and not without one.
    expect((await stage.change('resumeCampaign')).errors[0]).toMatch(NEEDED);
    expect(await launch(stage)).toBe('PAUSED');
    expect((await stage.change('resumeCampaign')).campaign.status).toBe('RUNNING');
    expect(await stage.answer(path, DECLINE)).toBe(303);
    expect(await stage.read()).toMatchObject({
      status: 'PAUSED',
      approval: { state: 'DECLINED', remark: 'Not in December.' },
    });
    expect(await stage.answer(path, APPROVE)).toBe(409);
  });

  it('can be taken back for as long as anything runs under it, whatever was asked since about other steps', async () => {
    const stage = await openStage(3);
    const path = await stage.askForApproval();
    await stage.answer(path, APPROVE);
    await launch(stage);
    await stage.change('setCampaignSteps', { steps: STEPS.slice(0, 2) });
    const next = await stage.askForApproval();
    expect(await stage.answer(next, DECLINE)).toBe(303);
    expect((await stage.read()).status).toBe('RUNNING');
    expect((await stage.visit(path)).html).toContain('Take the approval back');
    expect(await stage.answer(path, DECLINE)).toBe(303);
    expect((await stage.read()).status).toBe('PAUSED');
    expect((await stage.change('resumeCampaign')).errors[0]).toMatch(NEEDED);
    // What has taken its place is answered by the newer link alone.
    expect((await stage.visit(path)).html).toContain('a newer link');
    expect(await stage.answer(path, APPROVE)).toBe(409);
  });

  it('is told to whoever minds the campaign as soon as it is answered, once for each answer', async () => {
    const stage = await openStage(1);
    const path = await stage.askForApproval();
    const told = async () => {
      const query = '{ alerts { nodes { kind severity message campaign { id } clientAccount { name } } } }';
      const { alerts } = await api.data(stage.agency.key, query);
      return alerts.nodes.filter(({ campaign }: Json) => campaign?.id === stage.campaign);
    };
    for (let times = 0; times < 2; times += 1) await stage.answer(path, APPROVE);
    const about = { campaign: { id: stage.campaign }, clientAccount: { name: 'Client' } };
    const approved = {
      ...{ kind: 'CAMPAIGN_APPROVED', severity: 'INFO', ...about },
      message: 'The client has approved the campaign as it was shown.',
    };
    expect(await told()).toEqual([approved]);
    await stage.answer(path, DECLINE);
    const takenBack = {
      ...{ kind: 'CAMPAIGN_DECLINED', severity: 'WARNING', ...about },
      message: 'The client took its approval of the campaign back: it is paused, where it needs one.',
    };
    expect(await told()).toEqual([takenBack, approved]);
    await stage.answer(await stage.askForApproval(), DECLINE);
    expect((await told())[0].message).toBe('The client has declined the campaign as it was shown.');
  });

  it('is for the people who were on the list when it was asked, and for nobody who came later', async () => {
    const stage = await openStage(25);
    const path = await stage.askForApproval();
    await stage.list(10);
    await stage.answer(path, APPROVE);
    expect(await launch(stage)).toBe('RUNNING');
    expect((await stage.read()).people.enrolled).toBe(25);
    await stage.answer(await stage.askForApproval(), APPROVE);
    await launch(stage);
    expect((await stage.read()).people.enrolled).toBe(35);
  });

  it('is not given by anything but a word of approval and a name', async () => {
    const stage = await openStage(1);
    const path = await stage.askForApproval();
    expect(await stage.answer(path, { answer: 'APPROVED', name: '  ' })).toBe(409);
    for (const method of ['HEAD', 'GET', 'OPTIONS'])
      await fetch(`${api.url}${path}?answer=APPROVED&name=Ada`, { method });
    expect((await stage.read()).approval.state).toBe('OPEN');
    expect(await stage.answer(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`, APPROVE)).toBe(404);
    expect(await launch(stage)).toBe(NEEDED);
    expect(await stage.answer(path, { name: 'Ada' })).toBe(409);
    expect((await stage.read()).approval.state).toBe('OPEN');
  });

  it('is answered at once where an answer changes nothing, whoever has the agency’s book', async () => {
    const stage = await openStage();
    const [older, path] = [await stage.askForApproval(), await stage.askForApproval()];
    expect(await stage.answer(path, APPROVE)).toBe(303);
    await inAgency(api.dataSource, stage.agency.owner, async (manager) => {
      await lockBook(manager, stage.agency.agencyId);
      expect(await stage.answer(older, DECLINE)).toBe(409);
      expect(await stage.answer(path, APPROVE)).toBe(303);
    });
    const verbs = 'SELECT verb FROM audit_entry WHERE agency_id = $1';
    const answers = (await stage.rows(verbs)).filter(({ verb }) => verb === 'answerApproval');
    expect(answers).toHaveLength(1);
  });

  it('is asked for by a client account for all its campaigns, the running ones too', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    expect(await launch(stage)).toBe('RUNNING');
    const { clientAccounts } = servicesOn(api.dataSource);
    const { owner, clientAccount } = stage.agency;
    await clientAccounts.updateClientAccount(owner, {
      clientAccountId: clientAccount.id,
      approvalRequired: true,
    });
    expect((await stage.read()).status).toBe('PAUSED');
    expect((await stage.change('resumeCampaign')).errors[0]).toMatch(NEEDED);
    await stage.answer(await stage.askForApproval(), APPROVE);
    expect((await stage.change('resumeCampaign')).campaign.status).toBe('RUNNING');
  });
});
