import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { UserErrorCode } from '../errors.js';
import { UserErrorCodeEnum } from './enums.js';
import { UserError } from './payload.js';
import { AddSeatInput } from './seat.input.js';
import { Seat } from './seat.schema.js';

@InputType({ description: 'Many new seats: either `seats` or `csv`.' })
export class AddSeatsInput {
  @Field(() => [AddSeatInput], { nullable: true, description: 'The seats, 500 at most.' })
  seats?: AddSeatInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A table with a header, between commas, semicolons or tabs: a seat on each line. Its columns are named as the fields of a seat; docs/seats.md tells what else they may be called.',
  })
  csv?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The client account of the lines of a table that name none.',
  })
  clientAccountId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether only to tell what would come of it.',
  })
  dryRun: boolean | null;
}

@ObjectType({ description: 'One of many seats to add, as it was understood.' })
export class AddSeatsRow {
  @Field(() => Int, { description: 'Its place among the seats, from 0.' })
  index: number;

  @Field(() => Int, { nullable: true, description: 'The line of the table that it starts on, from 1.' })
  line: number | null;

  @Field(() => String, { nullable: true, description: 'The person whose account it is.' })
  holderName: string | null;

  @Field(() => String, { nullable: true, description: "The profile's address, as it was told." })
  profileUrl: string | null;

  @Field(() => Boolean, { description: 'Whether there is nothing wrong with it.' })
  isRight: boolean;

  @Field(() => Seat, { nullable: true, description: 'The seat; null unless it was added.' })
  seat: Seat | null;
}

@ObjectType({ description: 'What is wrong with one of many seats, or with their table.' })
export class AddSeatsError {
  @Field(() => Int, { nullable: true, description: 'Which of the seats, from 0; null for the table itself.' })
  index: number | null;

  @Field(() => Int, { nullable: true, description: 'The line of the table, from 1.' })
  line: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The column, as the table has it, or the field; null where it is of the whole line.',
  })
  column: string | null;

  @Field(() => UserErrorCodeEnum, { description: 'The reason, for programs.' })
  code: UserErrorCode;

  @Field(() => String, { description: 'The reason, for people.' })
  message: string;
}

@ObjectType({ description: 'What came of many seats: all were added, or none.' })
export class AddSeatsPayload {
  @Field(() => Int, { description: 'How many were added.' })
  added: number;

  @Field(() => Boolean, { description: 'Whether it was only told what would come of it.' })
  dryRun: boolean;

  @Field(() => [AddSeatsRow], { description: 'The seats, in their order.' })
  rows: AddSeatsRow[];

  @Field(() => [AddSeatsError], { description: 'All that is wrong, in order of the lines.' })
  errors: AddSeatsError[];

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was, or would be.' })
  userErrors: UserError[];
}
