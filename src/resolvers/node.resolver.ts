import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { type IdKind, kindOf } from '../schema/ids.js';
import { Node } from '../schema/node.js';
import { showAlert } from './alert.show.js';
import type { RequestContext } from './context.js';
import { showDecision, showReservation } from './decision.show.js';
import { uuidOf } from './ids.js';
import { showProspect } from './prospect.show.js';
import { showSegment } from './segment.show.js';
import {
  showActivity,
  showAgency,
  showApiKey,
  showCampaign,
  showClientAccount,
  showLoaded,
  showMember,
  showPlan,
  showPolicy,
  showSeat,
} from './show.js';
import { showTouch } from './touch.show.js';
import { showWebhook } from './webhook.show.js';

/** How an object of each kind is found by its uuid. */
const FINDERS: Readonly<
  Partial<Record<IdKind, (context: RequestContext, id: string) => Promise<Node | null>>>
> = {
  agency: ({ loaders }, id) => showLoaded(loaders.agency, id, showAgency),
  client: ({ loaders }, id) => showLoaded(loaders.clientAccount, id, showClientAccount),
  seat: ({ loaders }, id) => showLoaded(loaders.seat, id, showSeat),
  plan: ({ loaders }, id) => showLoaded(loaders.plan, id, showPlan),
  campaign: ({ loaders }, id) => showLoaded(loaders.campaign, id, showCampaign),
  key: ({ loaders }, id) => showLoaded(loaders.apiKey, id, showApiKey),
  decision: ({ loaders, viewer }, id) =>
    showLoaded(loaders.decision, id, (record) => showDecision(viewer, record)),
  reservation: ({ loaders }, id) => showLoaded(loaders.reservation, id, showReservation),
  activity: ({ loaders }, id) => showLoaded(loaders.activity, id, showActivity),
  alert: ({ loaders, viewer }, id) => showLoaded(loaders.alert, id, (record) => showAlert(viewer, record)),
  member: ({ loaders }, id) => showLoaded(loaders.member, id, showMember),
  webhook: ({ loaders }, id) => showLoaded(loaders.webhook, id, showWebhook),
  policy: ({ loaders }, id) => showLoaded(loaders.policy, id, showPolicy),
  touch: ({ loaders }, id) => showLoaded(loaders.touch, id, showTouch),
  prospect: ({ loaders }, id) => showLoaded(loaders.prospect, id, showProspect),
  segment: ({ loaders }, id) => showLoaded(loaders.segment, id, showSegment),
};

@Resolver(() => Node)
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Any object by its id.' })
  async node(
    @Arg('id', () => ID, { description: 'An id of any kind of object; null for what nobody has.' })
    id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    // What names nothing is looked for as a seat is: it takes as long.
    const kind = kindOf(id) ?? 'seat';
    const finder = FINDERS[kind];
    return finder ? finder(context, uuidOf(kind, id)) : null;
  }
}
