import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { countedConnectionOf } from './connection.js';
import { LimitInput } from './limit.schema.js';
import { Node } from './node.js';
import { UserError } from './payload.js';

@ObjectType({
  implements: Node,
  description:
    'What a client account buys from the agency. Its limits count over all seats of the client account together.',
})
export class Plan implements Node {
  id: string;

  @Field(() => String, { description: 'Its name; one of a kind in the agency.' })
  name: string;

  @Field(() => Int, { description: 'Most seats of a client account with this plan.' })
  seatAllowance: number;
}

export const PlanConnection = countedConnectionOf('Plan', Plan);

@InputType({ description: 'A new plan.' })
export class CreatePlanInput {
  @Field(() => String, { description: 'Its name; one of a kind in the agency.' })
  name: string;

  @Field(() => Int, { description: 'Most seats of a client account with this plan.' })
  seatAllowance: number;

  @Field(() => [LimitInput], {
    nullable: true,
    defaultValue: [],
    description: 'Caps over all seats of a client account together.',
  })
  limits: LimitInput[] | null;
}

@InputType({ description: 'Changes to a plan; what is left out stays.' })
export class UpdatePlanInput {
  @Field(() => ID, { description: 'The plan to change.' })
  planId: string;

  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string | null;

  @Field(() => Int, { nullable: true, description: 'Most seats of a client account with this plan.' })
  seatAllowance?: number | null;

  @Field(() => [LimitInput], { nullable: true, description: 'All its caps: they replace the present ones.' })
  limits?: LimitInput[] | null;
}

@ObjectType({ description: 'The plan that was created or changed.' })
export class PlanPayload {
  @Field(() => Plan, { nullable: true, description: 'The plan; null when nothing was done.' })
  plan: Plan | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
