import { toId } from '../../src/schema/ids.js';
import { done, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { CampaignStage } from './campaign.support.js';

let api: Api;
let stage: CampaignStage;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  stage = await CampaignStage.open(api);
  await stage.prepare(6);
  await stage.list(3, 'autumn');
});

/** What a mutation of segments answers, with its errors as `CODE field`. */
async function say(verb: string, input: object): Promise<Json> {
  const type = `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { segment { id } userErrors { code message field } } }`;
  const { [verb]: answer } = await api.data(stage.agency.key, query, { input });
  return { id: answer.segment?.id ?? null, errors: answer.userErrors };
}

async function segment(tag: string, clientAccountId = toId('client', stage.agency.clientAccount.id)) {
  return (await say('createSegment', { clientAccountId, name: tag, filter: { tags: { any: [tag] } } })).id;
}

describe('a campaign for a segment', () => {
  it('takes in those whom the segment means at the launch, and at a later one whom it means then', async () => {
    const segmentId = await segment('autumn');
    const { errors } = await stage.change('updateCampaign', { segmentId });
    expect(errors).toEqual([]);
    expect(await stage.read('audienceTags segment { id name }')).toEqual({
      audienceTags: null,
      segment: { id: segmentId, name: 'autumn' },
    });
    expect((await stage.change('launchCampaign')).campaign.people).toMatchObject({ enrolled: 3 });
    expect(await taggedOf()).toEqual(['autumn', 'autumn', 'autumn']);
    await stage.list(2, 'autumn');
    expect((await stage.change('launchCampaign')).campaign.people).toMatchObject({ enrolled: 5 });
  });

  it('is for tags again once they are said, and never for both', async () => {
    const segmentId = await segment('autumn');
    const both = await stage.change('updateCampaign', { segmentId, audienceTags: [] });
    expect(both.errors).toEqual(['INVALID It is for a segment, or for those of some tags.']);
    await stage.change('updateCampaign', { segmentId });
    await stage.change('updateCampaign', { audienceTags: ['spring'] });
    expect(await stage.read('audienceTags segment { id }')).toEqual({
      audienceTags: ['spring'],
      segment: null,
    });
    await stage.change('updateCampaign', { audienceTags: null });
    expect((await stage.change('launchCampaign')).errors).toEqual([
      'INVALID audienceTags: It doesn’t say whom it is for.',
    ]);
  });

  it('is made with one of its client account alone', async () => {
    const clientAccountId = toId('client', stage.agency.clientAccount.id);
    const { clientAccounts } = servicesOn(api.dataSource);
    const { planId } = stage.agency.clientAccount;
    const terms = { name: 'Other', planId, timeZone: 'UTC' };
    const other = done(await clientAccounts.createClientAccount(stage.agency.owner, terms));
    const foreign = await segment('autumn', toId('client', other.id));
    const stranger = toId('segment', other.id);
    const create = async (segmentId: string): Promise<Json> => {
      const query = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) {
        campaign { segment { id } } userErrors { code field } } }`;
      const input = { clientAccountId, name: 'Autumn', seatIds: [], segmentId };
      return (await api.data(stage.agency.key, query, { input })).createCampaign;
    };
    const field = ['input', 'segmentId'];
    expect((await create(foreign)).userErrors).toEqual([{ code: 'INVALID', field }]);
    expect((await create(stranger)).userErrors).toEqual([{ code: 'NOT_FOUND', field }]);
    const own = await segment('autumn');
    expect(await create(own)).toEqual({ campaign: { segment: { id: own } }, userErrors: [] });
    const { errors } = await stage.change('updateCampaign', { segmentId: foreign });
    expect(errors).toEqual(['INVALID The segment is of another client account.']);
  });

  it('keeps its segment from being deleted until it has ended', async () => {
    const segmentId = await segment('autumn');
    await stage.change('updateCampaign', { segmentId });
    const inUse = {
      ...{ code: 'WRONG_STATE', message: 'The campaign “Spring” is for it.', field: ['input', 'segmentId'] },
    };
    const refused = { id: null, errors: [inUse] };
    expect(await say('deleteSegment', { segmentId })).toEqual(refused);
    await stage.change('launchCampaign');
    expect(await say('deleteSegment', { segmentId })).toEqual(refused);
    await stage.change('pauseCampaign');
    expect(await say('deleteSegment', { segmentId })).toEqual(refused);
    await stage.change('completeCampaign');
    expect(await say('deleteSegment', { segmentId })).toEqual({ id: segmentId, errors: [] });
    expect(await stage.read('segment { id }')).toEqual({ segment: null });
  });

  it('asks its client again, and is paused, when the segment says something else', async () => {
    const segmentId = await segment('autumn');
    await stage.change('updateCampaign', { segmentId, approvalRequired: true });
    const link = await stage.askForApproval();
    expect((await stage.visit(link)).html).toContain('those of a segment');
    expect(await stage.answer(link, { answer: 'APPROVED', name: 'Ada' })).toBe(303);
    await stage.list(2, 'autumn');
    const { campaign } = await stage.change('launchCampaign');
    // Who has come since the client approved is nobody that it approved.
    expect(campaign).toMatchObject({ status: 'RUNNING', people: { enrolled: 3 } });
    await say('updateSegment', { segmentId, name: 'Fall' });
    expect(await stage.read('status approval { state }')).toEqual({
      status: 'RUNNING',
      approval: { state: 'APPROVED' },
    });
    await say('updateSegment', { segmentId, filter: { tags: { any: ['spring'] } } });
    expect(await stage.read('status approval { state }')).toEqual({
      status: 'PAUSED',
      approval: { state: 'CHANGED' },
    });
    expect((await stage.change('resumeCampaign')).errors[0]).toMatch(/^APPROVAL_REQUIRED/);
    await stage.answer(await stage.askForApproval(), { answer: 'APPROVED', name: 'Ada' });
    expect((await stage.change('resumeCampaign')).campaign.status).toBe('RUNNING');
  });
});

async function taggedOf(): Promise<string[]> {
  const rows = await stage.rows(
    `SELECT substr(t.term, 2) AS tag FROM enrolment e JOIN prospect p USING (agency_id, recipient_id)
     JOIN prospect_term t ON t.agency_id = p.agency_id AND t.prospect_id = p.id AND t.term LIKE '#%'
     WHERE e.agency_id = $1`,
  );
  return rows.map(({ tag }) => tag);
}
