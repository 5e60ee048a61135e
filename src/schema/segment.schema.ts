import 'reflect-metadata';
import { GraphQLScalarType } from 'graphql';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { countedConnectionOf, PageArgs } from './connection.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { ProspectFilter } from './prospect-filter.input.js';
import { DateTimeScalar } from './scalars.js';

/** Told, and never taken: what is said comes as the input. */
const ProspectFilterJson = new GraphQLScalarType({
  name: 'ProspectFilterJson',
  description: 'A filter in JSON, as the input ProspectFilter takes it.',
  serialize: (value) => value,
});

@ObjectType({
  implements: Node,
  description:
    "A saved filter of a client account's list. Whom it means is found out whenever somebody asks: prospects(segmentId:).",
})
export class Segment implements Node {
  id: string;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string;

  @Field(() => String, { description: 'What it is called: once in a client account.' })
  name: string;

  @Field(() => ProspectFilterJson, { description: 'Whom it means.' })
  filter: object;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: number;
}

export const SegmentConnection = countedConnectionOf('Segment', Segment);

@ArgsType()
export class SegmentsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;
}

@InputType({ description: 'A filter to save.' })
export class CreateSegmentInput {
  @Field(() => ID, { description: 'Whose list.' })
  clientAccountId: string;

  @Field(() => String, { description: 'What it is called: 200 characters at most.' })
  name: string;

  @Field(() => ProspectFilter, { description: 'Whom it means.' })
  filter: ProspectFilter;
}

@InputType({ description: 'Changes to a segment; what is left out stays.' })
export class UpdateSegmentInput {
  @Field(() => ID, { description: 'The segment to change.' })
  segmentId: string;

  @Field(() => String, { nullable: true, description: 'What it is called.' })
  name?: string | null;

  @Field(() => ProspectFilter, { nullable: true, description: 'Whom it means: all of it anew.' })
  filter?: ProspectFilter | null;
}

@InputType({ description: 'A segment to take away.' })
export class DeleteSegmentInput {
  @Field(() => ID, { description: 'The segment. Nobody leaves the list by it.' })
  segmentId: string;
}

@ObjectType({ description: 'The segment that was made, changed or taken away.' })
export class SegmentPayload {
  @Field(() => Segment, { nullable: true, description: 'It; null when nothing was done.' })
  segment: Segment | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
