import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Action, ReasonCode, ReleaseReason, ReservationStatus } from '../quota/words.js';
import { connectionOf, PageArgs } from './connection.js';
import { ActionEnum, ReasonCodeEnum, ReleaseReasonEnum, ReservationStatusEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'The room that an allowed request holds, until it is resolved.',
})
export class Reservation implements Node {
  id: string;

  @Field(() => ReservationStatusEnum, { description: 'Held, or what came of it.' })
  status: ReservationStatus;

  @Field(() => ActionEnum, { description: 'What it holds room for.' })
  action: Action;

  /** `seat` is resolved from it. */
  seatId: string;

  /** That of its time; `recipientProfileUrl` is resolved from both. */
  clientAccountId: string;
  recipientId: string;

  @Field(() => DateTimeScalar, { description: 'When the room was held.' })
  heldAt: number;

  @Field(() => DateTimeScalar, { description: 'When the hold lapses unless it is resolved before.' })
  expiresAt: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was sent: the instant at which it counts. Null unless it was committed.',
  })
  sentAt: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was committed or released, or lapsed; null while it is held.',
  })
  resolvedAt: number | null;

  @Field(() => ReasonCodeEnum, {
    nullable: true,
    description:
      'Set when we released it: the seat was paused or restricted, the person may not be contacted any more, …',
  })
  releasedBecause: ReasonCode | null;
}

export const ReservationConnection = connectionOf('Reservation', Reservation);

@ArgsType()
export class ReservationsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this seat.' })
  seatId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => [ReservationStatusEnum], { nullable: true, description: 'Only those in one of these states.' })
  statuses?: ReservationStatus[] | null;
}

@InputType({ description: 'It was sent.' })
export class CommitReservationInput {
  @Field(() => ID, { description: 'The reservation.' })
  reservationId: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it was sent; now, where left out. Up to five minutes before the hold or after now is moved to the hold or to now (Reservation.sentAt is what counts); beyond: INVALID.',
  })
  sentAt?: number | null;
}

@InputType({ description: 'It was not sent, or nobody knows.' })
export class ReleaseReservationInput {
  @Field(() => ID, { description: 'The reservation.' })
  reservationId: string;

  @Field(() => ReleaseReasonEnum, {
    nullable: true,
    defaultValue: 'NOT_SENT',
    description: 'What happened instead.',
  })
  because: ReleaseReason | null;
}

@ObjectType({
  description:
    'Repeated, it is a no-op: the first resolution stands. After expiry: RESERVATION_EXPIRED; what was sent is then recorded with recordActivities.',
})
export class ReservationPayload {
  @Field(() => Reservation, { nullable: true, description: 'The reservation; null when nothing was done.' })
  reservation: Reservation | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
