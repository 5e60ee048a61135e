import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Refusal } from '../errors.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import {
  AddWebhookInput,
  DeliveriesArgs,
  ReplayWebhookInput,
  RotateWebhookSecretInput,
  UpdateWebhookInput,
  WebhookInput,
} from '../schema/webhook.input.js';
import {
  RemoveWebhookPayload,
  ReplayWebhookPayload,
  SendTestEventPayload,
  Webhook,
  WebhookConnection,
  type WebhookDelivery,
  WebhookDeliveryConnection,
  WebhookPayload,
  WebhookSecretPayload,
} from '../schema/webhook.schema.js';
import type { WebhookReplay } from '../services/webhooks/webhook.replay.js';
import type { WebhookService, WithSecret } from '../services/webhooks/webhook.service.js';
import type { RequestContext } from './context.js';
import { uuidIfGiven, uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { showClientAccount, showLoaded, shown } from './show.js';
import { showDelivery, showWebhook } from './webhook.show.js';

@Resolver(() => Webhook)
export class WebhookResolver {
  constructor(
    private readonly service: WebhookService,
    private readonly sent: WebhookReplay,
    private readonly pages: Pages,
  ) {}

  @Query(() => WebhookConnection, { description: 'Newest first. For those who may add webhooks.' })
  webhooks(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Webhook>> {
    return this.pages.of(viewer, {
      type: WebhookConnection,
      name: 'Query.webhooks',
      args,
      read: (asked) => this.service.webhooks(viewer, asked),
      show: showWebhook,
    });
  }

  @Mutation(() => WebhookSecretPayload, {
    description: 'Adds an endpoint, which is told of what happens from now on.',
  })
  addWebhook(
    @Arg('input', () => AddWebhookInput, { description: 'The endpoint.' }) input: AddWebhookInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<WebhookSecretPayload> {
    const clientAccountId = uuidOrNull('client', input.clientAccountId);
    return showWithSecret(this.service.addWebhook(viewer, { ...input, clientAccountId }));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Changes an endpoint. Another address, and a pause that ends, are tried at once.',
  })
  updateWebhook(
    @Arg('input', () => UpdateWebhookInput, { description: 'What is otherwise from now on.' })
    { webhookId, clientAccountId, ...changes }: UpdateWebhookInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<WebhookPayload> {
    const updated = this.service.updateWebhook(viewer, {
      ...changes,
      webhookId: uuidOf('webhook', webhookId),
      clientAccountId: uuidIfGiven('client', clientAccountId),
    });
    return payload('webhook', updated, showWebhook);
  }

  @Mutation(() => RemoveWebhookPayload, {
    description: 'Takes an endpoint away, with what waits for it and the log of what was sent there.',
  })
  removeWebhook(
    @Arg('input', () => WebhookInput, { description: 'The endpoint.' }) { webhookId }: WebhookInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<RemoveWebhookPayload> {
    const outcome: Promise<Omit<RemoveWebhookPayload, 'userErrors'> | Refusal> = this.service.removeWebhook(
      viewer,
      uuidOf('webhook', webhookId),
    );
    return payloadOfFacts(outcome, { removed: null });
  }

  @Mutation(() => WebhookSecretPayload, {
    description: 'Makes another secret of an endpoint. For a while its requests are signed with both.',
  })
  rotateWebhookSecret(
    @Arg('input', () => RotateWebhookSecretInput, { description: 'The endpoint, and for how long.' })
    { webhookId, overlapSeconds }: RotateWebhookSecretInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<WebhookSecretPayload> {
    return showWithSecret(this.service.rotateSecret(viewer, uuidOf('webhook', webhookId), overlapSeconds));
  }

  @Mutation(() => SendTestEventPayload, {
    description: 'Sends an event that tells of nothing, behind what waits; both are tried at once.',
  })
  sendTestEvent(
    @Arg('input', () => WebhookInput, { description: 'The endpoint.' }) { webhookId }: WebhookInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SendTestEventPayload> {
    return payload('delivery', this.sent.sendTestEvent(viewer, uuidOf('webhook', webhookId)), showDelivery);
  }

  @Mutation(() => ReplayWebhookPayload, {
    description:
      'Tells an endpoint again what it was told, or given up on: 1,000 events at most, under their old ids, behind what waits.',
  })
  replayWebhook(
    @Arg('input', () => ReplayWebhookInput, { description: 'The endpoint, and what of all.' })
    { webhookId, ...range }: ReplayWebhookInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReplayWebhookPayload> {
    const outcome: Promise<Omit<ReplayWebhookPayload, 'userErrors'> | Refusal> = this.sent.replay(viewer, {
      ...range,
      webhookId: uuidOf('webhook', webhookId),
    });
    return payloadOfFacts(outcome, { events: null });
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'The one client account that it is told of; null for all of the agency.',
  })
  clientAccount(
    @Root() { clientAccountId }: Webhook,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => WebhookDeliveryConnection, {
    description: 'What it was told, newest first: of 30 days, and the last 5,000.',
  })
  deliveries(
    @Root() { id }: Webhook,
    @Args(() => DeliveriesArgs) args: DeliveriesArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<WebhookDelivery>> {
    const webhookId = uuidOf('webhook', id);
    return this.pages.of(viewer, {
      type: WebhookDeliveryConnection,
      name: 'Webhook.deliveries',
      args,
      read: (asked) => this.sent.deliveries(viewer, webhookId, args.statuses ?? null, asked),
      show: showDelivery,
    });
  }
}

/** The only answers that a secret is in. */
function showWithSecret(made: Promise<WithSecret | Refusal>): Promise<WebhookSecretPayload> {
  const told = shown(made, ({ webhook, secret }): Omit<WebhookSecretPayload, 'userErrors'> => ({
    webhook: showWebhook(webhook),
    secret,
  }));
  return payloadOfFacts(told, { webhook: null, secret: null });
}
