import 'reflect-metadata';
import { Field, Int, ObjectType } from 'type-graphql';
import { Reason } from './reason.schema.js';
import { DateScalar, DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'What is to be done on a day, in the zone of the client account.' })
export class ForecastDay {
  @Field(() => DateScalar, { description: 'The day.' })
  date: string;

  @Field(() => Int, { description: 'People who are written to for the first time.' })
  firstTouches: number;

  @Field(() => Int, { description: 'All that follows.' })
  followUps: number;
}

@ObjectType({
  description: 'When a campaign will be through, from the same rules that decide each send.',
})
export class Forecast {
  @Field(() => Int, { description: 'First touches left to make.' })
  remaining: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Half of all runs end by then, and nine in ten.',
  })
  endsAtP50: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Where as many accept as may well be, each as late as the campaign waits for them.',
  })
  endsAtP90: number | null;

  @Field(() => [ForecastDay], { description: 'In order; days on which nothing goes out are left out.' })
  perDay: readonly ForecastDay[];

  @Field(() => Reason, {
    nullable: true,
    description: 'The rule that holds it back most, and what would end it sooner.',
  })
  bottleneck: Reason | null;
}
