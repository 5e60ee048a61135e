import 'reflect-metadata';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  AlertKind,
  DeliveryFailure,
  DeliveryStatus,
  Severity,
  WebhookFormat,
  WebhookStatus,
} from '../quota/words.js';
import { AlertKindEnum, SeverityEnum } from './alert.enums.js';
import { connectionOf } from './connection.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';
import {
  DeliveryFailureEnum,
  DeliveryStatusEnum,
  WebhookFormatEnum,
  WebhookStatusEnum,
} from './webhook.enums.js';

@ObjectType({
  implements: Node,
  description:
    'An endpoint that the agency is told at: a signed request for each alert, for each hold that ended without its caller, and, where it asks for them, for touches and answers.',
})
export class Webhook implements Node {
  id: string;

  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => String, {
    description:
      'Where it is. Of a SLACK one the host alone: the rest is a secret between it and Slack. Empty where this server can’t open it any more: say it anew.',
  })
  url: string;

  @Field(() => WebhookFormatEnum, { description: 'How what is sent there is written.' })
  format: WebhookFormat;

  @Field(() => [AlertKindEnum], {
    nullable: true,
    description: 'The kinds of alerts that it is told of; null for all.',
  })
  alertKinds: readonly AlertKind[] | null;

  @Field(() => SeverityEnum, { description: 'How urgent an alert is at least.' })
  minSeverity: Severity;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  @Field(() => Boolean, {
    description: 'Whether it is told of holds that were released by us, or lapsed: `reservation.changed`.',
  })
  reservationChanges: boolean;

  @Field(() => Boolean, {
    description:
      'Whether it is told of touches that ended, and of whom: `touch.completed`, `touch.skipped`, `touch.failed`.',
  })
  touchChanges: boolean;

  @Field(() => Boolean, {
    description: 'Whether it is told of what people did in answer, and of whom: `engagement.recorded`.',
  })
  engagements: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      "The custom field of prospects that holds the receiver's own reference of a person, which is told along; null for none.",
  })
  prospectRefField: string | null;

  @Field(() => WebhookStatusEnum, { description: 'Whether anything is sent there.' })
  status: WebhookStatus;

  @Field(() => DateTimeScalar, { description: 'When it was added: it is told of what happened since.' })
  createdAt: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when nothing that was sent there arrived; null while it arrives.',
  })
  failingSince: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the first of those that wait is tried; null while none waits.',
  })
  nextTryAt: number | null;
}

export const WebhookConnection = connectionOf('Webhook', Webhook);

@ObjectType({ description: 'One thing that an endpoint is told, and what became of it.' })
export class WebhookDelivery {
  @Field(() => ID, { description: 'Of the delivery; opaque.' })
  id: string;

  @Field(() => Int, { description: 'Of the endpoint: its deliveries are sent in this order.' })
  number: number;

  @Field(() => String, { description: 'Its `type`: `alert.raised`, `touch.completed`, …' })
  event: string;

  @Field(() => ID, {
    description:
      'The alert, the reservation, the touch, the engagement or the delivery that it tells of; sent as `webhook-id`, the same at each try.',
  })
  subjectId: string;

  @Field(() => Boolean, { description: 'Whether it was sent again, by replayWebhook.' })
  replayed: boolean;

  @Field(() => DeliveryStatusEnum, { description: 'What became of it.' })
  status: DeliveryStatus;

  @Field(() => DateTimeScalar, { description: 'When it was taken up.' })
  createdAt: number;

  @Field(() => Int, { description: 'How often it was tried.' })
  tries: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was tried last; null before it was.' })
  triedAt: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it arrived or was given up; null while it waits.',
  })
  endedAt: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'What the endpoint last answered; null where it did not.',
  })
  statusCode: number | null;

  @Field(() => DeliveryFailureEnum, {
    nullable: true,
    description: 'Why the last try came to nothing; null where it arrived.',
  })
  failure: DeliveryFailure | null;

  @Field(() => Int, { nullable: true, description: 'How long the last try took, in milliseconds.' })
  tookMs: number | null;
}

export const WebhookDeliveryConnection = connectionOf('WebhookDelivery', WebhookDelivery);

@ObjectType({ description: 'The endpoint that was changed.' })
export class WebhookPayload {
  @Field(() => Webhook, { nullable: true, description: 'The endpoint; null when nothing was done.' })
  webhook: Webhook | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'The endpoint with a new secret.' })
export class WebhookSecretPayload {
  @Field(() => Webhook, { nullable: true, description: 'The endpoint; null when nothing was done.' })
  webhook: Webhook | null;

  @Field(() => String, {
    nullable: true,
    description: 'What its requests are signed with, `whsec_…`. Shown this once.',
  })
  secret: string | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Whether the endpoint was taken away.' })
export class RemoveWebhookPayload {
  @Field(() => Boolean, { nullable: true, description: 'True; null when nothing was done.' })
  removed: boolean | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'The test that is on its way.' })
export class SendTestEventPayload {
  @Field(() => WebhookDelivery, { nullable: true, description: 'It; null when nothing was done.' })
  delivery: WebhookDelivery | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'What is sent again.' })
export class ReplayWebhookPayload {
  @Field(() => Int, { nullable: true, description: 'How many events; null when nothing was done.' })
  events: number | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
