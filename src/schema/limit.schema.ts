import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Usage as CountedUsage } from '../quota/usage.js';
import type { Action, LimitOrigin, ScopeKind, UsageLevel, WindowKind } from '../quota/words.js';
import { ActionEnum, LimitOriginEnum, ScopeKindEnum, UsageLevelEnum, WindowKindEnum } from './enums.js';
import { UserError } from './payload.js';
import { DateTimeScalar, TimeZoneScalar } from './scalars.js';

@ObjectType({ description: 'The span of time that a limit counts over.' })
export class Window {
  @Field(() => WindowKindEnum, { description: 'Rolling, or a part of the calendar.' })
  kind: WindowKind;

  @Field(() => Int, { nullable: true, description: 'For ROLLING.' })
  seconds: number | null;

  @Field(() => TimeZoneScalar, { nullable: true, description: 'For the calendar kinds.' })
  timeZone: string | null;
}

@ObjectType({ description: 'A maximum on a counter: some actions together, at a scope, in a window.' })
export class Limit {
  @Field(() => ID, { description: 'For removeLimit; opaque.' })
  id: string;

  @Field(() => ScopeKindEnum, { description: 'What kind of scope it is set at.' })
  scopeKind: ScopeKind;

  @Field(() => ID, { description: "Of Plan.limits: the plan's id." })
  scopeId: string;

  @Field(() => [ActionEnum], { description: 'The actions that are counted together.' })
  actions: readonly Action[];

  @Field(() => Boolean, { description: 'Only connection requests with a note are counted.' })
  onlyWithNote: boolean;

  @Field(() => Window, { description: 'The span that it counts over.' })
  window: Window;

  @Field(() => Int, { description: 'Most actions in the window.' })
  max: number;

  @Field(() => LimitOriginEnum, { description: 'Where the maximum comes from.' })
  origin: LimitOrigin;
}

@ObjectType({ description: 'A counter as it stands; `limit` is the lowest maximum on it.' })
export class Usage {
  /** `limit` is resolved from it: whoever asks for the numbers alone waits for nothing else. */
  counted: CountedUsage;

  @Field(() => Int, {
    description: 'Committed and recorded in the window, each at the instant it was sent.',
  })
  used: number;

  @Field(() => Int, { description: 'Held now. It counts in every window until it is resolved.' })
  held: number;

  @Field(() => Int, { description: 'Room set aside for what is done elsewhere and not recorded yet.' })
  unknown: number;

  @Field(() => Int, {
    description:
      'max(0, limit.max - used - held - unknown). Of this counter alone: Seat.room has all rules together.',
  })
  remaining: number;

  @Field(() => UsageLevelEnum, { description: 'How full the counter is.' })
  level: UsageLevel;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the window next gives room back; null when nothing is used or held.',
  })
  nextRoomAt: number | null;

  @Field(() => DateTimeScalar, { description: 'The instant that these numbers are of.' })
  asOf: number;
}

@InputType({ description: 'A maximum on some actions together, in a window.' })
export class LimitInput {
  @Field(() => [ActionEnum], { description: 'The actions to count together; at least one.' })
  actions: Action[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Count only connection requests with a note.',
  })
  onlyWithNote: boolean | null;

  @Field(() => WindowKindEnum, { description: "Rolling, or a part of the calendar in the scope's zone." })
  windowKind: WindowKind;

  @Field(() => Int, {
    nullable: true,
    description: 'The length of a ROLLING window in seconds: 1 to 34560000. Left out for the calendar kinds.',
  })
  windowSeconds?: number | null;

  @Field(() => Int, { description: 'Most actions in the window: 0 to 1000000.' })
  max: number;
}

@InputType({
  description: 'Replaces the custom limit with the same scope, actions, note flag and window.',
})
export class SetLimitInput {
  @Field(() => ID, { description: 'The agency, client account, campaign or seat to set it at.' })
  scopeId: string;

  @Field(() => LimitInput, { description: 'The limit to set.' })
  limit: LimitInput;
}

@InputType({ description: 'Which custom limit to remove.' })
export class RemoveLimitInput {
  @Field(() => ID, { description: 'The limit to remove; its origin is CUSTOM.' })
  limitId: string;
}

@ObjectType({ description: 'The limit that was set or removed.' })
export class LimitPayload {
  @Field(() => Limit, { nullable: true, description: 'The limit; null when nothing was done.' })
  limit: Limit | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
