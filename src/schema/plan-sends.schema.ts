import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Action } from '../quota/words.js';
import { ActionEnum } from './enums.js';
import { Reason } from './reason.schema.js';
import { DateTimeScalar } from './scalars.js';

@InputType({ description: 'Which sends are to be planned.' })
export class PlanSendsInput {
  @Field(() => ID, { description: 'The seat that would send.' })
  seatId: string;

  @Field(() => ActionEnum, { description: 'What would be sent.' })
  action: Action;

  @Field(() => Int, { description: 'How many: 1 to 1000.' })
  count: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before; now, where left out.' })
  from?: number | null;

  @Field(() => DateTimeScalar, { description: 'Before then, exclusive.' })
  until: number;
}

@ObjectType({
  description:
    'Instants at the recommended pace, within all rules as they stand, as if each were sent at its instant and nobody answered.\n' +
    "Nothing is held: reserve at each instant. For a viewer of one client account the agency's own limits are left out, unless\n" +
    'nothing is left of them now.',
})
export class SendPlan {
  @Field(() => [DateTimeScalar], { description: 'When to send, one after the other.' })
  slots: readonly number[];

  @Field(() => Int, { description: 'How many fit: as many as there are slots.' })
  fits: number;

  @Field(() => Int, { description: 'How many do not.' })
  doesNotFit: number;

  @Field(() => Reason, {
    nullable: true,
    description: 'What stops the first that does not fit; null where all do.',
  })
  binding: Reason | null;
}
