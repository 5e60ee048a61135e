import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { StepKind } from '../outreach/campaign/steps.js';
import type { TouchFailure, TouchState } from '../outreach/campaign/touch.js';
import type { Action } from '../quota/words.js';
import { StepKindEnum } from './campaign.enums.js';
import { Decision } from './decision.schema.js';
import { ActionEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { Reason } from './reason.schema.js';
import { DateTimeScalar } from './scalars.js';
import { TouchFailureEnum, TouchStateEnum } from './touch.enums.js';

@ObjectType({ implements: Node, description: 'One step of a campaign for one person.' })
export class Touch implements Node {
  id: string;

  /** `campaign`, `seat`, `reservation` and `prospect` are resolved from these. */
  campaignId: string;
  seatId: string;
  reservationId: string | null;

  @Field(() => String, { description: 'The key of the step.' })
  step: string;

  @Field(() => String, { nullable: true, description: 'Which of its texts; null where it has none.' })
  variant: string | null;

  @Field(() => TouchStateEnum, {
    description: 'What came of it. A claim is none any more from claimedUntil on, whatever this says.',
  })
  state: TouchState;

  @Field(() => DateTimeScalar, { description: 'Not before.' })
  dueAt: number;

  @Field(() => String, { nullable: true, description: 'The key or member that claimed it last.' })
  claimedBy: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the claim lapses, or lapsed.' })
  claimedUntil: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was done, passed over or given up.' })
  endedAt: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it was given up: REPLIED, OPTED_OUT, DO_NOT_CONTACT, OFF_THE_LIST, CAMPAIGN_ENDED, SAME_PERSON where they were in the campaign by another address before, NOT_DUE where something else came to be known of the person, or what failTouch told.',
  })
  endedBecause: string | null;
}

@ObjectType({ description: 'A touch that is due, and when it could go out.' })
export class NextTouch {
  @Field(() => Touch, { description: 'The touch: claim it.' })
  touch: Touch;

  @Field(() => StepKindEnum, { description: 'What is to be done.' })
  kind: StepKind;

  @Field(() => ActionEnum, { description: 'What it counts as.' })
  action: Action;

  @Field(() => DateTimeScalar, {
    description:
      'At the recommended pace, within all rules as they stand, if those before it are done when they are told.',
  })
  at: number;
}

@ObjectType({
  description:
    'What is next to be done from a seat today: what is left of it is shared out among its campaigns by their weights, at the recommended pace. Nothing is held by it.',
})
export class NextTouches {
  @Field(() => [NextTouch], { description: 'In order.' })
  touches: readonly NextTouch[];

  @Field(() => Int, {
    description: 'How many are due and claimed by nobody; of each campaign 200 at most are counted.',
  })
  waiting: number;

  @Field(() => Reason, {
    nullable: true,
    description:
      'What stops the first of those that do not fit today; null where all do. Touches that `first` leaves out may not have been tried.',
  })
  binding: Reason | null;
}

/** Of nextTouches, where it is left out. */
export const TOUCHES_DEFAULT = 20;

@ArgsType()
export class NextTouchesArgs {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: TOUCHES_DEFAULT,
    description: 'So many at most: 1 to 100.',
  })
  first: number | null;
}

@InputType({ description: 'Who asks for a touch.' })
export class ClaimTouchInput {
  @Field(() => ID, { description: 'The touch.' })
  touchId: string;

  @Field(() => Int, {
    nullable: true,
    description: 'How long it is kept for the caller: 30 to 86400 seconds; 900, where left out.',
  })
  holdSeconds?: number | null;

  @Field(() => String, {
    description: 'A claim with the same key is the same claim: it is answered again while it lasts.',
  })
  idempotencyKey: string;
}

@InputType({ description: 'It was sent.' })
export class CompleteTouchInput {
  @Field(() => ID, { description: 'The touch.' })
  touchId: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was sent; now, where left out.' })
  sentAt?: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'That the claim gave: refused where it has been claimed again since.',
  })
  reservationId?: string | null;
}

@InputType({ description: 'A touch.' })
export class TouchInput {
  @Field(() => ID, { description: 'The touch.' })
  touchId: string;
}

@InputType({ description: 'It could not be sent.' })
export class FailTouchInput {
  @Field(() => ID, { description: 'The touch.' })
  touchId: string;

  @Field(() => TouchFailureEnum, { description: 'Why.' })
  because: TouchFailure;
}

@ObjectType({ description: 'What came of a claim. A refusal by the rules is no error: it is a decision.' })
export class ClaimTouchPayload {
  @Field(() => Touch, {
    nullable: true,
    description: 'As it is now: CLAIMED, or what else became of it; null where nothing was done.',
  })
  touch: Touch | null;

  @Field(() => Decision, {
    nullable: true,
    description: 'Allowed, with its reservation, or why not, and when; null where nothing had to be decided.',
  })
  decision: Decision | null;

  @Field(() => String, { nullable: true, description: 'Of an InMail, as it is to be sent.' })
  subject: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text, as it is to be sent; null where there is none.',
  })
  body: string | null;

  @Field(() => String, { nullable: true, description: 'To whom: the address of their profile.' })
  profileUrl: string | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'What a mutation made of a touch.' })
export class TouchPayload {
  @Field(() => Touch, { nullable: true, description: 'The touch; null when nothing was done.' })
  touch: Touch | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
