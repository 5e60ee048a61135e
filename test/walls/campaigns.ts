import { randomUUID } from 'node:crypto';
import { fromId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Ground, Use } from './ground.js';

/** Campaigns that have become something: with steps and people, or launched. */

/** An id as it was taken, once the campaign is what it is taken for. */
export async function asCampaign(territory: Ground, id: string, use: Use): Promise<string> {
  if (use !== 'READY' && use !== 'LAUNCHED') return id;
  const { api, key } = territory;
  const change = async (verb: string, type: string, more: object) => {
    const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { campaign { id } userErrors { message } } }`;
    const { [verb]: answer } = await api.data(key, query, { input: { campaignId: id, ...more } });
    if (answer.campaign === null) throw new Error(JSON.stringify(answer.userErrors));
  };
  await change('updateCampaign', 'UpdateCampaignInput', { audienceTags: [] });
  await change('setCampaignSteps', 'SetCampaignStepsInput', { steps: [{ key: 'look', kind: 'ENGAGE' }] });
  if (use === 'LAUNCHED') await change('launchCampaign', 'CampaignInput', {});
  return id;
}

/** Somebody in a campaign that its client was asked about, and a touch of theirs. */
export async function runCampaign(territory: Ground): Promise<void> {
  const { api, key, agency } = territory;
  await territory.take('prospect');
  const campaign = await asCampaign(territory, await territory.take('campaign'), 'LAUNCHED');
  const ask = 'mutation ($id: ID!) { askForApproval(input: { campaignId: $id }) { link } }';
  await api.data(key, ask, { id: campaign });
  await inAgency(api.dataSource, agency.owner, async (manager) => {
    const ids = [agency.agencyId, fromId('campaign', campaign)];
    await manager.query(
      `INSERT INTO touch (agency_id, id, enrolment_id, campaign_id, seat_id, step, state, due_at)
       SELECT agency_id, $3, id, campaign_id, seat_id, step, 'DUE', next_due_at FROM enrolment
       WHERE agency_id = $1 AND campaign_id = $2 LIMIT 1`,
      [...ids, randomUUID()],
    );
  });
}
