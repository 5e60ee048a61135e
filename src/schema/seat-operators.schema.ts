import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Role } from '../quota/words.js';
import { RoleEnum } from './enums.js';

@InputType({ description: 'Who works with a seat.' })
export class AssignOperatorsInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => [ID], {
    description: 'API keys that may reserve for the seat, in the place of those before; empty for nobody.',
  })
  apiKeyIds: string[];
}

@ObjectType({ description: 'Whose key works with a seat.' })
export class SeatOperator {
  @Field(() => ID, { description: "The key's id." })
  id: string;

  @Field(() => String, { description: 'What the key is called.' })
  name: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role: Role;
}
