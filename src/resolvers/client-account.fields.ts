import { Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { type Campaign, CampaignConnection } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { Usage } from '../schema/limit.schema.js';
import { Plan } from '../schema/plan.schema.js';
import { type Seat, SeatConnection } from '../schema/seat.schema.js';
import type { CampaignService } from '../services/campaigns/campaign.service.js';
import type { SeatReader } from '../services/seats/seat.reader.js';
import { seesWhole } from '../tenancy/viewer.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showUsageOfScope } from './limit.show.js';
import type { Pages } from './pages.js';
import { showCampaign, showLoaded, showPlan, showSeat } from './show.js';

/** What a client account leads to. */
@Resolver(() => ClientAccount)
export class ClientAccountFields {
  constructor(
    private readonly seatReader: SeatReader,
    private readonly campaignService: CampaignService,
    private readonly pages: Pages,
  ) {}

  @FieldResolver(() => Plan, { description: 'What it buys.' })
  plan(@Root() { planId }: ClientAccount, @Ctx() { loaders }: RequestContext): Promise<Plan | null> {
    return showLoaded(loaders.plan, planId, showPlan);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Whom of the client the link of an approval is sent to, where this server sends mail; null for nobody: then it is shown to whoever asks. Null for a viewer of single seats.',
  })
  approverEmail(
    @Root() { id, approverEmail }: ClientAccount,
    @Ctx() { viewer }: RequestContext,
  ): string | null {
    return seesWhole(viewer, uuidOf('client', id)) ? approverEmail : null;
  }

  @FieldResolver(() => Int, { description: 'Most seats that it may have, by its plan.' })
  seatAllowance(
    @Root() { planId }: ClientAccount,
    @Ctx() { loaders }: RequestContext,
  ): Promise<number | null> {
    return showLoaded(loaders.plan, planId, ({ seatAllowance }) => seatAllowance);
  }

  @FieldResolver(() => Int, { description: 'Seats that are not removed.' })
  seatsTaken(@Root() { id }: ClientAccount, @Ctx() { loaders }: RequestContext): Promise<number | null> {
    return loaders.seatsTaken.load(uuidOf('client', id));
  }

  @FieldResolver(() => Int, {
    description: 'How many more seats it can have: none where it has more than its plan allows.',
  })
  async seatsFree(
    @Root() { id, planId }: ClientAccount,
    @Ctx() { loaders }: RequestContext,
  ): Promise<number> {
    const [plan, taken] = await Promise.all([
      loaders.plan.load(planId),
      loaders.seatsTaken.load(uuidOf('client', id)),
    ]);
    return Math.max(0, (plan?.seatAllowance ?? 0) - (taken ?? 0));
  }

  @FieldResolver(() => SeatConnection, { description: 'In order of name.' })
  seats(
    @Root() { id }: ClientAccount,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Connection<Seat>> {
    const clientAccountId = uuidOf('client', id);
    return this.pages.of(viewer, {
      type: SeatConnection,
      name: 'ClientAccount.seats',
      args,
      read: (asked) => loaders.seatsOfClientAccount.load({ parentId: clientAccountId, asked }),
      show: showSeat,
      countAll: () => this.seatReader.countSeats(viewer, { clientAccountId, statuses: null, search: null }),
    });
  }

  @FieldResolver(() => CampaignConnection, { description: 'Newest first.' })
  campaigns(
    @Root() { id }: ClientAccount,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Connection<Campaign>> {
    const clientAccountId = uuidOf('client', id);
    return this.pages.of(viewer, {
      type: CampaignConnection,
      name: 'ClientAccount.campaigns',
      args,
      read: (asked) => loaders.campaignsOfClientAccount.load({ parentId: clientAccountId, asked }),
      show: showCampaign,
      countAll: () => this.campaignService.countCampaigns(viewer, { clientAccountId, statuses: null }),
    });
  }

  @FieldResolver(() => [Usage], {
    description:
      "Of the limits set at the client account (its plan's and custom ones); not the sum of its seats.",
  })
  usage(@Root() { id }: ClientAccount, @Ctx() context: RequestContext): Promise<Usage[]> {
    return showUsageOfScope(context, { kind: 'CLIENT_ACCOUNT', id: uuidOf('client', id) });
  }
}
