import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { fill } from '../schema/fill.js';
import { payloadOfFacts } from '../schema/payload.js';
import {
  ReassignTouchesInput,
  ReassignTouchesPayload,
  StayedPeople,
} from '../schema/touch-reassign.schema.js';
import type { Reassigned, TouchReassigning } from '../services/campaigns/queue.reassigning.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showCampaign, shown } from './show.js';

type Facts = Omit<ReassignTouchesPayload, 'userErrors'>;

const NOBODY: Facts = { campaign: null, reassigned: 0, stayed: [], hasMore: false };

@Resolver()
export class TouchReassignResolver {
  constructor(private readonly service: TouchReassigning) {}

  @Mutation(() => ReassignTouchesPayload, {
    description:
      'Gives the people of a seat to another seat of the campaign: whom a restricted seat has wait for it until then. Whoever the seat has been in touch with stays with it.',
  })
  reassignTouches(
    @Arg('input', () => ReassignTouchesInput, { description: 'Whose, and to whom.' })
    { campaignId, fromSeatId, toSeatId, touchIds, dryRun }: ReassignTouchesInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReassignTouchesPayload> {
    const reassigned = this.service.reassignTouches(viewer, {
      campaignId: uuidOf('campaign', campaignId),
      fromSeatId: uuidOf('seat', fromSeatId),
      toSeatId: uuidOf('seat', toSeatId),
      touchIds: touchIds?.map((id) => uuidOf('touch', id)),
      dryRun,
    });
    return payloadOfFacts(shown(reassigned, showReassigned), NOBODY);
  }
}

function showReassigned({ campaign, reassigned, stayed, hasMore }: Reassigned): Facts {
  return {
    campaign: showCampaign(campaign),
    ...{ reassigned, hasMore },
    stayed: [...stayed].map(([because, people]) => fill(StayedPeople, { because, people })),
  };
}
