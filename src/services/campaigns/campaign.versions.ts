import type { DataSource, EntityManager } from 'typeorm';
import { CampaignVersionEntity } from '../../entities/campaign-version.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { type Asking, inAgency } from '../../tenancy/door.js';
import { SQLSTATE, sqlStateOf } from '../../tenancy/sqlstate.js';

/** How many versions of a campaign's steps are kept, and which. */

/** One of them. */
export interface VersionOf {
  readonly campaignId: string;
  readonly number: number;
}

/** Those that are named and no others: of some campaigns all versions of some numbers would be many times as much. */
export async function readVersions(
  manager: EntityManager,
  agencyId: string,
  names: readonly VersionOf[],
): Promise<CampaignVersionEntity[]> {
  const values = {
    agencyId,
    ids: names.map(({ campaignId }) => campaignId),
    numbers: names.map(({ number }) => number),
  };
  return manager
    .createQueryBuilder(CampaignVersionEntity, 'version')
    .where('version.agencyId = :agencyId', values)
    .andWhere(
      `(version.campaignId, version.number) IN (
        SELECT n.campaign_id, n.number FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS int4[])) AS n (campaign_id, number))`,
      values,
    )
    .getMany();
}

/** People and approvals go by so many at most: whoever launched as often had better begin another campaign. */
export const VERSIONS_MAX = 100;

/** Where so many versions are gone by already that there is no room for another. */
export async function refuseVersion(
  manager: EntityManager,
  { agencyId, id: campaignId }: CampaignEntity,
): Promise<Refusal | null> {
  const kept = await manager.countBy(CampaignVersionEntity, { agencyId, campaignId });
  if (kept < VERSIONS_MAX) return null;
  const message = `Of a campaign ${VERSIONS_MAX} versions are kept that people started under or its client was shown: go on in another one.`;
  return refuse('WRONG_STATE', message, 'campaignId');
}

// What is neither in force nor the newest comes in force no more: versions count up.
const DROP = `
DELETE FROM campaign_version v
WHERE v.agency_id = $1 AND v.campaign_id = $2 AND EXISTS (SELECT 1 FROM campaign c
    WHERE c.agency_id = $1 AND c.id = $2 AND v.number < c.draft_version AND v.number IS DISTINCT FROM c.version)
  AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.version = v.number)
  AND NOT EXISTS (SELECT 1 FROM campaign_approval a
    WHERE a.agency_id = $1 AND a.campaign_id = $2 AND a.version = v.number)`;

/**
 * Drops the versions that nobody goes by: never launched, or by now without anybody who was taken in under them, and never shown
 * to the client. In a transaction of its own: it may wait for a client's being asked, and the agency's book must not.
 */
export async function dropUnused(
  dataSource: DataSource,
  viewer: Asking,
  { agencyId, id }: CampaignEntity,
): Promise<void> {
  try {
    await inAgency(dataSource, viewer, (manager) => manager.query(DROP, [agencyId, id]));
  } catch (error) {
    // The client was asked about one of them just now: the next change looks again.
    if (sqlStateOf(error) !== SQLSTATE.foreignKeyViolation) throw error;
  }
}
