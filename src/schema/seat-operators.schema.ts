import 'reflect-metadata';
import { Field, ID, ObjectType } from 'type-graphql';
import {
  OPERATOR_KINDS,
  OPERATOR_REACHES,
  type OperatorKind,
  type OperatorReach,
  type Role,
} from '../quota/words.js';
import { enumOf, RoleEnum } from './enums.js';

const SeatOperatorKindEnum = enumOf('SeatOperatorKind', OPERATOR_KINDS, 'How somebody works with a seat.', {
  MEMBER: 'A member, with a session.',
  API_KEY: 'Whoever has the API key.',
});

const SeatOperatorReachEnum = enumOf(
  'SeatOperatorReach',
  OPERATOR_REACHES,
  'By what somebody works with a seat.',
  {
    SEAT: 'The seat itself was given to them (giveToMember); takeFromMember takes it back.',
    CLIENT_ACCOUNT: 'The client account was, with all its seats.',
    AGENCY: 'A key of the whole agency.',
  },
);

@ObjectType({ description: 'Who works with a seat.' })
export class SeatOperator {
  @Field(() => SeatOperatorKindEnum, { description: 'A member or an API key.' })
  kind: OperatorKind;

  @Field(() => ID, { description: 'Of the member or the key.' })
  id: string;

  @Field(() => String, { description: 'What they are called.' })
  name: string;

  @Field(() => RoleEnum, { description: 'What they may do.' })
  role: Role;

  @Field(() => SeatOperatorReachEnum, { description: 'By what they work with it.' })
  reach: OperatorReach;
}
