import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { AlertMute as Kept } from '../ledger/alerts/alert-mutes.js';
import {
  AlertMute,
  AlertMuteConnection,
  AlertMutePayload,
  MuteAlertsInput,
  UnmuteAlertsInput,
} from '../schema/alert-mute.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { payload } from '../schema/payload.js';
import { Seat } from '../schema/seat.schema.js';
import type { AlertMuteService } from '../services/alerts/alert-mute.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { actorId } from '../schema/actor.js';
import type { Pages } from './pages.js';
import { showClientAccount, showLoaded, showSeat } from './show.js';

@Resolver(() => AlertMute)
export class AlertMuteResolver {
  constructor(
    private readonly service: AlertMuteService,
    private readonly pages: Pages,
  ) {}

  @Query(() => AlertMuteConnection, { description: 'Those in force, newest first.' })
  mutedAlerts(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<AlertMute>> {
    return this.pages.of(viewer, {
      type: AlertMuteConnection,
      name: 'Query.mutedAlerts',
      args,
      read: (asked) => this.service.mutes(viewer, asked),
      show: showMute,
    });
  }

  @Mutation(() => AlertMutePayload, {
    description:
      'Keeps some alerts from being pushed to anybody for a while. They are raised, numbered and listed all the same; what was raised before and is not told yet is passed over as well, but for what already waits to be told.',
  })
  muteAlerts(
    @Arg('input', () => MuteAlertsInput, { description: 'Which ones, and until when.' })
    { kinds, clientAccountId, seatId, until }: MuteAlertsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AlertMutePayload> {
    const muted = this.service.mute(viewer, {
      ...{ kinds: kinds ?? null, until },
      clientAccountId: uuidOrNull('client', clientAccountId),
      seatId: uuidOrNull('seat', seatId),
    });
    return payload('mute', muted, showMute);
  }

  @Mutation(() => AlertMutePayload, {
    description:
      'Ends a mute before its time. An open stream or a webhook does not go back to what it has passed over.',
  })
  unmuteAlerts(
    @Arg('input', () => UnmuteAlertsInput, { description: 'The mute.' }) { muteId }: UnmuteAlertsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AlertMutePayload> {
    return payload('mute', this.service.unmute(viewer, uuidOf('mute', muteId)), showMute);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'Whose alerts; null for those of all the agency.',
  })
  clientAccount(
    @Root() { clientAccountId }: AlertMute,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The one seat; null for all of the client account or the agency.',
  })
  seat(@Root() { seatId }: AlertMute, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }
}

function showMute({ id, kinds, clientAccountId, seatId, until, mutedAt, mutedBy }: Kept): AlertMute {
  return fill(AlertMute, {
    ...{ id: toId('mute', id), kinds, clientAccountId, seatId, until, mutedAt },
    mutedBy: actorId(mutedBy),
  });
}
