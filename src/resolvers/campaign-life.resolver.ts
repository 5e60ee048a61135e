import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { ApprovalLinkPayload } from '../schema/campaign-life.schema.js';
import {
  CampaignInput,
  SetCampaignSeatsInput,
  SetCampaignStepsInput,
  UpdateCampaignInput,
} from '../schema/campaign.input.js';
import { CampaignPayload } from '../schema/campaign.schema.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import type { CampaignApprovals } from '../services/campaigns/campaign.approval.js';
import type { CampaignChanges } from '../services/campaigns/campaign.changes.js';
import type { CampaignLife } from '../services/campaigns/campaign.life.js';
import { readDefinition } from './campaign.show.js';
import type { RequestContext } from './context.js';
import { uuidIfGiven, uuidOf } from './ids.js';
import { showCampaign, shown } from './show.js';

export interface CampaignDesk {
  readonly changes: CampaignChanges;
  readonly life: CampaignLife;
  readonly approvals: CampaignApprovals;
  /** The address of an approval's page, from the token of its link. */
  readonly approvalLinkOf: (token: string) => string;
}

@Resolver()
export class CampaignLifeResolver {
  constructor(private readonly desk: CampaignDesk) {}

  @Mutation(() => CampaignPayload, {
    description:
      'Says more of a campaign, or other things. A running one that its client has to approve is paused, where it is another one by that.',
  })
  updateCampaign(
    @Arg('input', () => UpdateCampaignInput, { description: 'What is otherwise.' })
    input: UpdateCampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const segmentId = uuidIfGiven('segment', input.segmentId);
    const terms = { ...input, campaignId: uuidOf('campaign', input.campaignId), segmentId };
    return payload('campaign', this.desk.changes.updateCampaign(viewer, terms), showCampaign);
  }

  @Mutation(() => CampaignPayload, {
    description:
      'Says which seats act in a campaign, and their shares. Whom a seat has that goes stays with it until somebody gives them to another.',
  })
  setCampaignSeats(
    @Arg('input', () => SetCampaignSeatsInput, { description: 'The seats.' }) input: SetCampaignSeatsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const seats = input.seats.map(({ seatId, weight }) => ({ seatId: uuidOf('seat', seatId), weight }));
    const terms = { campaignId: uuidOf('campaign', input.campaignId), seats };
    return payload('campaign', this.desk.changes.setCampaignSeats(viewer, terms), showCampaign);
  }

  @Mutation(() => CampaignPayload, {
    description:
      'Writes the steps as a new version. Whoever has started under an older one goes on under it.',
  })
  setCampaignSteps(
    @Arg('input', () => SetCampaignStepsInput, { description: 'The steps.' }) input: SetCampaignStepsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const terms = { campaignId: uuidOf('campaign', input.campaignId), definition: readDefinition(input) };
    return payload('campaign', this.desk.changes.setCampaignSteps(viewer, terms), showCampaign);
  }

  @Mutation(() => ApprovalLinkPayload, {
    description:
      'Puts down what a campaign is now, and gives the link by which its client approves exactly that, without sign-in. Where mail is sent and the client account has an approverEmail, the link is sent there and shown to nobody. Links that were given before can’t be answered any more.',
  })
  askForApproval(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ApprovalLinkPayload> {
    const asked = this.desk.approvals.askForApproval(viewer, uuidOf('campaign', input.campaignId));
    const handed = shown(asked, ({ campaign, token, sentTo }) => ({
      link: token === null ? null : this.desk.approvalLinkOf(token),
      sentTo,
      campaign: showCampaign(campaign),
    }));
    return payloadOfFacts<Omit<ApprovalLinkPayload, 'userErrors'>>(handed, {
      link: null,
      sentTo: null,
      campaign: null,
    });
  }

  @Mutation(() => CampaignPayload, {
    description:
      'Starts a DRAFT, once nothing speaks against it; of one that was launched it puts the newest steps in force, for those who have not started yet, and takes in who has come to its list. All that is wrong is told at once.',
  })
  launchCampaign(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const done = this.desk.life.launchCampaign(viewer, uuidOf('campaign', input.campaignId));
    return payload('campaign', done, showCampaign);
  }

  @Mutation(() => CampaignPayload, {
    description: 'Nothing is due until it is resumed: what is asked for it is CAMPAIGN_PAUSED.',
  })
  pauseCampaign(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const done = this.desk.life.pauseCampaign(viewer, uuidOf('campaign', input.campaignId));
    return payload('campaign', done, showCampaign);
  }

  @Mutation(() => CampaignPayload, {
    description: 'Goes on with a paused one; where the client has to approve it, what it is now.',
  })
  resumeCampaign(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const done = this.desk.life.resumeCampaign(viewer, uuidOf('campaign', input.campaignId));
    return payload('campaign', done, showCampaign);
  }

  @Mutation(() => CampaignPayload, {
    description: 'Ends it: whoever had steps before them is asked for nothing more.',
  })
  completeCampaign(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const done = this.desk.life.completeCampaign(viewer, uuidOf('campaign', input.campaignId));
    return payload('campaign', done, showCampaign);
  }

  @Mutation(() => CampaignPayload, { description: 'Puts away a DRAFT or one that is COMPLETED.' })
  archiveCampaign(
    @Arg('input', () => CampaignInput, { description: 'Which campaign.' }) input: CampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const done = this.desk.life.archiveCampaign(viewer, uuidOf('campaign', input.campaignId));
    return payload('campaign', done, showCampaign);
  }
}
