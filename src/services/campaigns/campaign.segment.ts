import type { EntityManager } from 'typeorm';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { conditionOf, type FilterTerms } from '../../outreach/segment.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { pauseUnapproved } from './campaign.approved.js';
import { TaggedList, type Audience, type AudienceOf, type PeopleAsked } from './campaign.audience.js';
import { findSegment, type Segment } from '../prospects/segment.rows.js';
import { sqlOf, type ConditionSql } from '../prospects/segment.sql.js';

/** Whom campaigns are for by a segment of their client account: whoever it means when they are taken in. */

const READ_FILTER = {
  name: 'read_filter_of_segment',
  text: `SELECT s.filter->'filter' AS filter FROM segment s
WHERE s.agency_id = $1 AND s.id = $2 AND s.client_account_id = $3`,
};

// By itself, as clockOf() asks it.
const READ_CLOCK = { name: 'read_clock_alone', text: 'SELECT see_clock() AS at' };

/** Those whom a segment means, where a campaign has one; else those of some tags. */
export class SegmentOrTags implements Audience {
  private readonly tagged = new TaggedList();

  async count(transaction: LedgerTransaction, of: AudienceOf): Promise<number | null> {
    if (of.segmentId === null) return this.tagged.count(transaction, of);
    const condition = await conditionIn(transaction, of, 3);
    if (!condition) return null;
    const counted = await transaction.query<{ people: number }>(
      // Segments have no end of shapes: such a statement has no name, and is planned for what it asks.
      {
        name: '',
        text: `SELECT count(*)::int8 AS people FROM prospect p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND ${condition.text}`,
      },
      [of.agencyId, of.clientAccountId, ...condition.values],
    );
    return Number(counted[0]?.people ?? 0);
  }

  async people(transaction: LedgerTransaction, of: AudienceOf, asked: PeopleAsked): Promise<string[]> {
    if (of.segmentId === null) return this.tagged.people(transaction, of, asked);
    const condition = await conditionIn(transaction, of, 5);
    if (!condition) return [];
    const found = await transaction.query<{ id: string }>(
      {
        name: '',
        text: `SELECT p.recipient_id AS id FROM prospect p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND p.recipient_id > $3::uuid AND ${condition.text}
ORDER BY p.recipient_id LIMIT $4::int4`,
      },
      [of.agencyId, of.clientAccountId, asked.after, asked.rows, ...condition.values],
    );
    return found.map(({ id }) => id);
  }
}

/** Its parameters are those from the first on; null where there is no such segment. */
async function conditionIn(
  transaction: LedgerTransaction,
  { agencyId, segmentId, clientAccountId }: AudienceOf,
  first: number,
): Promise<ConditionSql | null> {
  const values = [agencyId, segmentId, clientAccountId];
  const [found] = await transaction.query<{ filter: FilterTerms }>(READ_FILTER, values);
  const [clock] = await transaction.query<{ at: number }>(READ_CLOCK, []);
  return found && clock ? sqlOf(conditionOf(found.filter), { first, at: Number(clock.at) }) : null;
}

/** Null where the campaign may be for it: it is there, and of the same client account. */
export async function refuseSegment(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string,
  segmentId: string | null,
): Promise<Refusal | null> {
  if (segmentId === null) return null;
  const segment = await findSegment(manager, viewer, segmentId);
  if (!segment) return refuse('NOT_FOUND', 'There is no such segment.', 'segmentId');
  if (segment.clientAccountId === clientAccountId) return null;
  return refuse('INVALID', 'The segment is of another client account.', 'segmentId');
}

/** Null where no campaign that has not ended is for it. */
export async function refuseInUse(
  manager: EntityManager,
  { agencyId }: Viewer,
  { id: segmentId }: Pick<Segment, 'id'>,
): Promise<Refusal | null> {
  const [campaign] = await manager
    .createQueryBuilder(CampaignEntity, 'campaign')
    .where('campaign.agencyId = :agencyId AND campaign.segmentId = :segmentId', { agencyId, segmentId })
    .andWhere(`campaign.status IN ('DRAFT', 'RUNNING', 'PAUSED')`)
    .orderBy('campaign.id')
    .limit(1)
    .getMany();
  if (!campaign) return null;
  return refuse('WRONG_STATE', `The campaign “${campaign.name}” is for it.`, 'segmentId');
}

/** Pauses those running campaigns that are for it, and that their client approved as it was. */
export async function pauseForChangedSegment(
  manager: EntityManager,
  viewer: Viewer,
  telling: Parameters<typeof pauseUnapproved>[2],
  { id: segmentId }: Pick<Segment, 'id'>,
): Promise<void> {
  const { agencyId } = viewer;
  const running = await manager.findBy(CampaignEntity, { agencyId, segmentId, status: 'RUNNING' });
  for (const campaign of running) await pauseUnapproved(manager, viewer, telling, campaign);
}
