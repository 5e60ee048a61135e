import { Args, Ctx, FieldResolver, Resolver, Root, Subscription } from 'type-graphql';
import type { UsageFeed } from '../live/usage-feed.js';
import type { UsageEvent } from '../live/usage-subscription.js';
import { Campaign } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { Seat } from '../schema/seat.schema.js';
import { UsageChanged, UsageChangedArgs } from '../schema/usage-stream.schema.js';
import type { RequestContext } from './context.js';
import { uuidOrNull } from './ids.js';
import { ID_KIND_OF_SCOPE, showUsages } from './limit.show.js';
import { showCampaign, showClientAccount, showLoaded, showSeat } from './show.js';
import type { Subscriber } from './streams.js';

@Resolver(() => UsageChanged)
export class UsageStreamResolver {
  @Subscription(() => UsageChanged, {
    description:
      "With seatId: that seat's own counters. With clientAccountId: the client account's and its seats'. Neither: all that the viewer sees. An id of another is NOT_FOUND, as nobody's.",
    subscribe: ({ args, context }: { args: UsageChangedArgs; context: RequestContext }) =>
      context.streams.usage.open(context, args),
  })
  usageChanged(
    @Root() event: UsageEvent,
    // The arguments are for the opening alone.
    @Args(() => UsageChangedArgs) _args: UsageChangedArgs,
    @Ctx() { viewer }: RequestContext,
  ): UsageChanged {
    const { scope, clientAccountId, usage, asOf, changedAt } = event;
    return fill(UsageChanged, {
      scopeKind: scope.kind,
      scopeId: toId(ID_KIND_OF_SCOPE[scope.kind], scope.id),
      seatId: scope.kind === 'SEAT' ? scope.id : null,
      clientAccountId,
      campaignId: scope.kind === 'CAMPAIGN' ? scope.id : null,
      usage: showUsages(viewer, usage, asOf, clientAccountId),
      changedAt,
    });
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat that it is of; null for other scopes.',
  })
  seat(@Root() { seatId }: UsageChanged, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description:
      "The client account that it is of, or whose seat or campaign it is of; null for the agency's.",
  })
  clientAccount(
    @Root() { clientAccountId }: UsageChanged,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Campaign, {
    nullable: true,
    description: 'The campaign that it is of; null for other scopes.',
  })
  campaign(
    @Root() { campaignId }: UsageChanged,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Campaign | null> {
    return showLoaded(loaders.campaign, campaignId, showCampaign);
  }
}

/** Opens the streams of `usageChanged`. */
export class UsageStreamOpener {
  constructor(private readonly feed: UsageFeed) {}

  /** Throws NOT_FOUND where the viewer sees no such seat or client account. */
  open({ viewer }: Subscriber, args: UsageChangedArgs): Promise<AsyncIterable<UsageEvent>> {
    return this.feed.subscribe(viewer, {
      seatId: uuidOrNull('seat', args.seatId),
      clientAccountId: uuidOrNull('client', args.clientAccountId),
    });
  }
}
