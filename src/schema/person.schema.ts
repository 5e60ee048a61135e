import 'reflect-metadata';
import { ArgsType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { UserError } from './payload.js';

@ArgsType()
export class ExportPersonArgs {
  @Field(() => String, { description: "Any usual form of the profile's address." })
  profileUrl: string;
}

@InputType({ description: 'Somebody who wants to be forgotten.' })
export class ErasePersonInput {
  @Field(() => String, { description: "Any usual form of the profile's address." })
  profileUrl: string;
}

@ObjectType({ description: 'What was erased of a person.' })
export class ErasePersonPayload {
  @Field(() => Int, { description: 'Prospects that are on no list since.' })
  prospects: number;

  @Field(() => Int, { description: 'Reservations that were given back.' })
  released: number;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@InputType({ description: 'How long people stay on lists to whom nobody writes any more.' })
export class SetRetentionInput {
  @Field(() => Int, {
    nullable: true,
    description:
      'Months after the last contact, 1 to 120; null where they stay until somebody takes them off.',
  })
  prospectMonths?: number | null;
}

@ObjectType({ description: 'What holds from now on.' })
export class RetentionPayload {
  @Field(() => Int, { nullable: true, description: 'Months after the last contact; null for no end.' })
  prospectMonths: number | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
