import 'reflect-metadata';
import { ArgsType, Field, ID } from 'type-graphql';

/** The arguments of a query for one object that the agency may know by a reference of its own. */
@ArgsType()
export class LookupArgs {
  @Field(() => ID, { nullable: true, description: 'Its id; or else give its reference.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; or else give its id." })
  externalRef?: string | null;
}
