import type { DataSource, EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { Statement } from '../../ledger/books/connection.js';
import type { ApprovalState } from '../../outreach/campaign/approval.js';
import type { CampaignProblem } from '../../outreach/campaign/problem.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { newestAsked } from './campaign.approval.asked.js';
import type { Audience } from './campaign.audience.js';
import { problemsOf, readListed } from './campaign.checking.js';
import { findCampaign } from './campaign.service.js';
import { readVersions, type VersionOf } from './campaign.versions.js';
import type { BusyWork } from '../busy-work.js';
import type { PolicyService } from '../policy/policy.service.js';
import { campaignsSeen, seatsSeen } from '../visible.js';

/** What a seat of a campaign has of its people. */
export interface SeatShare {
  readonly seatId: string;
  readonly weight: number;
}

export interface CampaignPeopleCounts {
  readonly enrolled: number;
  readonly waiting: number;
  readonly underWay: number;
  readonly finished: number;
  readonly stopped: number;
}

export interface ApprovalTold {
  readonly state: ApprovalState;
  readonly version: number;
  readonly people: number;
  readonly askedAt: Instant;
  readonly askedBy: string;
  readonly linkShownTo: string | null;
  readonly answeredAt: Instant | null;
  readonly answeredName: string | null;
  readonly remark: string | null;
}

const COUNT_PEOPLE: Statement = {
  name: 'count_people_of_campaigns',
  text: `
SELECT e.campaign_id AS id, count(*)::int8 AS enrolled,
  count(*) FILTER (WHERE e.state = 'ACTIVE' AND e.started_at IS NULL)::int8 AS waiting,
  count(*) FILTER (WHERE e.state = 'ACTIVE' AND e.started_at IS NOT NULL)::int8 AS "underWay",
  count(*) FILTER (WHERE e.state = 'FINISHED')::int8 AS finished,
  count(*) FILTER (WHERE e.state = 'STOPPED')::int8 AS stopped
FROM enrolment e WHERE e.agency_id = $1 AND e.campaign_id = ANY ($2::uuid[]) GROUP BY e.campaign_id`,
};

/**
 * Reads what campaigns are made of, and how far they are. What would tell a viewer of single seats what the other seats do (how
 * many people there are, what is wrong with the list) is for those who see the client account whole.
 */
export class CampaignReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: {
      readonly policies: Pick<PolicyService, 'policyAt'>;
      readonly audience: Audience;
      readonly busy: BusyWork;
    },
  ) {}

  /** By versionName(). */
  versions(viewer: Viewer, names: readonly string[]): Promise<Map<string, Definition>> {
    const asked = names.map((name): VersionOf => {
      const [campaignId = '', number] = name.split(' ');
      return { campaignId, number: Number(number) };
    });
    return inAgency(this.dataSource, viewer, async (manager) => {
      const ids = asked.map(({ campaignId }) => campaignId);
      const campaigns = await seen(manager, viewer, ids);
      const ofThose = asked.filter(({ campaignId }) => campaigns.has(campaignId));
      const found = await readVersions(manager, viewer.agencyId, ofThose);
      return new Map(found.map((version) => [versionName(version), version.definition as Definition]));
    });
  }

  /**
   * The seats that the viewer sees of each campaign, in order of the holder's name. Of a thousand each there may be a hundred thousand: a
   * campaign's come in one text, which is taken apart in no time.
   */
  shares(viewer: Viewer, campaignIds: readonly string[]): Promise<Map<string, SeatShare[]>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const ids = [...(await seen(manager, viewer, campaignIds)).keys()];
      const found = await seatsSeen(manager, viewer)
        .innerJoin(
          CampaignSeatEntity,
          'member',
          'member.agencyId = seat.agencyId AND member.seatId = seat.id AND member.campaignId = ANY(:ids)',
          { ids },
        )
        .select('member.campaignId', 'campaignId')
        .addSelect(
          `string_agg(concat(seat.id, ' ', member.weight), ',' ORDER BY seat.holderName, seat.id)`,
          'shares',
        )
        .groupBy('member.campaignId')
        .getRawMany<{ campaignId: string; shares: string }>();
      return new Map(found.map(({ campaignId, shares }) => [campaignId, shares.split(',').map(shareOf)]));
    });
  }

  /** By campaign; nothing of one that the viewer does not see whole. */
  people(viewer: Viewer, campaignIds: readonly string[]): Promise<Map<string, CampaignPeopleCounts>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const campaigns = [...(await seen(manager, viewer, campaignIds)).values()];
      const whole = campaigns.filter(({ clientAccountId }) => seesWhole(viewer, clientAccountId));
      const ids = whole.map(({ id }) => id);
      const rows = await (
        await ledgerOn(manager)
      ).query<{
        id: string;
        enrolled: number;
        waiting: number;
        underWay: number;
        finished: number;
        stopped: number;
      }>(COUNT_PEOPLE, [viewer.agencyId, ids]);
      const counted = new Map(rows.map(({ id, ...counts }) => [id, counts]));
      return new Map(ids.map((id) => [id, counted.get(id) ?? NOBODY]));
    });
  }

  /** What was asked last, by campaign; nothing of one of which nothing was, or that the viewer does not see whole. */
  approvals(viewer: Viewer, campaignIds: readonly string[]): Promise<Map<string, ApprovalTold>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const campaigns = [...(await seen(manager, viewer, campaignIds)).values()];
      const whole = campaigns.filter(({ clientAccountId }) => seesWhole(viewer, clientAccountId));
      const asked = await newestAsked(manager, viewer.agencyId, whole);
      return new Map([...asked].map(([id, { approval, state }]) => [id, { ...approval, state }]));
    });
  }

  /** Null where the viewer does not see it whole. */
  problems(viewer: Viewer, campaignId: string): Promise<CampaignProblem[] | null> {
    const { policies, audience, busy } = this.parts;
    return busy.run(viewer, async () => {
      const policy = await policies.policyAt(viewer, null);
      return inAgency(this.dataSource, viewer, async (manager) => {
        const campaign = await findCampaign(manager, viewer, campaignId);
        if (!campaign || !seesWhole(viewer, campaign.clientAccountId)) return null;
        const at = await clockOf(manager);
        const listed = await readListed(await ledgerOn(manager), campaign, audience);
        return problemsOf(manager, campaign, { listed, policy, at });
      });
    });
  }
}

const NOBODY: CampaignPeopleCounts = { enrolled: 0, waiting: 0, underWay: 0, finished: 0, stopped: 0 };

export function versionName({ campaignId, number }: VersionOf): string {
  return `${campaignId} ${number}`;
}

async function seen(
  manager: EntityManager,
  viewer: Viewer,
  ids: readonly string[],
): Promise<Map<string, CampaignEntity>> {
  const found = await campaignsSeen(manager, viewer).andWhere('campaign.id = ANY(:ids)', { ids }).getMany();
  return new Map(found.map((campaign) => [campaign.id, campaign]));
}

function shareOf(text: string): SeatShare {
  const [seatId = '', weight] = text.split(' ');
  return { seatId, weight: Number(weight) };
}
