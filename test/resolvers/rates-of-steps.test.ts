import { randomUUID } from 'node:crypto';
import { fromId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';
import { CampaignStage } from './campaign.support.js';

let api: Api;
let stage: CampaignStage;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  stage = await CampaignStage.open(api);
  await stage.prepare(1);
  await stage.change('launchCampaign');
  desk = new Outreach(api, stage.agency);
});

const RATES = `query ($by: RateGrouping!, $campaignId: ID) { engagementRates(by: $by, campaignId: $campaignId) {
  nodes { step variant acceptance { sent answered } reply { sent answered } } } }`;

/** Sends a message for the campaign, and says which text of which step it was. */
async function send(step: string, variant: string | null): Promise<void> {
  const sent = await desk.send('DIRECT_MESSAGE', someone({ degree: 'FIRST' }), {
    campaignId: stage.campaign,
  });
  const reservation = fromId('reservation', sent.reservation.id);
  await stage.rows(
    `INSERT INTO enrolment SELECT agency_id, '${randomUUID()}', campaign_id,
       (SELECT c.recipient_id FROM charge c WHERE c.agency_id = $1 AND c.reservation_id = '${reservation}' LIMIT 1),
       seat_id, version, state, ended_because, step, step_since, next_due_at, degree, open_profile, enrolled_at, started_at, ended_at
     FROM enrolment WHERE agency_id = $1 LIMIT 1`,
  );
  await stage.rows(
    `INSERT INTO touch (agency_id, id, enrolment_id, campaign_id, seat_id, step, variant, state, due_at, reservation_id, ended_at)
     SELECT e.agency_id, '${randomUUID()}', e.id, e.campaign_id, e.seat_id, '${step}', ${variant === null ? 'NULL' : `'${variant}'`},
       'DONE', 1, '${reservation}', 2
     FROM enrolment e JOIN charge c ON c.agency_id = e.agency_id AND c.recipient_id = e.recipient_id
     WHERE e.agency_id = $1 AND c.reservation_id = '${reservation}' LIMIT 1`,
  );
}

async function counted(by: string): Promise<string[]> {
  const { engagementRates } = await api.data(stage.agency.key, RATES, { by, campaignId: stage.campaign });
  return engagementRates.nodes.map(({ step, variant, reply }: Json) => `${step} ${variant} ${reply.sent}`);
}

it('counts a campaign by its steps and by their texts, and leaves out what was sent for none', async () => {
  await send('thank', 'a');
  await send('thank', 'a');
  await send('thank', 'b');
  await send('ask', null);
  await desk.send('DIRECT_MESSAGE', someone({ degree: 'FIRST' }), { campaignId: stage.campaign });
  expect(await counted('STEP')).toEqual(['ask null 1', 'thank null 3']);
  expect(await counted('VARIANT')).toEqual(['thank a 2', 'thank b 1']);
});
