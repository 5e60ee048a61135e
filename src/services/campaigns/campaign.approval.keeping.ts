import type { EntityManager } from 'typeorm';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { DAY, type Instant } from '../../quota/window.js';
import { countedFrom } from '../members/letters.js';
import { newestApproval } from './campaign.approved.js';

/** How long it is known who answered, and what was asked of whom. */

/** After the end of a campaign: as long as decisions are kept. */
const KEPT_MS = 400 * DAY;
/** Questions of one campaign: of more the oldest go, unless it runs under one. */
const QUESTIONS_MAX = 100;
/** Rows of one agency that go in one turn of a sweep. */
const SWEPT_AT_ONCE = 10_000;

/**
 * Takes out what a new question makes good for nothing: the people of older ones, but of that which the campaign runs under, and
 * questions beyond so many, but for those whose letters are counted still: these go with them. Of two at once the newer is the newest,
 * whichever is put down first.
 */
export async function dropOlder(
  manager: EntityManager,
  campaign: CampaignEntity,
  at: Instant,
): Promise<void> {
  const { agencyId, id: campaignId, version } = campaign;
  const inForce = version === null ? null : await newestApproval(manager, campaign, version);
  const [newest] = await manager.query<[{ id: string }]>(
    'SELECT id FROM campaign_approval WHERE agency_id = $1 AND campaign_id = $2 ORDER BY id DESC LIMIT 1',
    [agencyId, campaignId],
  );
  const kept = [newest.id, ...(inForce ? [inForce.id] : [])];
  const whose = [agencyId, campaignId, kept];
  await manager.query(
    `DELETE FROM campaign_approval_person WHERE agency_id = $1 AND approval_id IN (
       SELECT id FROM campaign_approval WHERE agency_id = $1 AND campaign_id = $2 AND id <> ALL ($3::uuid[]))`,
    whose,
  );
  await manager.query(
    `DELETE FROM campaign_approval WHERE agency_id = $1 AND campaign_id = $2 AND id <> ALL ($3::uuid[]) AND id < (
       SELECT id FROM campaign_approval WHERE agency_id = $1 AND campaign_id = $2
       ORDER BY id DESC OFFSET ${QUESTIONS_MAX - 1} LIMIT 1)
     AND NOT EXISTS (SELECT FROM letter l WHERE l.agency_id = $1 AND l.approval_id = campaign_approval.id AND l.id >= $4)`,
    [...whose, countedFrom(at)],
  );
}

const OVER = `campaign_approval a JOIN campaign c ON c.agency_id = $1 AND c.id = a.campaign_id
  WHERE a.agency_id = $1 AND c.status IN ('COMPLETED', 'ARCHIVED') AND coalesce(c.ended_at, a.answered_at, a.asked_at) <= $2`;

/** Forgets the name and the remark of answers to campaigns that ended long ago, and whom they were about. Answers how many rows. */
export async function forgetAnswers(manager: EntityManager, agencyId: string, at: Instant): Promise<number> {
  const over = [agencyId, at - KEPT_MS];
  const [, answers] = await manager.query<[unknown[], number]>(
    `UPDATE campaign_approval SET answered_name = NULL, remark = NULL, words_forgotten_at = $3
     WHERE agency_id = $1 AND id = ANY (ARRAY(
       SELECT a.id FROM ${OVER} AND a.answered_name IS NOT NULL LIMIT ${SWEPT_AT_ONCE}))`,
    [...over, at],
  );
  const [, people] = await manager.query<[unknown[], number]>(
    `DELETE FROM campaign_approval_person WHERE agency_id = $1 AND (approval_id, recipient_id) IN (
       SELECT p.approval_id, p.recipient_id FROM campaign_approval_person p
       WHERE p.agency_id = $1 AND p.approval_id IN (SELECT a.id FROM ${OVER}) LIMIT ${SWEPT_AT_ONCE})`,
    over,
  );
  return answers + people;
}
