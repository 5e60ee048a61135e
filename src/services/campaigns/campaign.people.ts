import type { EntityManager } from 'typeorm';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { firstPlace } from '../../outreach/campaign/next-step.js';
import type { Instant } from '../../quota/window.js';
import { definitionOf } from './campaign.approved.js';

/** What becomes of everybody in a campaign at once. Its enrolling is locked first: whoever is being taken in is there by then. */

/**
 * Nobody else takes people into a campaign, or does something to all that are in it, until the transaction has ended. A turn that takes
 * people in has it for seconds, and never takes the agency's book; whoever takes both takes this first, since nothing is decided while
 * somebody waits who has the book. The campaign's row is locked by neither: whoever changes it under the book waits for no turn.
 */
export async function lockEnrolling(manager: EntityManager, agencyId: string, id: string): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `enrolling ${agencyId} ${id}`,
  ]);
}

// Whom somebody is about to write to: a claim that is being answered has no hold yet, however its process fares.
const IS_HELD = "t.state = 'CLAIMED' AND t.reservation_id IS NOT NULL";

/**
 * Under the lock of the enrolling. Whoever has not started begins anew, under other steps; whoever has goes on under their own, and so does whoever a hold was given
 * out for: the touch is a step of these. A claim that is being answered finds its touch no more, and gives back what was held.
 */
export async function moveUnstarted(
  manager: EntityManager,
  campaign: CampaignEntity,
  version: number | null,
  at: Instant,
): Promise<void> {
  const { agencyId, id } = campaign;
  const definition = await definitionOf(manager, campaign, version);
  const { step } = firstPlace(definition!, at);
  // People before their touches, as everybody locks them: what was claimed until then shows in the next statement.
  await manager.query(
    `SELECT count(*) FROM (SELECT 1 FROM enrolment
     WHERE agency_id = $1 AND campaign_id = $2 AND state = 'ACTIVE' AND started_at IS NULL
     ORDER BY id FOR NO KEY UPDATE) AS unstarted`,
    [agencyId, id],
  );
  await manager.query(
    `UPDATE enrolment SET version = $3, step = $4, step_since = greatest(step_since, $5::int8),
       next_due_at = greatest(step_since, $5::int8)
     WHERE agency_id = $1 AND campaign_id = $2 AND state = 'ACTIVE' AND started_at IS NULL AND NOT EXISTS (
       SELECT 1 FROM touch t WHERE t.agency_id = $1 AND t.enrolment_id = enrolment.id AND ${IS_HELD})`,
    [agencyId, id, version, step, at],
  );
  await manager.query(
    `DELETE FROM touch t WHERE t.agency_id = $1 AND t.campaign_id = $2 AND t.state IN ('DUE', 'CLAIMED') AND NOT (${IS_HELD})
       AND EXISTS (SELECT 1 FROM enrolment e
         WHERE e.agency_id = $1 AND e.id = t.enrolment_id AND e.state = 'ACTIVE' AND e.started_at IS NULL)`,
    [agencyId, id],
  );
}

/** Under the lock of the enrolling. Nothing more is asked of anybody, and nobody is taken in any more. */
export async function endAll(
  manager: EntityManager,
  { agencyId, id }: CampaignEntity,
  at: Instant,
): Promise<void> {
  await manager.query(
    `UPDATE enrolment SET state = 'STOPPED', ended_because = 'CAMPAIGN_ENDED', ended_at = $3, next_due_at = NULL
     WHERE agency_id = $1 AND campaign_id = $2 AND state = 'ACTIVE'`,
    [agencyId, id, at],
  );
  await manager.query(
    `UPDATE touch SET state = 'CANCELLED', ended_at = $3, ended_because = 'CAMPAIGN_ENDED'
     WHERE agency_id = $1 AND campaign_id = $2 AND state = 'DUE'`,
    [agencyId, id, at],
  );
}
