import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import {
  Campaign,
  CampaignConnection,
  CampaignPayload,
  CampaignsArgs,
  CreateCampaignInput,
} from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { Usage } from '../schema/limit.schema.js';
import { LookupArgs } from '../schema/lookup.js';
import { payload } from '../schema/payload.js';
import { Seat } from '../schema/seat.schema.js';
import type { CampaignService } from '../services/campaigns/campaign.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { find } from './inputs.js';
import { showUsageOfScope } from './limit.show.js';
import type { Pages } from './pages.js';
import { showCampaign, showClientAccount, showListedSeat, showLoaded } from './show.js';

@Resolver(() => Campaign)
export class CampaignResolver {
  constructor(
    private readonly service: CampaignService,
    private readonly pages: Pages,
  ) {}

  @Query(() => CampaignConnection, { description: 'Newest first.' })
  campaigns(
    @Args(() => CampaignsArgs) args: CampaignsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Campaign>> {
    const filter = {
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      statuses: args.statuses ?? null,
    };
    return this.pages.of(viewer, {
      type: CampaignConnection,
      name: 'Query.campaigns',
      args,
      read: (asked) => this.service.campaigns(viewer, filter, asked),
      show: showCampaign,
      countAll: () => this.service.countCampaigns(viewer, filter),
    });
  }

  @Query(() => Campaign, {
    nullable: true,
    description: "A campaign by its id or the agency's own reference.",
  })
  async campaign(
    @Args(() => LookupArgs) args: LookupArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Campaign | null> {
    const campaign = await find(args, {
      byId: (id) => loaders.campaign.load(uuidOf('campaign', id)),
      byExternalRef: (ref) => this.service.byExternalRef(viewer, ref),
    });
    return campaign && showCampaign(campaign);
  }

  @Mutation(() => CampaignPayload, {
    description:
      "DRAFT. A reservation may name a DRAFT or RUNNING campaign of the seat's client account that has the seat, else INVALID; PAUSED is CAMPAIGN_PAUSED; COMPLETED and ARCHIVED are WRONG_STATE. Its zone is its client account's.",
  })
  createCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The campaign.' }) input: CreateCampaignInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CampaignPayload> {
    const created = this.service.createCampaign(viewer, {
      ...input,
      clientAccountId: uuidOf('client', input.clientAccountId),
      seatIds: input.seatIds.map((id) => uuidOf('seat', id)),
      segmentId: uuidOrNull('segment', input.segmentId),
    });
    return payload('campaign', created, showCampaign);
  }

  @FieldResolver(() => ClientAccount, { description: 'The client account that it is for.' })
  clientAccount(
    @Root() { clientAccountId }: Campaign,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => [Seat], { description: "Those that act in it, in order of holder's name." })
  async seats(@Root() { id }: Campaign, @Ctx() { loaders }: RequestContext): Promise<Seat[]> {
    const shares = await loaders.sharesOfCampaign.load(uuidOf('campaign', id));
    return (shares ?? []).map(({ seat }) => showListedSeat(seat));
  }

  @FieldResolver(() => [Usage], { description: 'Of the limits set at the campaign.' })
  usage(@Root() { id, clientAccountId }: Campaign, @Ctx() context: RequestContext): Promise<Usage[]> {
    const scope = { kind: 'CAMPAIGN', id: uuidOf('campaign', id) } as const;
    return showUsageOfScope(context, scope, clientAccountId);
  }
}
