import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserError } from './payload.js';

@InputType({
  description: 'By person, or by company name or domain; for one client account, or the whole agency.',
})
export class DoNotContactInput {
  @Field(() => String, {
    nullable: true,
    description: "A person: any usual form of the profile's address.",
  })
  profileUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'All people of a company; upper and lower case, and how many blanks, make no difference.',
  })
  company?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "All people of a company's domain, with or without www.",
  })
  domain?: string | null;

  @Field(() => ID, { nullable: true, description: 'For this client account alone; null for the agency.' })
  clientAccountId?: string | null;

  @Field(() => String, { nullable: true, description: 'Why, for the audit log.' })
  reason?: string | null;
}

@ObjectType({ description: 'Whether a mark was set or taken back.' })
export class DoNotContactPayload {
  @Field(() => Int, { description: '1, or 0 where it was so already.' })
  changed: number;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
