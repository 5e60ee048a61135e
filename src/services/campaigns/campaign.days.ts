import type { EntityManager } from 'typeorm';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { dayEnd, dayStart } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';

/** The first and the last day of campaigns, in the zone of their client account. */

export interface CampaignDays {
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  /** Of the client account: the campaign's days are its. */
  readonly timeZone: string;
}

/** Its first day has not begun. */
export function isAhead({ startsOn, timeZone }: CampaignDays, at: Instant): boolean {
  return startsOn !== null && at < dayStart(startsOn, timeZone);
}

/** Its last day is over. */
export function isOver(days: CampaignDays, at: Instant): boolean {
  return at >= (endOf(days) ?? Infinity);
}

/** The first moment behind its last day; null where it has none. */
export function endOf({ endsOn, timeZone }: Pick<CampaignDays, 'endsOn' | 'timeZone'>): Instant | null {
  return endsOn === null ? null : dayEnd(endsOn, timeZone);
}

/** Not before the first day: whoever is taken in begins then. */
export async function beginsAt(
  manager: EntityManager,
  { agencyId, clientAccountId: id, startsOn }: CampaignEntity,
  at: Instant,
): Promise<Instant> {
  if (startsOn === null) return at;
  const { timeZone } = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id });
  return Math.max(at, dayStart(startsOn, timeZone));
}

/** Whoever waits for the first day of a campaign begins on another one, if it is another one. */
export async function moveBeginning(
  manager: EntityManager,
  { agencyId, id, startsOn: before }: CampaignEntity,
  changed: CampaignEntity,
  at: Instant,
): Promise<void> {
  if (before === changed.startsOn) return;
  await manager.query(
    `UPDATE enrolment e SET step_since = $3, next_due_at = $3
     WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.state = 'ACTIVE' AND e.started_at IS NULL AND e.step_since > $4
       AND NOT EXISTS (SELECT 1 FROM touch t WHERE t.agency_id = e.agency_id AND t.enrolment_id = e.id)`,
    [agencyId, id, await beginsAt(manager, changed, at), at],
  );
}

interface RunningWithEnd {
  readonly id: string;
  readonly endsOn: string;
  readonly timeZone: string;
}

/** Campaigns of an agency, or one of them, whose last day is over and that nobody has completed, each with the end of that day. */
export async function readOver(
  manager: EntityManager,
  agencyId: string,
  at: Instant,
  campaignId: string | null = null,
): Promise<{ readonly id: string; readonly endedAt: Instant }[]> {
  const running = await manager.query<RunningWithEnd[]>(
    `SELECT c.id, c.ends_on::text AS "endsOn", a.time_zone AS "timeZone" FROM campaign c
     JOIN client_account a ON a.agency_id = c.agency_id AND a.id = c.client_account_id
     WHERE c.agency_id = $1 AND c.status IN ('RUNNING', 'PAUSED') AND c.ends_on IS NOT NULL
       AND ($2::uuid IS NULL OR c.id = $2) ORDER BY c.id`,
    [agencyId, campaignId],
  );
  return running
    .map(({ id, endsOn, timeZone }) => ({ id, endedAt: dayEnd(endsOn, timeZone) }))
    .filter(({ endedAt }) => endedAt <= at);
}
