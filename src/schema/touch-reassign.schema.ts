import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { STAY_REASONS, type StayReason } from '../outreach/campaign/reassign.js';
import { Campaign } from './campaign.schema.js';
import { enumOf } from './enums.js';
import { UserError } from './payload.js';

const StayReasonEnum = enumOf(
  'StayReason',
  STAY_REASONS,
  'Why somebody stays with the seat that they have.',
  {
    CLAIMED: 'An operator is about them right now: ask again when the claim has ended.',
    IN_CONVERSATION: 'The seat has written to them, or they have answered it.',
    INVITED: 'The seat has invited them: what comes of it comes to the seat.',
    CONNECTED: 'They are connected to the seat, and not to the other one.',
    ELSEWHERE:
      'Of those whose touches were named: they are another seat’s by now, or have no steps before them.',
  },
);

@InputType({ description: 'Whose people are given to which seat.' })
export class ReassignTouchesInput {
  @Field(() => ID, { description: 'The campaign.' })
  campaignId: string;

  @Field(() => ID, { description: 'The seat that has them; it may have left the campaign.' })
  fromSeatId: string;

  @Field(() => ID, {
    description: 'The seat that takes them over: one of the campaign, neither removed nor restricted.',
  })
  toSeatId: string;

  @Field(() => [ID], {
    nullable: true,
    description: 'The people of these touches alone, 100 at most; left out, all whom the seat has.',
  })
  touchIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Nothing is changed: it is told who would go, and who would stay.',
  })
  dryRun?: boolean | null;
}

@ObjectType({ description: 'People who stay with their seat, for one reason.' })
export class StayedPeople {
  @Field(() => StayReasonEnum, { description: 'Why.' })
  because: StayReason;

  @Field(() => Int, { description: 'How many.' })
  people: number;
}

@ObjectType({ description: 'Who went to the other seat, and who did not.' })
export class ReassignTouchesPayload {
  @Field(() => Campaign, { nullable: true, description: 'The campaign; null when nothing was done.' })
  campaign: Campaign | null;

  @Field(() => Int, { description: 'People whose next touch goes out from the other seat.' })
  reassigned: number;

  @Field(() => [StayedPeople], { description: 'Those who stay, by the reason; only reasons that there are.' })
  stayed: StayedPeople[];

  @Field(() => Boolean, {
    description: 'Whether the seat has more people than one call looks at: call again.',
  })
  hasMore: boolean;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
