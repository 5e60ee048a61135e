import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Action } from '../quota/words.js';
import { connectionOf, PageArgs } from './connection.js';
import { RecipientInput } from './decision.input.js';
import { ActionEnum } from './enums.js';
import { Usage } from './limit.schema.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'Something done elsewhere and recorded here; it is never refused.',
})
export class Activity implements Node {
  id: string;

  /** `seat` is resolved from it. */
  seatId: string;

  @Field(() => ActionEnum, { description: 'What was done.' })
  action: Action;

  /** That of its time; `recipientProfileUrl` is resolved from both. Null where it is not known who. */
  clientAccountId: string;
  recipientId: string | null;

  @Field(() => Int, { description: 'How many times.' })
  count: number;

  @Field(() => DateTimeScalar, { description: 'When it was done: the instant at which it counts.' })
  occurredAt: number;

  @Field(() => String, { nullable: true, description: 'Where it was seen.' })
  source: string | null;

  @Field(() => String, { description: 'The key or member that recorded it.' })
  recordedBy: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was taken out; null while it counts.',
  })
  voidedAt: number | null;
}

export const ActivityConnection = connectionOf('Activity', Activity);

@ArgsType()
export class ActivitiesArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this seat.' })
  seatId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only those done at this instant or later.' })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only those done before this instant.' })
  until?: number | null;
}

@InputType({ description: 'Something that was done elsewhere.' })
export class ActivityInput {
  @Field(() => ID, { description: 'The seat that did it.' })
  seatId: string;

  @Field(() => ActionEnum, { description: 'What was done.' })
  action: Action;

  @Field(() => RecipientInput, {
    nullable: true,
    description: 'Left out where it is not known who; then `count` says how many.',
  })
  recipient?: RecipientInput | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'How many times: 1 to 100000, and 1 with a recipient.',
  })
  count: number | null;

  @Field(() => DateTimeScalar, {
    description: 'Up to five minutes after now is moved to now; beyond: INVALID.',
  })
  occurredAt: number;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'A connection request that had a note.',
  })
  withNote: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "Where it was seen: another tool's name, by hand, an import.",
  })
  source?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The hold that it came from, when it lapsed or was released before its commit.',
  })
  reservationId?: string | null;

  @Field(() => String, {
    description: 'One key, one record. The same key and input again is alreadyKnown. 1 to 255 characters.',
  })
  idempotencyKey: string;
}

@ObjectType({
  description:
    'All or nothing. It never refuses for lack of room: it happened. Going over a limit raises LIMIT_BREACHED. What matches a\n' +
    'commit or a record of the same seat, action and recipient within five minutes is the same send: alreadyKnown.',
})
export class RecordActivitiesPayload {
  @Field(() => Int, {
    description:
      'How many of `inputs` were new, and count from now on: each once, whatever its `count`. wouldHaveBeenRefused counts the sends of these instead: of one with `count` 12, of which 5 had no room any more, it is 5. What was held is left out of it, though `reserve` counts that.',
  })
  recorded: number;

  @Field(() => Int, { description: 'How many of `inputs` were known before, and changed nothing.' })
  alreadyKnown: number;

  @Field(() => Int, {
    description: 'How many of them reserve would have refused, each at its occurredAt, in order of time.',
  })
  wouldHaveBeenRefused: number;

  @Field(() => [Usage], { description: "Not the agency's, for a viewer of one client account." })
  usage: readonly Usage[];

  @Field(() => [UserError], {
    description:
      'Why nothing was recorded; empty when it was, but for NOT_LOOKED_AT: then some of this answer says nothing.',
  })
  userErrors: UserError[];
}

@InputType({ description: 'Records that are wrong.' })
export class VoidActivitiesInput {
  @Field(() => [ID], { description: 'The activities to take out.' })
  activityIds: string[];

  @Field(() => String, { description: 'Why, for the audit log.' })
  reason: string;
}

@ObjectType({ description: 'What was taken out.' })
export class VoidActivitiesPayload {
  @Field(() => Int, {
    description: 'Activities that count no more; those taken out before are not among them.',
  })
  voided: number;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
