import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { RESTRICTION_KINDS, type Action, type RestrictionKind } from '../quota/words.js';
import { ActionEnum, enumOf } from './enums.js';
import { DateTimeScalar } from './scalars.js';

const RestrictionKindEnum = enumOf('RestrictionKind', RESTRICTION_KINDS, 'What LinkedIn did to an account.', {
  INVITATION_LIMIT: 'The limit of invitations was reached: none for 7 days.',
  TOO_MANY_PENDING: 'Too many invitations are open: none for 30 days.',
  TEMPORARY: 'Nothing for 72 hours.',
  IDENTITY_CHECK: 'It asks who the holder is: nothing until a person lifts it.',
  PERMANENT: 'Nothing until a person lifts it.',
});

@ObjectType({ description: 'What LinkedIn did to an account, as somebody reported it.' })
export class Restriction {
  @Field(() => ID, { description: 'Of the restriction, for liftRestriction.' })
  id: string;

  @Field(() => RestrictionKindEnum, { description: 'What it is.' })
  kind: RestrictionKind;

  @Field(() => [ActionEnum], { nullable: true, description: 'Null: every action.' })
  actions: readonly Action[] | null;

  @Field(() => DateTimeScalar, { description: 'When it was reported.' })
  reportedAt: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null: until a person lifts it.',
  })
  until: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Half of every cap until then.',
  })
  halfCapsUntil: number | null;

  @Field(() => String, { nullable: true, description: 'What whoever reported it wrote.' })
  note: string | null;
}

@InputType({ description: 'What LinkedIn did to an account.' })
export class ReportRestrictionInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => RestrictionKindEnum, { description: 'What it is.' })
  kind: RestrictionKind;

  @Field(() => [ActionEnum], { nullable: true, description: 'Null: those of the kind.' })
  actions?: Action[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null: as long as the kind says.',
  })
  until?: number | null;

  @Field(() => String, { nullable: true, description: 'In a few words, 500 characters at most; no names.' })
  note?: string | null;
}

@InputType({ description: 'Which restriction is over.' })
export class LiftRestrictionInput {
  @Field(() => ID, { description: 'The restriction.' })
  restrictionId: string;
}
