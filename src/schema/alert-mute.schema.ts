import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { AlertKind } from '../quota/words.js';
import { AlertKindEnum } from './alert.enums.js';
import { connectionOf } from './connection.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  description:
    'Alerts that nobody is pushed for a while, neither by alertRaised nor by webhooks. They are raised and listed all the same.',
})
export class AlertMute {
  @Field(() => ID, { description: 'Of the mute; opaque.' })
  id: string;

  @Field(() => [AlertKindEnum], { nullable: true, description: 'Which kinds; null for all.' })
  kinds: readonly AlertKind[] | null;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  /** `seat` is resolved from it. */
  seatId: string | null;

  @Field(() => DateTimeScalar, { description: 'When it ends by itself.' })
  until: number;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  mutedAt: number;

  @Field(() => String, { description: 'The key or member that muted.' })
  mutedBy: string;
}

export const AlertMuteConnection = connectionOf('AlertMute', AlertMute);

@InputType({
  description: 'What is not pushed: alerts of a seat, of a client account, or of all the agency.',
})
export class MuteAlertsInput {
  @Field(() => [AlertKindEnum], { nullable: true, description: 'Only these kinds; all, where left out.' })
  kinds?: AlertKind[] | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only those of this seat, as long as it is with its client account.',
  })
  seatId?: string | null;

  @Field(() => DateTimeScalar, { description: 'When it ends by itself: within 90 days.' })
  until: number;
}

@InputType({ description: 'Which mute.' })
export class UnmuteAlertsInput {
  @Field(() => ID, { description: 'The mute.' })
  muteId: string;
}

@ObjectType({ description: 'The mute that was begun or ended.' })
export class AlertMutePayload {
  @Field(() => AlertMute, { nullable: true, description: 'The mute; null when nothing was done.' })
  mute: AlertMute | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
