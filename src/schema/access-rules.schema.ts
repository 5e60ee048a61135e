import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from './payload.js';

@InputType({ description: 'How the people of the agency sign in.' })
export class SetAccessRulesInput {
  @Field(() => Boolean, {
    description:
      'Whether everybody needs a second factor. Whoever has none is signed out, and can sign in to set one up alone.',
  })
  secondFactorDemanded: boolean;
}

@InputType({ description: 'Whose second factor to take away.' })
export class ResetSecondFactorInput {
  @Field(() => ID, { description: 'A member who lost it. Their sessions end.' })
  memberId: string;
}

@ObjectType({ description: 'The rules that hold from now on.' })
export class AccessRulesPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether everybody needs a second factor; null when nothing was done.',
  })
  secondFactorDemanded: boolean | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
