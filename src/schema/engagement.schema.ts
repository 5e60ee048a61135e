import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ENGAGEMENT_KINDS, type EngagementKind } from '../quota/words.js';
import { enumOf } from './enums.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

export const EngagementKindEnum = enumOf(
  'EngagementKind',
  ENGAGEMENT_KINDS,
  'What a person did in answer to a seat.',
  {
    INVITATION_ACCEPTED: 'The invitation was accepted: they are connected.',
    INVITATION_DECLINED: 'The invitation was declined.',
    INVITATION_WITHDRAWN: 'The seat took its invitation back.',
    REPLIED: 'The person wrote back.',
    INMAIL_ACCEPTED: 'The InMail was accepted.',
    INMAIL_DECLINED: 'The InMail was declined.',
    OPTED_OUT: 'The person wants to hear no more.',
  },
);

@InputType({
  description:
    "OPTED_OUT also marks the person as not to be contacted, for the seat's client account, at once.",
})
export class EngagementInput {
  @Field(() => ID, { description: 'The seat that it is an answer to.' })
  seatId: string;

  @Field(() => String, {
    description: "Who did it: any usual form of the profile's address; it is normalised.",
  })
  recipientProfileUrl: string;

  @Field(() => EngagementKindEnum, { description: 'What the person did.' })
  kind: EngagementKind;

  @Field(() => DateTimeScalar, {
    description:
      'Up to five minutes after now is moved to now; beyond: INVALID, as is more than five minutes before the send on the reservation that is named.',
  })
  occurredAt: number;

  @Field(() => ID, { nullable: true, description: 'The reservation of the send that it answers.' })
  reservationId?: string | null;

  @Field(() => String, {
    description: 'One key, one record. The same key and input again is alreadyKnown. 1 to 255 characters.',
  })
  idempotencyKey: string;
}

@ObjectType({ description: 'What became of one record of an engagement.' })
export class EngagementResult {
  @Field(() => Boolean, {
    description: 'It belongs to a send that we know, of a client account that the viewer sees.',
  })
  matched: boolean;

  @Field(() => Int, { description: 'InMail credits that came back by it, of sends that the viewer sees.' })
  creditsReturned: number;

  @Field(() => Boolean, {
    description:
      'It was known before, and changed nothing; but the credit comes back of an InMail that was recorded since.',
  })
  alreadyKnown: boolean;
}

@ObjectType({ description: 'All or nothing; results in order of the inputs.' })
export class RecordEngagementPayload {
  @Field(() => [EngagementResult], { description: 'One for each input; empty when nothing was recorded.' })
  results: readonly EngagementResult[];

  @Field(() => Int, { description: 'InMail credits that came back, of all of them together.' })
  creditsReturned: number;

  @Field(() => [UserError], { description: 'Why nothing was recorded; empty when it was.' })
  userErrors: UserError[];
}
