import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { countedConnectionOf, PageArgs } from './connection.js';
import { enumOf } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { ProspectFilter } from './prospect-filter.input.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'A field that an agency made up for a list.' })
export class CustomField {
  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => String, { description: 'What it says.' })
  value: string;
}

@ObjectType({
  implements: Node,
  description: 'Somebody on the list of a client account; what is said of them is of that list alone.',
})
export class Prospect implements Node {
  id: string;

  /** `clientAccount` and `doNotContact` are resolved from these. */
  clientAccountId: string;
  recipientId: string;

  @Field(() => String, { description: "The profile's address, normalised: who it is." })
  profileUrl: string;

  @Field(() => String, { nullable: true, description: 'The lead in Sales Navigator, where both are known.' })
  salesNavigatorUrl: string | null;

  @Field(() => String, { nullable: true, description: 'First name.' })
  firstName: string | null;

  @Field(() => String, { nullable: true, description: 'Last name.' })
  lastName: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the company.' })
  company: string | null;

  @Field(() => String, { nullable: true, description: "The company's domain." })
  companyDomain: string | null;

  @Field(() => String, { nullable: true, description: 'What the person does there.' })
  position: string | null;

  @Field(() => String, { nullable: true, description: 'The line of business.' })
  industry: string | null;

  @Field(() => String, { nullable: true, description: 'Where the person is.' })
  location: string | null;

  @Field(() => String, { nullable: true, description: 'Whatever else is worth knowing.' })
  notes: string | null;

  @Field(() => [String], { description: 'Tags, in the order that they were given.' })
  tags: string[];

  @Field(() => [CustomField], { description: "The list's own fields, in order of their names." })
  customFields: CustomField[];

  @Field(() => DateTimeScalar, { description: 'When the person was put on the list.' })
  addedAt: number;
}

export const ProspectConnection = countedConnectionOf('Prospect', Prospect);

@ArgsType()
export class ProspectsArgs extends PageArgs {
  @Field(() => ID, { description: 'Whose list.' })
  clientAccountId: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Beginnings of words of name, company or position, all of them; case and accents make no difference.',
  })
  search?: string | null;

  @Field(() => [String], { nullable: true, description: 'Only those who have all of these tags.' })
  tags?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Only those whom this segment means, now.' })
  segmentId?: string | null;

  @Field(() => ProspectFilter, { nullable: true, description: 'Only those whom this filter means.' })
  filter?: ProspectFilter | null;
}

@InputType({ description: 'A field of your own.' })
class CustomFieldInput {
  @Field(() => String, { description: 'What it is called: 60 characters at most.' })
  name: string;

  @Field(() => String, { description: 'What it says: 500 characters at most.' })
  value: string;
}

@InputType({ description: 'What a list says of a person.' })
class ProspectWordsInput {
  @Field(() => String, { nullable: true, description: 'First name.' })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: 'Last name.' })
  lastName?: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the company.' })
  company?: string | null;

  @Field(() => String, { nullable: true, description: "The company's domain, or the address of its site." })
  companyDomain?: string | null;

  @Field(() => String, { nullable: true, description: 'What the person does there.' })
  position?: string | null;

  @Field(() => String, { nullable: true, description: 'The line of business.' })
  industry?: string | null;

  @Field(() => String, { nullable: true, description: 'Where the person is.' })
  location?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whatever else is worth knowing, in 2,000 characters.',
  })
  notes?: string | null;

  @Field(() => [String], { nullable: true, description: 'Tags: 30 at most, of 60 characters at most.' })
  tags?: string[] | null;

  @Field(() => [CustomFieldInput], { nullable: true, description: 'Fields of your own, 20 at most.' })
  customFields?: CustomFieldInput[] | null;
}

@InputType({ description: 'Somebody to put on a list.' })
export class ProspectInput extends ProspectWordsInput {
  @Field(() => String, { description: "Who it is: any usual form of the profile's address." })
  profileUrl: string;

  @Field(() => String, {
    nullable: true,
    description: 'The same person in Sales Navigator: then both addresses are one person.',
  })
  salesNavigatorUrl?: string | null;
}

@InputType({ description: 'People for the list of a client account.' })
export class AddProspectsInput {
  @Field(() => ID, { description: 'Whose list.' })
  clientAccountId: string;

  @Field(() => [ProspectInput], { description: 'The people: 500 at most.' })
  prospects: ProspectInput[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether it takes the place of what another list told; it fills gaps alone otherwise. What a person set by hand stays in any case.',
  })
  replace: boolean | null;
}

export const PROSPECT_OUTCOMES = ['ADDED', 'UPDATED', 'UNCHANGED', 'DUPLICATE', 'ERASED', 'REFUSED'] as const;

const ProspectOutcomeEnum = enumOf('ProspectOutcome', PROSPECT_OUTCOMES, 'What became of one of many.', {
  ADDED: 'The person is on the list since.',
  UPDATED: 'The person was there, and more is known since.',
  UNCHANGED: 'The person was there, and nothing is new.',
  DUPLICATE: 'The person was told of before, in the same request; gaps were filled.',
  ERASED: 'The person was erased, and stays so.',
  REFUSED: 'It is nobody, or something is wrong with it.',
});

@ObjectType({ description: 'What became of one of many prospects.' })
export class ProspectResult {
  @Field(() => Int, { description: 'Its place in the input, from 0.' })
  index: number;

  @Field(() => ProspectOutcomeEnum, { description: 'What became of it.' })
  outcome: (typeof PROSPECT_OUTCOMES)[number];

  @Field(() => Prospect, { nullable: true, description: 'The person; null where nobody is on the list.' })
  prospect: Prospect | null;

  @Field(() => [UserError], { description: 'What is wrong with it; empty where nothing is.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'What became of all of them.' })
export class AddProspectsPayload {
  @Field(() => [ProspectResult], { description: 'In the order of the input.' })
  results: ProspectResult[];

  @Field(() => Int, { description: 'How many are on the list since.' })
  added: number;

  @Field(() => Int, { description: 'Of how many who were there more is known since.' })
  updated: number;

  @Field(() => [UserError], { description: 'Why nothing was done at all; empty when something was.' })
  userErrors: UserError[];
}

@InputType({
  description:
    'Changes to a prospect; what is left out stays, null clears. No list overwrites what is set here.',
})
export class UpdateProspectInput extends ProspectWordsInput {
  @Field(() => ID, { description: 'The prospect to change.' })
  prospectId: string;
}

@ObjectType({ description: 'The prospect that was changed.' })
export class ProspectPayload {
  @Field(() => Prospect, { nullable: true, description: 'It; null when nothing was done.' })
  prospect: Prospect | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@InputType({ description: 'Tags for several prospects.' })
export class TagProspectsInput {
  @Field(() => [ID], { description: 'The prospects: 500 at most.' })
  prospectIds: string[];

  @Field(() => [String], { nullable: true, description: 'Tags to give.' })
  add?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Tags to take away: no list gives them again.' })
  remove?: string[] | null;
}

@InputType({ description: 'Prospects to take off their lists.' })
export class RemoveProspectsInput {
  @Field(() => [ID], { description: 'The prospects: 500 at most.' })
  prospectIds: string[];
}

@ObjectType({ description: 'What was done to several prospects: to all of them, or to none.' })
export class ProspectsChangedPayload {
  @Field(() => Int, { description: 'How many are otherwise since.' })
  changed: number;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
