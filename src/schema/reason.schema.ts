import 'reflect-metadata';
import { Field, ObjectType } from 'type-graphql';
import type { Action, ReasonCode } from '../quota/words.js';
import { ActionEnum, ReasonCodeEnum } from './enums.js';
import { Limit } from './limit.schema.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: '`limit` is null where the viewer may not see it.' })
export class Reason {
  @Field(() => ReasonCodeEnum, { description: 'The rule that refuses or warns, for programs.' })
  code: ReasonCode;

  @Field(() => String, { description: 'The same for people, with the numbers.' })
  message: string;

  @Field(() => Limit, {
    nullable: true,
    description: 'The limit that is reached; null where the rule is none, or may not be seen.',
  })
  limit: Limit | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The first instant from which this rule alone would admit it; null where only a person can.',
  })
  retryAt: number | null;

  @Field(() => String, { description: 'What a person can do about it.' })
  remedy: string;
}

@ObjectType({ description: 'Something else that would work.' })
export class Suggestion {
  @Field(() => ActionEnum, { description: 'What to do.' })
  action: Action;

  /** The seat to do it from; null for the same seat. `seat` is resolved from it. */
  seatId: string | null;

  @Field(() => DateTimeScalar, { description: 'From when on it would be allowed.' })
  availableAt: number;

  @Field(() => String, { description: 'Why it would work, for people.' })
  message: string;
}
