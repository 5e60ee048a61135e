import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { CampaignApproval, CampaignPeople, CampaignProblem } from '../schema/campaign-life.schema.js';
import { CampaignSteps } from '../schema/campaign-steps.schema.js';
import { Campaign, CampaignSeatShare } from '../schema/campaign.schema.js';
import { actorId } from '../schema/actor.js';
import { fill } from '../schema/fill.js';
import { Segment } from '../schema/segment.schema.js';
import { versionName, type CampaignReader } from '../services/campaigns/campaign.reading.js';
import { showSegment } from './segment.show.js';
import { showProblem, showSteps } from './campaign.show.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showListedSeat, showLoaded } from './show.js';

/** What a campaign is made of, and how far it is. */
@Resolver(() => Campaign)
export class CampaignFields {
  constructor(private readonly reader: CampaignReader) {}

  @FieldResolver(() => CampaignSteps, {
    nullable: true,
    description: 'Its newest steps, or those of a version; null where there are none.',
  })
  async steps(
    @Root() { id, draftVersion }: Campaign,
    @Arg('version', () => Int, { nullable: true, description: 'Of the newest, where left out.' })
    version: number | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<CampaignSteps | null> {
    const number = version ?? draftVersion;
    if (number === null) return null;
    const campaignId = uuidOf('campaign', id);
    const definition = await loaders.stepsOfCampaign.load(versionName({ campaignId, number }));
    return definition && showSteps(definition, number);
  }

  @FieldResolver(() => [CampaignSeatShare], { description: 'The seats that act in it, each with its share.' })
  async seatShares(
    @Root() { id }: Campaign,
    @Ctx() { loaders }: RequestContext,
  ): Promise<CampaignSeatShare[]> {
    const shares = await loaders.sharesOfCampaign.load(uuidOf('campaign', id));
    return (shares ?? []).map(({ seat, weight }) =>
      fill(CampaignSeatShare, { seat: showListedSeat(seat), weight }),
    );
  }

  @FieldResolver(() => Segment, {
    nullable: true,
    description:
      'Whom it is for, where that is a segment; null for tags, and for a viewer of single seats. People are taken in as it is at each launch.',
  })
  segment(@Root() { segmentId }: Campaign, @Ctx() { loaders }: RequestContext): Promise<Segment | null> {
    return segmentId === null ? Promise.resolve(null) : showLoaded(loaders.segment, segmentId, showSegment);
  }

  @FieldResolver(() => CampaignPeople, {
    nullable: true,
    description: 'How far its people are; null for a viewer of single seats.',
  })
  async people(@Root() { id }: Campaign, @Ctx() { loaders }: RequestContext): Promise<CampaignPeople | null> {
    const counts = await loaders.peopleOfCampaign.load(uuidOf('campaign', id));
    return counts && fill(CampaignPeople, { ...counts });
  }

  @FieldResolver(() => [CampaignProblem], {
    nullable: true,
    description:
      'All that is wrong with it, as launchCampaign would tell it, and what had better not be so; null for a viewer of single seats.',
  })
  async problems(
    @Root() { id }: Campaign,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignProblem[] | null> {
    const problems = await this.reader.problems(viewer, uuidOf('campaign', id));
    return problems && problems.map(showProblem);
  }

  @FieldResolver(() => CampaignApproval, {
    nullable: true,
    description: 'What its client was asked last; null where nothing was, and for a viewer of single seats.',
  })
  async approval(
    @Root() { id }: Campaign,
    @Ctx() { loaders }: RequestContext,
  ): Promise<CampaignApproval | null> {
    const told = await loaders.approvalOfCampaign.load(uuidOf('campaign', id));
    if (!told) return null;
    const { state, version, people, askedAt, answeredAt, answeredName, remark } = told;
    const linkShownTo = told.linkShownTo && actorId(told.linkShownTo);
    const asked = { askedAt, askedBy: actorId(told.askedBy), linkShownTo };
    return fill(CampaignApproval, { state, version, people, ...asked, answeredAt, answeredName, remark });
  }
}
