import { randomUUID } from 'node:crypto';
import { fromId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, type Recipient, someone } from '../support/outreach.js';
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
async function send(
  step: string,
  variant: string | null,
  action = 'DIRECT_MESSAGE',
  recipient: Recipient = someone({ degree: 'FIRST' }),
): Promise<string> {
  const sent = await desk.send(action, recipient, { campaignId: stage.campaign });
  const reservation = fromId('reservation', sent.reservation.id)!;
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
  return reservation;
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

it('counts what an earlier claim of a touch sent, also to another address of the person', async () => {
  await send('thank', 'a');
  const claimedAgain = await send('thank', 'b');
  await stage.rows(
    `UPDATE touch SET earlier_reservation_ids = ARRAY['${randomUUID()}', reservation_id]::uuid[], reservation_id = NULL
     WHERE agency_id = $1 AND reservation_id = '${claimedAgain}'`,
  );
  expect(await counted('STEP')).toEqual(['thank null 2']);
  expect(await counted('VARIANT')).toEqual(['thank a 1', 'thank b 1']);
  expect((await compare()).variants.map(({ rate }: Json) => rate.sent)).toEqual([1, 1]);

  const [enrolled, sent] = [await send('ask', 'c'), await send('ask', 'd')];
  const recipientOf = (id: string) =>
    `(SELECT c.recipient_id FROM charge c WHERE c.agency_id = $1 AND c.reservation_id = '${id}' LIMIT 1)`;
  await stage.rows(`DELETE FROM touch WHERE agency_id = $1 AND reservation_id = '${sent}'`);
  expect(await counted('VARIANT')).toEqual(['ask c 1', 'thank a 1', 'thank b 1']);
  await stage.rows(
    `UPDATE recipient SET merged_into = ${recipientOf(enrolled)} WHERE agency_id = $1 AND id = ${recipientOf(sent)}`,
  );
  await stage.rows(
    `UPDATE touch SET reservation_id = '${randomUUID()}', earlier_reservation_ids = ARRAY['${sent}']::uuid[], variant = 'd'
     WHERE agency_id = $1 AND reservation_id = '${enrolled}'`,
  );
  expect(await counted('VARIANT')).toEqual(['ask d 1', 'thank a 1', 'thank b 1']);
});

const VERDICT = `query ($campaignId: ID!, $step: String!) { compareVariants(campaignId: $campaignId, step: $step) {
  measure variants { variant rate { sent answered rate } } best confidence more message } }`;

async function compare(step = 'thank', campaignId = stage.campaign, key = stage.agency.key): Promise<Json> {
  return (await api.data(key, VERDICT, { campaignId, step })).compareVariants;
}

/** As many messages with a text, and so many of them answered. */
async function write(variant: string, messages: number, answered: number): Promise<void> {
  for (let index = 0; index < messages; index += 1) {
    const recipient = someone({ openProfile: true });
    await send('thank', variant, 'OPEN_PROFILE_MESSAGE', recipient);
    if (index < answered) await desk.engage(desk.engagement('REPLIED', recipient));
  }
}

it('says which text of a step is better, as soon as that is sure, and about how many more it takes before', async () => {
  const measure = 'REPLY';
  const of = (variant: string, sent: number, answered: number) => {
    return { variant, rate: { sent, answered, rate: sent === 0 ? null : answered / sent } };
  };
  const none = { measure, best: null, confidence: 0, more: null };
  const message = 'There are no two texts to compare.';
  expect(await compare()).toEqual({ ...none, variants: [of('a', 0, 0)], message });

  await write('b', 1, 1);
  const one = { ...none, variants: [of('a', 0, 0), of('b', 1, 1)] };
  expect(await compare()).toEqual({ ...one, message: 'Not enough yet: not all of them were sent.' });
  await write('a', 4, 1);
  await write('b', 3, 2);
  const few = await compare();
  expect(few).toMatchObject({ measure, best: null, variants: [of('a', 4, 1), of('b', 4, 3)] });
  expect(few.confidence).toBeCloseTo(0.8427, 4);
  expect(few.message).toBe(`Not enough yet: about ${few.more} more.`);

  await write('a', 14, 1);
  await write('b', 14, 12);
  const enough = await compare();
  expect(enough).toMatchObject({ best: 'b', more: null, message: 'b is better, 99 %.' });
  // What another step was answered is no answer to this one.
  expect((await compare('invite')).variants).toEqual([of('a', 0, 0)]);
  expect((await compare('invite')).measure).toBe('ACCEPTANCE');
});

it('is about a step of a campaign that the viewer sees', async () => {
  const asked = { campaignId: stage.campaign, step: 'nothing' };
  const { errors } = await api.ask(stage.agency.key, VERDICT, asked);
  expect(errors[0].extensions.code).toBe('NOT_FOUND');
  const stranger = await CampaignStage.open(api);
  const other = await api.ask(stranger.agency.key, VERDICT, { ...asked, step: 'thank' });
  expect(other.errors[0].extensions.code).toBe('NOT_FOUND');
});
