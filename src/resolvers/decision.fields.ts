import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Campaign } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { Decision } from '../schema/decision.schema.js';
import { Usage } from '../schema/limit.schema.js';
import { Suggestion } from '../schema/reason.schema.js';
import { Reservation } from '../schema/reservation.schema.js';
import { Seat } from '../schema/seat.schema.js';
import type { RequestContext } from './context.js';
import { showReservation } from './decision.show.js';
import { uuidOf } from './ids.js';
import { showUsages } from './limit.show.js';
import { showCampaign, showClientAccount, showLoaded, showSeat } from './show.js';

/** What a decision leads to. */
@Resolver(() => Decision)
export class DecisionFields {
  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'Null where the viewer may no longer see the seat.',
  })
  seat(@Root() { seatId }: Decision, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => ClientAccount, { nullable: true, description: 'The client account of that time.' })
  clientAccount(
    @Root() { clientAccountId }: Decision,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Campaign, { nullable: true, description: 'The campaign that it was asked for.' })
  campaign(@Root() { campaignId }: Decision, @Ctx() { loaders }: RequestContext): Promise<Campaign | null> {
    return showLoaded(loaders.campaign, campaignId, showCampaign);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Null once erased.' })
  recipientProfileUrl(
    @Root() decision: Decision,
    @Ctx() { loaders }: RequestContext,
  ): Promise<string | null> {
    return loaders.profileUrl.load(decision);
  }

  @FieldResolver(() => [Usage], {
    description:
      "Every counter that was asked, after this decision (not the agency's, for a viewer of one client account).",
  })
  usage(
    @Root() { counted, decidedAt, clientAccountId }: Decision,
    @Ctx() { viewer }: RequestContext,
  ): Usage[] {
    return showUsages(viewer, counted, decidedAt, clientAccountId);
  }

  @FieldResolver(() => Reservation, {
    nullable: true,
    description: 'The hold; null when denied or only previewed.',
  })
  reservation(
    @Root() { id, outcome }: Decision,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Reservation | null> {
    // A hold has the id of the decision that allowed it.
    const holdId = outcome === 'ALLOWED' ? uuidOf('decision', id) : null;
    return showLoaded(loaders.reservation, holdId, showReservation);
  }
}

@Resolver(() => Suggestion)
export class SuggestionFields {
  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat to do it from; null for the same seat.',
  })
  seat(@Root() { seatId }: Suggestion, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }
}
