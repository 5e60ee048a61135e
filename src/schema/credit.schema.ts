import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import * as words from '../quota/words.js';
import { connectionOf } from './connection.js';
import { enumOf } from './enums.js';
import { DateTimeScalar } from './scalars.js';

const CreditEventKindEnum = enumOf(
  'CreditEventKind',
  words.CREDIT_EVENT_KINDS,
  'What happens to a balance of InMail credits.',
  {
    OPENING: 'What the seat had when it was added.',
    GRANT: 'The credits of a month came.',
    SET: 'Somebody told the balance with setCredits.',
    TAKE: 'An InMail was sent.',
    RETURN: 'An InMail was answered, or taken out of the books.',
    LOST: 'Credits ended unused; `because` says why.',
  },
);

const CreditLossEnum = enumOf('CreditLoss', words.CREDIT_LOSSES, 'Why credits ended unused.', {
  KEEP: 'More than can be kept.',
  EXPIRED: 'They were not used in time.',
  TIER_CHANGED: "The seat's tier is another now.",
  SEAT_MOVED: 'A seat went to another client account, and its share of what the pool can keep with it.',
});

@ObjectType({ description: 'InMail credits that came together, with their own expiry.' })
export class CreditLot {
  @Field(() => Int, { description: 'How many came.' })
  amount: number;

  @Field(() => Int, { description: 'How many of them are left, held ones included.' })
  remaining: number;

  @Field(() => DateTimeScalar, { description: 'When they came.' })
  grantedAt: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When they are lost; null for never.' })
  expiresAt: number | null;
}

@ObjectType({ description: 'Something that happened to a balance of InMail credits.' })
export class CreditEvent {
  /** `seat` is resolved from it. */
  seatId: string | null;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  at: number;

  @Field(() => CreditEventKindEnum, { description: 'What happened.' })
  kind: words.CreditEventKind;

  @Field(() => Int, { description: 'How many credits came or went; of SET, the balance that was told.' })
  amount: number;

  @Field(() => Int, { description: 'Credits after it, held ones included.' })
  balance: number;

  @Field(() => CreditLossEnum, { nullable: true, description: 'Of LOST: why.' })
  because: words.CreditLoss | null;
}

@ObjectType({ description: 'The InMail credits of a seat; in a pool, those of all its seats together.' })
export class CreditBalance {
  /** `history` is resolved from it. */
  seatId: string;

  @Field(() => Int, { description: 'Net of held.' })
  available: number;

  @Field(() => Int, { description: 'Held InMails: each takes a credit when it is committed.' })
  held: number;

  @Field(() => Int, { description: 'Most that can be kept; a grant above it is lost.' })
  cap: number;

  @Field(() => [CreditLot], {
    description: 'Those with credits left, the one that expires first before the others.',
  })
  lots: CreditLot[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the next credits come; null for never.' })
  nextGrantAt: number | null;

  @Field(() => Int, { nullable: true, description: 'How many come then, before the cap.' })
  nextGrantAmount: number | null;
}

export const CreditEventConnection = connectionOf('CreditEvent', CreditEvent);

@InputType({ description: 'The InMail credits that a seat has now.' })
export class SetCreditsInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => Int, {
    description:
      'The balance as LinkedIn shows it, 0 to 100,000: one lot of this instant, in the place of all others. What is held counts against it.',
  })
  available: number;
}
