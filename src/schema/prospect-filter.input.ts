import 'reflect-metadata';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { ConnectionDegree } from '../quota/words.js';
import { ConnectionDegreeEnum } from './enums.js';
import { DateTimeScalar } from './scalars.js';

/** Filters of lists: comparators that hold together, and filters within filters. */

@InputType({
  description:
    'What a text is compared with; case and accents make no difference. Somebody of whom there is no such text meets `isSet: false` alone.',
})
class TextComparator {
  @Field(() => String, { nullable: true, description: 'It is this.' })
  equals?: string | null;

  @Field(() => [String], { nullable: true, description: 'It is one of these: 100 at most.' })
  in?: string[] | null;

  @Field(() => String, { nullable: true, description: 'It begins with this.' })
  startsWith?: string | null;

  @Field(() => String, { nullable: true, description: 'This is in it.' })
  contains?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether there is such a text at all.' })
  isSet?: boolean | null;
}

@InputType({ description: 'The same for a field of your own.' })
class CustomFieldComparator extends TextComparator {
  @Field(() => String, { description: 'Which field, by its name as it is written.' })
  name: string;
}

@InputType({ description: 'Which tags somebody has; case and accents make no difference.' })
class TagsComparator {
  @Field(() => [String], { nullable: true, description: 'One of these at least.' })
  any?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'All of these.' })
  all?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'None of these.' })
  none?: string[] | null;
}

@InputType({ description: 'When something was. What never was meets nothing.' })
class InstantComparator {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Then or later.' })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before then.' })
  before?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'In the last so many days of 24 hours each, back from whenever it is asked.',
  })
  lastDays?: number | null;
}

@InputType({ description: 'How a seat stands to somebody, as the books know it.' })
class DegreeComparator {
  @Field(() => ID, { description: "A seat of the list's client account." })
  seatId: string;

  @Field(() => [ConnectionDegreeEnum], {
    description:
      'FIRST: they are connected. UNKNOWN: nothing is known of a connection. The books know no other.',
  })
  in: ConnectionDegree[];
}

@InputType({
  description:
    'Whom of a list is meant. What is said side by side holds together; an empty one means everybody. Filters lie 8 deep in each other at most, and ask 50 things.',
})
export class ProspectFilter {
  @Field(() => [ProspectFilter], { nullable: true, description: 'All of these hold.' })
  and?: ProspectFilter[] | null;

  @Field(() => [ProspectFilter], { nullable: true, description: 'One of these holds at least.' })
  or?: ProspectFilter[] | null;

  @Field(() => ProspectFilter, { nullable: true, description: 'This does not hold.' })
  not?: ProspectFilter | null;

  @Field(() => TextComparator, { nullable: true, description: 'First name.' })
  firstName?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: 'Last name.' })
  lastName?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: 'Name of the company.' })
  company?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: "The company's domain." })
  companyDomain?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: 'What the person does there.' })
  position?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: 'The line of business.' })
  industry?: TextComparator | null;

  @Field(() => TextComparator, { nullable: true, description: 'Where the person is.' })
  location?: TextComparator | null;

  @Field(() => CustomFieldComparator, { nullable: true, description: 'A field of your own.' })
  customField?: CustomFieldComparator | null;

  @Field(() => TagsComparator, { nullable: true, description: 'Tags.' })
  tags?: TagsComparator | null;

  @Field(() => InstantComparator, { nullable: true, description: 'When the person was put on the list.' })
  addedAt?: InstantComparator | null;

  @Field(() => InstantComparator, {
    nullable: true,
    description: 'When the client account last wrote to the person: an invitation or a message of any kind.',
  })
  lastContactedAt?: InstantComparator | null;

  @Field(() => DegreeComparator, { nullable: true, description: 'How a seat stands to the person.' })
  degree?: DegreeComparator | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the client account ever wrote to the person, from whichever seat.',
  })
  isContacted?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the person ever answered the client account: a reply, or an InMail that was accepted.',
  })
  hasReplied?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether any mark binds, as Prospect.doNotContact tells.',
  })
  doNotContact?: boolean | null;
}
