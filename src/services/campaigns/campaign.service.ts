import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import type { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { CampaignStatus } from '../../quota/words.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { canBeKept, checkAll, checkExternalRef, checkName, type Check } from '../checks.js';
import { refuseSegment } from './campaign.segment.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { afterId, byId, groupBy, pageOf, type Page, type PageAsked } from '../page.js';
import { campaignsSeen, seatsSeen } from '../visible.js';

/** Most seats of one campaign. */
const SEATS_MAX = 1_000;
/** Campaigns of one seat that have not ended: each request of the seat is read with all of them. */
const CAMPAIGNS_OF_SEAT_MAX = 200;

/** What is said of a campaign later, if at all. */
const NOTHING_SAID = {
  ...{ purpose: null, lawfulBasis: null, dataSource: null, segmentId: null, audienceTags: null },
  ...{ startsOn: null, endsOn: null, approvalRequired: false, version: null, draftVersion: null },
  ...{ launchedAt: null, endedAt: null, enrollingAfter: null },
};

export interface CreateCampaign {
  readonly clientAccountId: string;
  readonly name: string;
  /** Of the client account, each once; there may be none yet. */
  readonly seatIds: readonly string[];
  readonly externalRef?: string | null | undefined;
  /** Of the client account: whom it is for. */
  readonly segmentId?: string | null | undefined;
}

/** Which campaigns to list; null for all. */
export interface CampaignFilter {
  readonly clientAccountId: string | null;
  readonly statuses: readonly CampaignStatus[] | null;
}

/** The efforts for client accounts. */
export class CampaignService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes a DRAFT. Refuses with NOT_FOUND (the client account, a seat, the segment), INVALID (also a seat of another client account),
   * WRONG_STATE (archived, removed), TAKEN (the reference) and FORBIDDEN_FOR_ROLE.
   */
  async createCampaign(viewer: Viewer, input: CreateCampaign): Promise<CampaignEntity | Refusal> {
    const refusal =
      forbidden(viewer, 'createCampaign') ??
      checkAll(checkName(input.name, 'name'), checkExternalRef(input.externalRef), checkSeatCount(input));
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const account = await findClientAccount(manager, viewer, input.clientAccountId);
      if (!account) return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
      if (account.status === 'ARCHIVED') {
        return refuse('WRONG_STATE', 'The client account is archived.', 'clientAccountId');
      }
      const refused =
        (await refuseSeats(manager, viewer, account, input.seatIds)) ??
        (await refuseRef(manager, viewer, input.externalRef ?? null)) ??
        (await refuseSegment(manager, viewer, account.id, input.segmentId ?? null));
      if (refused) return refused;
      const campaign = manager.create(CampaignEntity, {
        agencyId: viewer.agencyId,
        id: uuidAt(at),
        clientAccountId: account.id,
        externalRef: input.externalRef ?? null,
        name: input.name,
        status: 'DRAFT',
        createdAt: at,
        ...NOTHING_SAID,
        segmentId: input.segmentId ?? null,
      });
      const seatIds = [...new Set(input.seatIds)];
      await manager.createQueryBuilder().insert().into(CampaignEntity).values(campaign).execute();
      await insertSeats(manager, campaign, seatIds);
      await this.audit.write(manager, viewer, at, {
        verb: 'createCampaign',
        subjectKind: 'CAMPAIGN',
        subjectId: campaign.id,
        before: {},
        after: { ...campaign, seatIds },
      });
      return campaign;
    });
  }

  /** Newest first. */
  campaigns(viewer: Viewer, filter: CampaignFilter, asked: PageAsked): Promise<Page<CampaignEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const query = before(filtered(manager, viewer, filter), asked);
      const found = await query
        .orderBy('campaign.id', 'DESC')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, positionOf);
    });
  }

  countCampaigns(viewer: Viewer, filter: CampaignFilter): Promise<number> {
    return inAgency(this.dataSource, viewer, (manager) => filtered(manager, viewer, filter).getCount());
  }

  /** The same page of several client accounts at once: `ClientAccount.campaigns` in a list. */
  campaignsOfClientAccounts(
    viewer: Viewer,
    clientAccountIds: readonly string[],
    asked: PageAsked,
  ): Promise<Map<string, Page<CampaignEntity>>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const numbered = before(campaignsSeen(manager, viewer), asked)
        .andWhere('campaign.clientAccountId = ANY(:clientAccountIds)', { clientAccountIds })
        .select('campaign.id', 'id')
        .addSelect(
          'row_number() OVER (PARTITION BY campaign.clientAccountId ORDER BY campaign.id DESC)',
          'number',
        );
      const found = await campaignsSeen(manager, viewer)
        .andWhere(`campaign.id IN (SELECT n.id FROM (${numbered.getQuery()}) n WHERE n.number <= :rows)`)
        .setParameters({ ...numbered.getParameters(), rows: asked.rows + 1 })
        .orderBy('campaign.id', 'DESC')
        .getMany();
      const groups = groupBy(found, ({ clientAccountId }) => clientAccountId);
      return new Map(clientAccountIds.map((id) => [id, pageOf(groups.get(id) ?? [], asked, positionOf)]));
    });
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, CampaignEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await campaignsSeen(manager, viewer).andWhere('campaign.id = ANY(:ids)', { ids }).getMany()),
    );
  }

  byExternalRef(viewer: Viewer, externalRef: string): Promise<CampaignEntity | null> {
    const kept = canBeKept(externalRef) ? externalRef : null;
    return inAgency(this.dataSource, viewer, (manager) =>
      campaignsSeen(manager, viewer).andWhere('campaign.externalRef = :kept', { kept }).getOne(),
    );
  }
}

/** A campaign that the viewer sees. */
export function findCampaign(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
): Promise<CampaignEntity | null> {
  return campaignsSeen(manager, viewer).andWhere('campaign.id = :id', { id }).getOne();
}

function checkSeatCount({ seatIds }: CreateCampaign): Check {
  if (seatIds.length <= SEATS_MAX) return null;
  return refuse('INVALID', `A campaign has ${SEATS_MAX} seats at most.`, 'seatIds');
}

/** `pathOf` says where a seat stands in the input, `campaignId` which campaign they may have been in before. */
export async function refuseSeats(
  manager: EntityManager,
  viewer: Viewer,
  account: ClientAccountEntity,
  seatIds: readonly string[],
  {
    campaignId = null,
    pathOf = (index) => ['seatIds', index],
  }: { readonly campaignId?: string | null; readonly pathOf?: (index: string) => string[] } = {},
): Promise<Refusal | null> {
  const full = await seatsFull(manager, viewer, seatIds, campaignId);
  const found = await seatsSeen(manager, viewer).andWhere('seat.id = ANY(:seatIds)', { seatIds }).getMany();
  const seats = byId(found);
  for (const [index, seatId] of seatIds.entries()) {
    const seat = seats.get(seatId);
    const field = pathOf(String(index));
    if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', ...field);
    if (seat.clientAccountId !== account.id) {
      return refuse('INVALID', 'The seat is of another client account.', ...field);
    }
    if (seat.status === 'REMOVED') return refuse('WRONG_STATE', 'The seat is removed.', ...field);
    if (full.has(seatId)) {
      const message = `A seat is in ${CAMPAIGNS_OF_SEAT_MAX} campaigns that have not ended at most.`;
      return refuse('WRONG_STATE', message, ...field);
    }
  }
  return null;
}

/** Seats that take no further campaign. One that is in the campaign already is none: more than so many may be from before. */
async function seatsFull(
  manager: EntityManager,
  { agencyId }: Viewer,
  seatIds: readonly string[],
  campaignId: string | null,
): Promise<Set<string>> {
  const found = await manager
    .createQueryBuilder(CampaignSeatEntity, 'member')
    .innerJoin(
      CampaignEntity,
      'campaign',
      'campaign.agencyId = member.agencyId AND campaign.id = member.campaignId',
    )
    .where('member.agencyId = :agencyId AND member.seatId = ANY(:seatIds)', { agencyId, seatIds })
    .andWhere(`campaign.status NOT IN ('COMPLETED', 'ARCHIVED')`)
    .select('member.seatId', 'id')
    .groupBy('member.seatId')
    .having('count(*) >= :max AND count(*) FILTER (WHERE member.campaignId = :campaignId) = 0', {
      ...{ max: CAMPAIGNS_OF_SEAT_MAX, campaignId },
    })
    .getRawMany<{ id: string }>();
  return new Set(found.map(({ id }) => id));
}

export async function refuseRef(
  manager: EntityManager,
  { agencyId }: Viewer,
  externalRef: string | null,
): Promise<Refusal | null> {
  if (externalRef === null) return null;
  const isTaken = await manager.existsBy(CampaignEntity, { agencyId, externalRef });
  return isTaken ? refuse('TAKEN', 'Another campaign has this reference.', 'externalRef') : null;
}

async function insertSeats(
  manager: EntityManager,
  { agencyId, id: campaignId, createdAt: joinedAt }: CampaignEntity,
  seatIds: readonly string[],
): Promise<void> {
  if (seatIds.length === 0) return;
  const rows = seatIds.map((seatId) => ({ agencyId, campaignId, seatId, joinedAt }));
  await manager.createQueryBuilder().insert().into(CampaignSeatEntity).values(rows).execute();
}

function positionOf({ id }: CampaignEntity): [string] {
  return [id];
}

function before(
  query: SelectQueryBuilder<CampaignEntity>,
  asked: PageAsked,
): SelectQueryBuilder<CampaignEntity> {
  const id = afterId(asked);
  return id === null ? query : query.andWhere('campaign.id < :before', { before: id });
}

function filtered(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, statuses }: CampaignFilter,
): SelectQueryBuilder<CampaignEntity> {
  const query = campaignsSeen(manager, viewer);
  if (clientAccountId !== null) {
    query.andWhere('campaign.clientAccountId = :clientAccountId', { clientAccountId });
  }
  if (statuses !== null) query.andWhere('campaign.status = ANY(:statuses)', { statuses });
  return query;
}
