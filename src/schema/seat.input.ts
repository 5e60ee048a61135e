import 'reflect-metadata';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Action, HolderKind, LimitMode, LinkedInTier, SeatHistory } from '../quota/words.js';
import { ActionEnum, HolderKindEnum, LimitModeEnum, LinkedInTierEnum, SeatHistoryEnum } from './enums.js';
import { DateScalar, LocalTimeScalar, TimeZoneScalar } from './scalars.js';

@InputType({ description: 'Days are 1 (Monday) to 7; `from` is before `to`.' })
export class WorkingHoursInput {
  @Field(() => [Int], { description: 'Days of the week, 1 (Monday) to 7; at least one.' })
  days: number[];

  @Field(() => LocalTimeScalar, { description: "When they begin, in the seat's zone." })
  from: string;

  @Field(() => LocalTimeScalar, { description: "When they end, in the seat's zone, exclusive." })
  to: string;
}

@InputType({
  description: 'The i-th of `count` counts (i - 1/2) x days / count days before the seat was added.',
})
export class OpeningUseInput {
  @Field(() => ActionEnum, { description: 'What was sent.' })
  action: Action;

  @Field(() => Int, { description: 'Over how many days of 86400 seconds before the seat was added.' })
  days: number;

  @Field(() => Int, { description: 'How many, over all these days.' })
  count: number;
}

@InputType({ description: 'A new seat.' })
export class AddSeatInput {
  @Field(() => ID, { description: 'The client account that it is operated for.' })
  clientAccountId: string;

  @Field(() => String, { description: 'The person whose account it is.' })
  holderName: string;

  @Field(() => String, { description: "Any usual form of the profile's address; it is normalised." })
  profileUrl: string;

  @Field(() => LinkedInTierEnum, { description: 'Its LinkedIn subscription.' })
  tier: LinkedInTier;

  @Field(() => TimeZoneScalar, { description: 'The zone of its days, weeks, months and working hours.' })
  timeZone: string;

  @Field(() => HolderKindEnum, {
    nullable: true,
    defaultValue: 'AGENCY_STAFF',
    description: 'Someone of the agency, or of the client.',
  })
  holderKind: HolderKind | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'When the holder agreed to it; without it nothing is allowed.',
  })
  holderAgreedOn?: string | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef?: string | null;

  @Field(() => WorkingHoursInput, {
    nullable: true,
    description: 'Outside of them everything is refused. Left out: planning and warnings alone.',
  })
  workingHours?: WorkingHoursInput | null;

  @Field(() => LimitModeEnum, {
    nullable: true,
    defaultValue: 'CEILING',
    description: "Which of the policy's two numbers refuses.",
  })
  limitMode: LimitMode | null;

  @Field(() => SeatHistoryEnum, {
    nullable: true,
    defaultValue: 'UNKNOWN',
    description: 'NONE: the account sent nothing in the last month. DECLARED: openingUse says what.',
  })
  history: SeatHistory | null;

  @Field(() => [OpeningUseInput], {
    nullable: true,
    defaultValue: [],
    description: 'What was sent in the last `days` days, spread evenly.',
  })
  openingUse: OpeningUseInput[] | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: 'They lapse 180 days after adding.',
  })
  openingPendingInvitations: number | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'A new or long idle account ramps up from here; null for one that is warm.',
  })
  warmUpStartedOn?: string | null;

  @Field(() => Int, { nullable: true, description: 'InMail credits that it has today.' })
  openingCredits?: number | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day of the next grant; for tiers that are granted on their billing day.',
  })
  creditsRenewOn?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Where the contract says otherwise than the tier.',
  })
  creditsPerMonth?: number | null;
}

@InputType({ description: 'Changes to a seat; what is left out stays, null clears.' })
export class UpdateSeatInput {
  @Field(() => ID, { description: 'The seat to change.' })
  seatId: string;

  @Field(() => String, { nullable: true, description: 'The person whose account it is.' })
  holderName?: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'When the holder agreed to it; null: no longer, and nothing is allowed.',
  })
  holderAgreedOn?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Any usual form of the profile's address; it is normalised.",
  })
  profileUrl?: string | null;

  @Field(() => LinkedInTierEnum, {
    nullable: true,
    description: 'Its LinkedIn subscription; a change sets the balance of credits to nothing.',
  })
  tier?: LinkedInTier | null;

  @Field(() => TimeZoneScalar, {
    nullable: true,
    description: "Its new zone, from the old zone's next boundary of each calendar limit on.",
  })
  timeZone?: string | null;

  @Field(() => WorkingHoursInput, {
    nullable: true,
    description: 'Outside of them everything is refused. Null: planning and warnings alone.',
  })
  workingHours?: WorkingHoursInput | null;

  @Field(() => LimitModeEnum, { nullable: true, description: "Which of the policy's two numbers refuses." })
  limitMode?: LimitMode | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The first day of its ramp; null for a seat that is warm.',
  })
  warmUpStartedOn?: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'The day of the next grant of InMail credits.' })
  creditsRenewOn?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'InMail credits granted each month; null for what the tier says.',
  })
  creditsPerMonth?: number | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; null for none." })
  externalRef?: string | null;

  @Field(() => HolderKindEnum, { nullable: true, description: 'Someone of the agency, or of the client.' })
  holderKind?: HolderKind | null;

  @Field(() => SeatHistoryEnum, {
    nullable: true,
    description: 'History and opening numbers only while the history is UNKNOWN, else WRONG_STATE.',
  })
  history?: SeatHistory | null;

  @Field(() => [OpeningUseInput], {
    nullable: true,
    description: 'What was sent in the last `days` days before the seat was added, spread evenly.',
  })
  openingUse?: OpeningUseInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Unanswered invitations of the seat; they lapse 180 days after adding.',
  })
  openingPendingInvitations?: number | null;
}

@InputType({ description: 'Which seat is meant.' })
export class SeatInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;
}

@InputType({ description: 'The days on which a seat does not work.' })
export class SetDaysOffInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => [DateScalar], { description: "In the seat's zone; empty for none." })
  days: string[];
}
