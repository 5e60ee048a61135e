import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Action, EngagementKind } from '../quota/words.js';
import type {
  InboundPersonChange,
  InboundTool,
  ProspectField,
  UnreadReason,
} from '../quota/inbound-words.js';
import { connectionOf, PageArgs } from './connection.js';
import { EngagementKindEnum } from './engagement.schema.js';
import { ActionEnum } from './enums.js';
import {
  InboundPersonChangeEnum,
  InboundToolEnum,
  ProspectFieldEnum,
  UnreadReasonEnum,
} from './inbound.enums.js';
import { UserError } from './payload.js';
import { Reason } from './reason.schema.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'An address that a tool of the agency sends its events to.' })
export class InboundSource {
  @Field(() => ID, { description: 'Of the source; opaque.' })
  id: string;

  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => InboundToolEnum, { description: 'Whose events it takes.' })
  tool: InboundTool;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  /** `seat` is resolved from it. */
  seatId: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was added.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it works.' })
  revokedAt: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'About when an event last came in; null before one did.',
  })
  lastEventAt: number | null;
}

export const InboundSourceConnection = connectionOf('InboundSource', InboundSource);

@ObjectType({
  description:
    'An event of a tool that could not be read: why, and which fields it had, without any value. What it told of is not counted.',
})
export class UnreadEvent {
  /** `source` is resolved from it. */
  @Field(() => ID, { description: 'The source that it came in by.' })
  inboundSourceId: string;

  @Field(() => UnreadReasonEnum, { description: 'Why it did not count.' })
  why: UnreadReason;

  @Field(() => String, { nullable: true, description: 'What the tool calls it; null where it says nothing.' })
  type: string | null;

  @Field(() => [String], {
    description: 'Its fields, each with the kind of its value: `lead.profile_url: string`.',
  })
  outline: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it first came in.' })
  receivedAt: number;
}

export const UnreadEventConnection = connectionOf('UnreadEvent', UnreadEvent);

@ArgsType()
export class UnreadEventsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this source.' })
  inboundSourceId?: string | null;
}

@InputType({
  description: 'What a type of event means, one of the three. With none, it is known and counts for nothing.',
})
export class InboundEventInput {
  @Field(() => String, { description: 'What the tool calls it; upper and lower case are the same.' })
  type: string;

  @Field(() => ActionEnum, { nullable: true, description: 'What was sent.' })
  action?: Action | null;

  @Field(() => EngagementKindEnum, { nullable: true, description: 'What somebody did in answer.' })
  engagement?: EngagementKind | null;

  @Field(() => InboundPersonChangeEnum, {
    nullable: true,
    description: 'What is to become of the person; for a source of a client account.',
  })
  person?: InboundPersonChange | null;
}

@InputType({
  description: 'Where an event says something of a person: a field of the list, or one of its own.',
})
export class InboundFieldInput {
  @Field(() => String, { description: 'Where it stands.' })
  path: string;

  @Field(() => ProspectFieldEnum, { nullable: true, description: 'Which field it is.' })
  field?: ProspectField | null;

  @Field(() => String, { nullable: true, description: "Or how the list's own field is called." })
  customField?: string | null;
}

@InputType({
  description:
    'Where in the events of a tool stands what: names of fields with dots, such as lead.profile_url.',
})
export class InboundMappingInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The list of events in a body, 100 at most. Left out: the body is an event, or a list of them.',
  })
  listPath?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the event is. Left out: each is of the one type that `events` has.',
  })
  typePath?: string | null;

  @Field(() => String, { description: "The address of the person's profile." })
  personPath: string;

  @Field(() => String, {
    nullable: true,
    description: 'An id of the event itself; without one all of it is.',
  })
  idPath?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'When it happened: ISO 8601 with a zone, or seconds or milliseconds since 1970. Left out: when it came in.',
  })
  occurredAtPath?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Whose seat it is: its externalRef, or the address of its profile. For a source of one seat it isn't asked.",
  })
  seatPath?: string | null;

  @Field(() => [InboundEventInput], { description: 'What each type of event means.' })
  events: InboundEventInput[];

  @Field(() => [InboundFieldInput], {
    nullable: true,
    description:
      'What an event says of a person who is LISTED. It takes the place of what a list said; what a person set by hand stays.',
  })
  prospectFields?: InboundFieldInput[] | null;

  @Field(() => [String], { nullable: true, description: 'Tags that whoever is LISTED gets.' })
  tags?: string[] | null;
}

@InputType({ description: 'A new source.' })
export class AddInboundSourceInput {
  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => InboundToolEnum, { description: 'Whose events it takes.' })
  tool: InboundTool;

  @Field(() => ID, { nullable: true, description: 'Only for seats of this client account.' })
  clientAccountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'For this seat, whatever account its events name, while it is of the client account that has it now: once it has moved, nothing is recorded.',
  })
  seatId?: string | null;

  @Field(() => InboundMappingInput, { nullable: true, description: 'For GENERIC, and for it alone.' })
  mapping?: InboundMappingInput | null;
}

@InputType({ description: 'Which source.' })
export class RevokeInboundSourceInput {
  @Field(() => ID, { description: 'The source.' })
  inboundSourceId: string;
}

@ObjectType({ description: 'The source that was added.' })
export class AddInboundSourcePayload {
  @Field(() => InboundSource, { nullable: true, description: 'It; null when none was added.' })
  inboundSource: InboundSource | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the tool sends its events to. Whoever has it is the tool. Shown this once.',
  })
  url: string | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'The source that was revoked.' })
export class InboundSourcePayload {
  @Field(() => InboundSource, { nullable: true, description: 'It; null when nothing was done.' })
  inboundSource: InboundSource | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'What a tool that never asks is to be set to for a day.' })
export class ToolCap {
  @Field(() => ActionEnum, { description: 'What is capped.' })
  action: Action;

  @Field(() => Int, { description: 'How many at most, that day.' })
  max: number;

  @Field(() => Reason, { nullable: true, description: 'What stops the next one, as planSends tells it.' })
  binding: Reason | null;
}
