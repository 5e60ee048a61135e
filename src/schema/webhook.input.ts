import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { AlertKind, DeliveryStatus, Severity, WebhookFormat, WebhookStatus } from '../quota/words.js';
import { AlertKindEnum, SeverityEnum } from './alert.enums.js';
import { PageArgs } from './connection.js';
import { DateTimeScalar } from './scalars.js';
import { DeliveryStatusEnum, WebhookFormatEnum, WebhookStatusEnum } from './webhook.enums.js';

@ArgsType()
export class DeliveriesArgs extends PageArgs {
  @Field(() => [DeliveryStatusEnum], { nullable: true, description: 'Only those of which this became.' })
  statuses?: DeliveryStatus[] | null;
}

@InputType({ description: 'A new endpoint.' })
export class AddWebhookInput {
  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => String, { description: 'Where it is: an address of https on the public internet.' })
  url: string;

  @Field(() => WebhookFormatEnum, {
    nullable: true,
    defaultValue: 'STANDARD',
    description: 'How what is sent there is written.',
  })
  format?: WebhookFormat | null;

  @Field(() => [AlertKindEnum], {
    nullable: true,
    description: 'The kinds of alerts that it is told of; all where left out, none where empty.',
  })
  alertKinds?: AlertKind[] | null;

  @Field(() => SeverityEnum, {
    nullable: true,
    defaultValue: 'INFO',
    description: 'How urgent an alert is at least.',
  })
  minSeverity?: Severity | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Only of this client account, and as a viewer of it alone would see it; the whole agency, where left out.',
  })
  clientAccountId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether it is told of holds that were released by us, or lapsed.',
  })
  reservationChanges?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether it is told of touches that were completed, skipped or failed from now on, and of whom. An address that others read is none for it.',
  })
  touchChanges?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether it is told of what people do in answer, whoever records it, and of whom.',
  })
  engagements?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The custom field of prospects that holds the receiver's own reference of a person: told along as externalRef.",
  })
  prospectRefField?: string | null;
}

@InputType({ description: 'Changes to an endpoint; what is left out stays, null clears.' })
export class UpdateWebhookInput {
  @Field(() => ID, { description: 'The endpoint to change.' })
  webhookId: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it is from now on; tried at once.' })
  url?: string | null;

  @Field(() => WebhookFormatEnum, { nullable: true, description: 'How what is sent there is written.' })
  format?: WebhookFormat | null;

  @Field(() => [AlertKindEnum], {
    nullable: true,
    description: 'The kinds of alerts that it is told of; null for all.',
  })
  alertKinds?: AlertKind[] | null;

  @Field(() => SeverityEnum, { nullable: true, description: 'How urgent an alert is at least.' })
  minSeverity?: Severity | null;

  @Field(() => ID, { nullable: true, description: 'Only of this client account; null for the whole agency.' })
  clientAccountId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is told of holds that ended.' })
  reservationChanges?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is told of touches that ended from then on, and of whom.',
  })
  touchChanges?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is told of what people do in answer from then on, and of whom.',
  })
  engagements?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "The custom field that holds the receiver's own reference of a person; null for none.",
  })
  prospectRefField?: string | null;

  @Field(() => WebhookStatusEnum, {
    nullable: true,
    description: 'PAUSED sends nothing; when it is ACTIVE again it goes on where it stood.',
  })
  status?: WebhookStatus | null;
}

@InputType({ description: 'Which endpoint.' })
export class WebhookInput {
  @Field(() => ID, { description: 'The endpoint.' })
  webhookId: string;
}

@InputType({ description: 'Which endpoint gets another secret.' })
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: 'The endpoint.' })
  webhookId: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 86_400,
    description: 'How long it is signed with both, in seconds: 0 to 2592000. A third one ends at once.',
  })
  overlapSeconds?: number | null;
}

@InputType({
  description: 'What an endpoint is told again: alerts by their numbers, or what was sent there in a time.',
})
export class ReplayWebhookInput {
  @Field(() => ID, { description: 'The endpoint.' })
  webhookId: string;

  @Field(() => Int, { nullable: true, description: 'Alerts from this number on; the first, where left out.' })
  fromSequence?: number | null;

  @Field(() => Int, { nullable: true, description: 'Alerts up to this number; the last, where left out.' })
  untilSequence?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'What was taken up for it from then on.' })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'What was taken up for it before.' })
  until?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Only what was given up and has not arrived since.',
  })
  deadOnly?: boolean | null;
}
