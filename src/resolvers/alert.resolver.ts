import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { SEVERITIES, type Severity } from '../quota/words.js';
import {
  AcknowledgeAlertInput,
  Alert,
  AlertConnection,
  AlertPayload,
  AlertsArgs,
} from '../schema/alert.schema.js';
import { Campaign } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { payload } from '../schema/payload.js';
import { Seat } from '../schema/seat.schema.js';
import type { AlertService } from '../services/alerts/alert.service.js';
import { showAlert } from './alert.show.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { showCampaign, showClientAccount, showLoaded, showSeat } from './show.js';

/** The list that the cursors of alerts are of: those of the stream as well. */
export const ALERTS = 'Query.alerts';

@Resolver(() => Alert)
export class AlertResolver {
  constructor(
    private readonly service: AlertService,
    private readonly pages: Pages,
  ) {}

  @Query(() => AlertConnection, { description: 'Newest first.' })
  alerts(
    @Args(() => AlertsArgs) args: AlertsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Alert>> {
    const filter = {
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      seatId: uuidOrNull('seat', args.seatId),
      kinds: args.kinds ?? null,
      severities: severitiesFrom(args.minSeverity ?? null),
      unacknowledgedOnly: args.unacknowledgedOnly ?? false,
    };
    return this.pages.of(viewer, {
      type: AlertConnection,
      name: ALERTS,
      args,
      read: (asked) => this.service.list(viewer, filter, asked),
      show: (record) => showAlert(viewer, record),
    });
  }

  @Query(() => String, { description: 'Where the alert stream stands now.' })
  async alertCursor(@Ctx() { viewer }: RequestContext): Promise<string> {
    return this.pages.cursor(viewer, ALERTS, [await this.service.lastSequence(viewer)]);
  }

  @Mutation(() => AlertPayload, {
    description: 'Says that somebody has seen an alert. Again, it is a no-op: the first one stays named.',
  })
  acknowledgeAlert(
    @Arg('input', () => AcknowledgeAlertInput, { description: 'Which one.' })
    { alertId }: AcknowledgeAlertInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AlertPayload> {
    const acknowledged = this.service.acknowledge(viewer, uuidOf('alert', alertId));
    return payload('alert', acknowledged, (record) => showAlert(viewer, record));
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'Whose it is; null where it is of the agency.',
  })
  clientAccount(
    @Root() { clientAccountId }: Alert,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat; null where it is of none, or of one that the viewer may no longer see.',
  })
  seat(@Root() { seatId }: Alert, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => Campaign, { nullable: true, description: 'The campaign, where it is of one.' })
  campaign(@Root() { campaignId }: Alert, @Ctx() { loaders }: RequestContext): Promise<Campaign | null> {
    return showLoaded(loaders.campaign, campaignId, showCampaign);
  }
}

/** All that are at least as urgent; null where it does not matter. */
export function severitiesFrom(least: Severity | null): readonly Severity[] | null {
  return least && SEVERITIES.slice(SEVERITIES.indexOf(least));
}
