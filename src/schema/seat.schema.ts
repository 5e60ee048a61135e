import 'reflect-metadata';
import { ArgsType, Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  Action,
  HolderKind,
  LimitMode,
  LinkedInTier,
  SeatHistory,
  SeatStatus,
  UsageLevel,
} from '../quota/words.js';
import { countedConnectionOf, PageArgs } from './connection.js';
import {
  ActionEnum,
  HolderKindEnum,
  LimitModeEnum,
  LinkedInTierEnum,
  SeatHistoryEnum,
  SeatStatusEnum,
  UsageLevelEnum,
} from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { Reason } from './reason.schema.js';
import { DateScalar, DateTimeScalar, LocalTimeScalar, TimeZoneScalar } from './scalars.js';

@ObjectType({ description: 'Days are 1 (Monday) to 7; `from` is before `to`.' })
export class WorkingHours {
  @Field(() => [Int], { description: 'Days of the week, 1 (Monday) to 7.' })
  days: readonly number[];

  @Field(() => LocalTimeScalar, { description: "When they begin, in the seat's zone." })
  from: string;

  @Field(() => LocalTimeScalar, { description: "When they end, in the seat's zone, exclusive." })
  to: string;
}

@ObjectType({
  implements: Node,
  description: "A LinkedIn account that is operated for a client account. LinkedIn's limits hold for each.",
})
export class Seat implements Node {
  id: string;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef: string | null;

  @Field(() => String, { description: 'The person whose account it is.' })
  holderName: string;

  @Field(() => HolderKindEnum, { description: 'Someone of the agency, or of the client.' })
  holderKind: HolderKind;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'When the holder agreed to it; without it nothing is allowed.',
  })
  holderAgreedOn: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the holder took it back, by the link of createHolderLink; null while they have not, or have agreed again since.',
  })
  holderWithdrewAt: number | null;

  @Field(() => String, { description: 'Normalised: https://www.linkedin.com/in/slug' })
  profileUrl: string;

  @Field(() => LinkedInTierEnum, { description: 'Its LinkedIn subscription.' })
  tier: LinkedInTier;

  @Field(() => TimeZoneScalar, { description: 'The zone of its days, weeks, months and working hours.' })
  timeZone: string;

  @Field(() => WorkingHours, {
    nullable: true,
    description:
      'Null: 09:00 to 18:00, Monday to Friday, for planning and warnings alone. Set: refused outside.',
  })
  workingHours: WorkingHours | null;

  @Field(() => LimitModeEnum, { description: "The stricter of this one and the client account's holds." })
  limitMode: LimitMode;

  @Field(() => SeatStatusEnum, { description: 'Whether it may ask.' })
  status: SeatStatus;

  @Field(() => SeatHistoryEnum, { description: 'What is known of the time before it came here.' })
  history: SeatHistory;

  @Field(() => DateScalar, {
    nullable: true,
    description: "The first day, in the seat's zone, of its ramp; null for a seat that is warm.",
  })
  warmUpStartedOn: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was added.' })
  createdAt: number;
}

@ObjectType({
  description:
    '`remaining` actions could go out from `availableAt` on under the limits, credits and states of now; `binding` says what stops the next one.',
})
export class Room {
  @Field(() => ActionEnum, { description: 'The action.' })
  action: Action;

  @Field(() => Int, { description: 'How many could go out, under all rules together.' })
  remaining: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'From when on; null where only a person can change the answer.',
  })
  availableAt: number | null;

  @Field(() => Reason, { nullable: true, description: 'What stops the one after these; null for nothing.' })
  binding: Reason | null;
}

export const SeatConnection = countedConnectionOf('Seat', Seat);

@ArgsType()
export class SeatsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => [SeatStatusEnum], { nullable: true, description: 'Only those in one of these states.' })
  statuses?: SeatStatus[] | null;

  @Field(() => String, {
    nullable: true,
    description: "A part of the holder's name, the address or the reference, in any case.",
  })
  search?: string | null;

  @Field(() => UsageLevelEnum, {
    nullable: true,
    description: 'Only those with a counter at this level or a worse one.',
  })
  minLevel?: UsageLevel | null;
}

/** The argument of a seat's usage and room. */
@ArgsType()
export class ActionsArgs {
  @Field(() => [ActionEnum], {
    nullable: true,
    description: 'Only of these actions; of all, where left out.',
  })
  actions?: Action[] | null;
}

@ObjectType({ description: 'The seat that was added or changed.' })
export class SeatPayload {
  @Field(() => Seat, { nullable: true, description: 'The seat; null when nothing was done.' })
  seat: Seat | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
