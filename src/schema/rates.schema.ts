import 'reflect-metadata';
import { ArgsType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import {
  RATE_GROUPINGS,
  RATE_MEASURES,
  RATE_VERDICTS,
  type RateGrouping,
  type RateMeasure,
  type RateVerdict,
} from '../quota/words.js';
import { connectionOf, PageArgs } from './connection.js';
import { enumOf } from './enums.js';
import { DateScalar, DateTimeScalar } from './scalars.js';

const RateGroupingEnum = enumOf('RateGrouping', RATE_GROUPINGS, 'What answers are counted by.', {
  SEAT: 'By the seat that sent.',
  CLIENT_ACCOUNT: 'By the client account that had the seat then.',
  CAMPAIGN: 'By the campaign that it was sent for; what was sent for none is left out.',
  STEP: 'By the step of the campaign that `campaignId` names; what was sent for none is left out.',
  VARIANT: 'By the text of a step of that campaign.',
  DAY: "By the day that it was sent on, in the agency's zone.",
});

const RateMeasureEnum = enumOf('RateMeasure', RATE_MEASURES, 'Which answers are counted.', {
  ACCEPTANCE: 'Invitations that were accepted.',
  REPLY: 'Messages of any kind that were answered: a reply, or an InMail that was accepted.',
});

const RateVerdictEnum = enumOf('RateVerdict', RATE_VERDICTS, 'Which of two did better.', {
  FIRST_IS_BETTER: 'The first one, by 95 % or more.',
  SECOND_IS_BETTER: 'The second one, by 95 % or more.',
  NOT_ENOUGH: 'It can not be told yet.',
});

@ObjectType({
  description:
    'How many people answered of those who were asked, each counted once for a seat. An answer counts for the newest send before it.',
})
export class Rate {
  @Field(() => Int, { description: 'People who were sent something.' })
  sent: number;

  @Field(() => Int, { description: 'Those of them who answered.' })
  answered: number;

  @Field(() => Float, { nullable: true, description: 'Their share, 0 to 1; null where nothing was sent.' })
  rate: number | null;

  @Field(() => Float, { description: 'The low end of what the share may really be, at 95 % (Wilson).' })
  low: number;

  @Field(() => Float, { description: 'The high end.' })
  high: number;
}

@ObjectType({ description: 'How what was sent was answered, of one group.' })
export class EngagementRate {
  /** `seat`, `clientAccount` and `campaign` are resolved from these. */
  seatId: string | null;
  clientAccountId: string | null;
  campaignId: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'The day, where it is counted by days.' })
  day: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the step, where it is counted by steps or variants.',
  })
  step: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the text, where it is counted by variants.',
  })
  variant: string | null;

  @Field(() => Rate, { description: 'Of the invitations.' })
  acceptance: Rate;

  @Field(() => Rate, { description: 'Of the messages of any kind.' })
  reply: Rate;
}

/** The span that is looked at, wherever one is asked for. */
const FROM = {
  nullable: true,
  description: 'Only what was sent then or later; 90 days before `until` unless told, 400 at most.',
};
const UNTIL = { nullable: true, description: 'Only what was sent before; now unless told.' };

export const EngagementRateConnection = connectionOf('EngagementRate', EngagementRate);

@ArgsType()
export class EngagementRatesArgs extends PageArgs {
  @Field(() => RateGroupingEnum, { description: 'What they are counted by.' })
  by: RateGrouping;

  @Field(() => ID, { nullable: true, description: 'Only what was sent for this client account.' })
  clientAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only what this seat sent.' })
  seatId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only what was sent for this campaign.' })
  campaignId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only what was sent to those whom this segment means now, for its client account.',
  })
  segmentId?: string | null;

  @Field(() => DateTimeScalar, FROM)
  from?: number | null;

  @Field(() => DateTimeScalar, UNTIL)
  until?: number | null;
}

@ArgsType()
abstract class SpanArgs {
  @Field(() => DateTimeScalar, FROM)
  from?: number | null;

  @Field(() => DateTimeScalar, UNTIL)
  until?: number | null;
}

@ArgsType()
export class CompareCampaignsArgs extends SpanArgs {
  @Field(() => ID, { description: 'The first campaign.' })
  campaignId: string;

  @Field(() => ID, { description: 'The second one.' })
  otherCampaignId: string;

  @Field(() => RateMeasureEnum, { description: 'What they are compared by.' })
  measure: RateMeasure;
}

/** How many more people would tell, of those who `whom` says. */
function moreOf(whom: string) {
  return {
    nullable: true,
    description: `About how many more people, of ${whom} together, would tell; null where it is told, and where no number would tell.`,
  };
}

@ObjectType({ description: 'Which of two campaigns did better, and how sure that is.' })
export class CampaignComparison {
  @Field(() => Rate, { description: 'Of the first campaign.' })
  first: Rate;

  @Field(() => Rate, { description: 'Of the second one.' })
  second: Rate;

  @Field(() => RateVerdictEnum, { description: 'Which one; told from 95 % on.' })
  verdict: RateVerdict;

  @Field(() => Float, {
    description: 'How sure it is that they differ, 0 to 1: a two-sided test of two proportions.',
  })
  confidence: number;

  @Field(() => Int, moreOf('both'))
  more: number | null;

  @Field(() => String, { description: 'The same in words.' })
  message: string;
}

@ArgsType()
export class CompareVariantsArgs extends SpanArgs {
  @Field(() => ID, { description: 'The campaign.' })
  campaignId: string;

  @Field(() => String, { description: 'The key of the step.' })
  step: string;
}

@ObjectType({ description: 'How one text of a step did.' })
export class VariantRate {
  @Field(() => String, { description: 'The key of the text.' })
  variant: string;

  @Field(() => Rate, { description: 'How it was answered.' })
  rate: Rate;
}

@ObjectType({ description: 'Which text of a step did best, and how sure that is.' })
export class VariantComparison {
  @Field(() => RateMeasureEnum, {
    description: 'What they are compared by: invitations by who accepted, all else by who answered.',
  })
  measure: RateMeasure;

  @Field(() => [VariantRate], {
    description: 'All texts that the step has, and those that it had and were sent.',
  })
  variants: VariantRate[];

  @Field(() => String, {
    nullable: true,
    description: 'The key of the text that is better than all others; told from 95 % on.',
  })
  best: string | null;

  @Field(() => Float, {
    description:
      'How sure it is that the two best differ, 0 to 1: a two-sided test of two proportions, and with more than two texts as many times less sure as there are pairs.',
  })
  confidence: number;

  @Field(() => Int, moreOf('the two best'))
  more: number | null;

  @Field(() => String, { description: 'The same in words.' })
  message: string;
}
