import 'reflect-metadata';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Action } from '../quota/words.js';
import { ActionEnum } from './enums.js';
import { DateScalar } from './scalars.js';

@InputType({
  description:
    "Room to set aside for what is done elsewhere: each day (seat's zone) that has begun and overlaps a window counts max(0, perDay - recorded that day), 0 once an import made after the day covers it.",
})
export class DeclareOutsideUseInput {
  @Field(() => ID, { description: 'The seat that does it.' })
  seatId: string;

  @Field(() => ActionEnum, { description: 'What is done elsewhere.' })
  action: Action;

  @Field(() => Int, {
    description:
      'How many a day, of all that is not asked for here: 0 to 100000. On days that were declared before, this holds.',
  })
  perDay: number;

  @Field(() => DateScalar, { description: "The first day, in the seat's zone." })
  from: string;

  @Field(() => DateScalar, { nullable: true, description: 'The last day; null where it has no end.' })
  until?: string | null;
}
