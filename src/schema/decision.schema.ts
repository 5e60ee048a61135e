import 'reflect-metadata';
import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { Usage as CountedUsage } from '../quota/usage.js';
import type { Action, Outcome, ReasonCode } from '../quota/words.js';
import { connectionOf, PageArgs } from './connection.js';
import { ActionEnum, OutcomeEnum, ReasonCodeEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { Reason, Suggestion } from './reason.schema.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'The answer to one request under all rules; never altered, kept at least 400 days.',
})
export class Decision implements Node {
  @Field(() => ID, { description: "A preview's id names nothing." })
  id: string;

  @Field(() => OutcomeEnum, { description: 'Whether it may be sent.' })
  outcome: Outcome;

  @Field(() => ActionEnum, { description: 'What was asked for.' })
  action: Action;

  /** `seat` is resolved from it. */
  seatId: string;

  /** That of its time; `clientAccount` is resolved from it. */
  clientAccountId: string;

  /** `campaign` is resolved from it. */
  campaignId: string | null;

  /** `recipientProfileUrl` is resolved from it, and from whose it is. */
  recipientId: string;

  @Field(() => String, { description: 'The key or member that asked.' })
  requestedBy: string;

  @Field(() => DateTimeScalar, { description: 'The instant that it was decided at.' })
  decidedAt: number;

  @Field(() => Boolean, { description: 'This answer was given before, to the same key.' })
  replayed: boolean;

  @Field(() => [Reason], {
    description: 'Every rule that refuses, the one that binds longest first. Empty when allowed.',
  })
  reasons: readonly Reason[];

  @Field(() => [Reason], { description: 'What to mind although it may be sent.' })
  warnings: readonly Reason[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The first instant at which this very request would be allowed if nothing else happened (held reservations lapse at their\n' +
      'expiry), within 400 days; null when allowed, and where only a person can change the answer. Exact: refused one millisecond before.',
  })
  retryAt: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The same if every held reservation is committed at its last moment: no commit of these can make it later.',
  })
  certainAt: number | null;

  /** `usage` is resolved from it. */
  counted: readonly CountedUsage[];

  @Field(() => [Suggestion], { description: 'What would work instead, now or soonest.' })
  suggestions: readonly Suggestion[];

  @Field(() => String, { description: 'The version of the policy that it was decided by.' })
  policyVersion: string;
}

export const DecisionConnection = connectionOf('Decision', Decision);

@ArgsType()
export class DecisionsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this seat.' })
  seatId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this campaign.' })
  campaignId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Only those about this person: any usual form of the profile's address.",
  })
  recipientProfileUrl?: string | null;

  @Field(() => ActionEnum, { nullable: true, description: 'Only those about this action.' })
  action?: Action | null;

  @Field(() => OutcomeEnum, { nullable: true, description: 'Only those with this answer.' })
  outcome?: Outcome | null;

  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Only those that this rule refused.' })
  reason?: ReasonCode | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Only those decided at this instant or later.',
  })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only those decided before this instant.' })
  until?: number | null;
}

@ObjectType({ description: 'The answer to a request. A refusal by the quota is no error: it is a decision.' })
export class ReservePayload {
  @Field(() => Decision, { nullable: true, description: 'The decision; null when none could be made.' })
  decision: Decision | null;

  @Field(() => [UserError], { description: 'What is wrong with the input; empty when it was decided.' })
  userErrors: UserError[];
}
