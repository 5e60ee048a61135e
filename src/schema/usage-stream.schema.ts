import 'reflect-metadata';
import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { ScopeKind } from '../quota/words.js';
import { ScopeKindEnum } from './enums.js';
import { Usage } from './limit.schema.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  description:
    "The newest usage of one scope: a snapshot of each first, then each change, at most four times a second for each scope. A parent's change is told once, at the parent.",
})
export class UsageChanged {
  @Field(() => ScopeKindEnum, { description: 'What kind of scope it is of.' })
  scopeKind: ScopeKind;

  @Field(() => ID, { description: 'The agency, client account, campaign or seat.' })
  scopeId: string;

  /** `seat` is resolved from it. */
  seatId: string | null;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  /** `campaign` is resolved from it. */
  campaignId: string | null;

  @Field(() => [Usage], {
    description: 'Of the limits of this scope alone; empty where none is set.',
  })
  usage: Usage[];

  @Field(() => DateTimeScalar, { description: 'When it came to be like this, as far as it was seen.' })
  changedAt: number;
}

@ArgsType()
export class UsageChangedArgs {
  @Field(() => ID, { nullable: true, description: "That client account's usage, and its seats'." })
  clientAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: "That seat's own counters." })
  seatId?: string | null;
}
