import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Refusal } from '../errors.js';
import type { Action } from '../quota/words.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { ActionEnum } from '../schema/enums.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import {
  AddInboundSourceInput,
  AddInboundSourcePayload,
  InboundSource,
  InboundSourceConnection,
  InboundSourcePayload,
  RevokeInboundSourceInput,
  ToolCap,
  UnreadEvent,
  UnreadEventConnection,
  UnreadEventsArgs,
} from '../schema/inbound.schema.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import { DateScalar } from '../schema/scalars.js';
import { Seat } from '../schema/seat.schema.js';
import type { InboundSource as Kept } from '../services/tools/inbound-source.js';
import type {
  InboundSourceService,
  UnreadEvent as KeptUnread,
} from '../services/tools/inbound-source.service.js';
import type { ToolCaps } from '../services/tools/tool-caps.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { showLimitInZone } from './limit.show.js';
import type { Pages } from './pages.js';
import { showReason } from './reason.show.js';
import { showClientAccount, showLoaded, shown, showSeat } from './show.js';

@Resolver(() => InboundSource)
export class InboundResolver {
  constructor(
    private readonly sources: InboundSourceService,
    private readonly toolCaps: ToolCaps,
    private readonly urlOf: (token: string) => string,
    private readonly pages: Pages,
  ) {}

  @Query(() => InboundSourceConnection, { description: 'Newest first. For those who may add sources.' })
  inboundSources(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<InboundSource>> {
    return this.pages.of(viewer, {
      type: InboundSourceConnection,
      name: 'Query.inboundSources',
      args,
      read: (asked) => this.sources.sources(viewer, asked),
      show: showSource,
    });
  }

  @Query(() => UnreadEventConnection, {
    description: 'Events of tools that could not be read, newest first: 30 days, 500 of a source.',
  })
  unreadEvents(
    @Args(() => UnreadEventsArgs) args: UnreadEventsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<UnreadEvent>> {
    const sourceId = uuidOrNull('source', args.inboundSourceId);
    return this.pages.of(viewer, {
      type: UnreadEventConnection,
      name: 'Query.unreadEvents',
      args,
      read: (asked) => this.sources.unread(viewer, sourceId, asked),
      show: showUnread,
    });
  }

  @Query(() => [ToolCap], {
    description:
      'What a tool that never asks is to be set to for a day, by planSends over all rules, never over a recommended number. What is counted together is shared: the first actions have theirs.',
  })
  async capsForTool(
    @Arg('seatId', () => ID, { description: 'The seat that the tool sends from.' }) seatId: string,
    @Arg('date', () => DateScalar, {
      description: "The day, in the seat's zone; today is what is left of it.",
    })
    date: string,
    @Ctx() { viewer, loaders }: RequestContext,
    @Arg('actions', () => [ActionEnum], {
      nullable: true,
      description: 'What the tool does, the most important first; everything, where left out.',
    })
    actions?: Action[] | null,
  ): Promise<ToolCap[]> {
    const asked = { seatId: uuidOf('seat', seatId), date, actions: actions ?? null };
    const caps = await this.toolCaps.caps(viewer, asked);
    return Promise.all(
      caps.map(async ({ action, max, binding }) => {
        const limit = binding?.limit ? await showLimitInZone(loaders, binding.limit) : null;
        return fill(ToolCap, { action, max, binding: binding && showReason(viewer, binding, limit) });
      }),
    );
  }

  @Mutation(() => AddInboundSourcePayload, {
    description: 'Makes an address that a tool sends its events to: they are counted as they come.',
  })
  addInboundSource(
    @Arg('input', () => AddInboundSourceInput, { description: 'The source.' }) input: AddInboundSourceInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AddInboundSourcePayload> {
    const added = this.sources.add(viewer, {
      ...input,
      clientAccountId: uuidOrNull('client', input.clientAccountId),
      seatId: uuidOrNull('seat', input.seatId),
    });
    const told = shown(added, ({ source, token }): Omit<AddInboundSourcePayload, 'userErrors'> => ({
      inboundSource: showSource(source),
      url: this.urlOf(token),
    }));
    return payloadOfFacts<Omit<AddInboundSourcePayload, 'userErrors'>>(told, {
      inboundSource: null,
      url: null,
    });
  }

  @Mutation(() => InboundSourcePayload, {
    description: 'Ends a source: nothing that comes in there counts any more.',
  })
  revokeInboundSource(
    @Arg('input', () => RevokeInboundSourceInput, { description: 'The source.' })
    { inboundSourceId }: RevokeInboundSourceInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<InboundSourcePayload> {
    const revoked: Promise<Kept | Refusal> = this.sources.revoke(viewer, uuidOf('source', inboundSourceId));
    return payload('inboundSource', revoked, showSource);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'The one client account whose seats it tells of; null for all of the agency, or for a seat.',
  })
  clientAccount(
    @Root() { clientAccountId }: InboundSource,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The one seat that it tells of; null for several.',
  })
  seat(@Root() { seatId }: InboundSource, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }
}

function showSource(source: Kept): InboundSource {
  const { id, name, tool, clientAccountId, seatId, createdAt, revokedAt, lastEventAt } = source;
  return fill(InboundSource, {
    ...{ id: toId('source', id), name, tool, clientAccountId, seatId, createdAt, revokedAt, lastEventAt },
  });
}

function showUnread({ sourceId, why, type, outline, receivedAt }: KeptUnread): UnreadEvent {
  return fill(UnreadEvent, { inboundSourceId: toId('source', sourceId), why, type, outline, receivedAt });
}
