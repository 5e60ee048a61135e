import 'reflect-metadata';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Action, ConnectionDegree } from '../quota/words.js';
import { ActionEnum, ConnectionDegreeEnum } from './enums.js';

/** Seconds that a hold lasts where `holdSeconds` is left out. */
const HOLD_SECONDS_DEFAULT = 900;

@InputType({ description: 'The person that it goes to.' })
export class RecipientInput {
  @Field(() => String, { description: "Any usual form of the profile's address; it is normalised." })
  profileUrl: string;

  @Field(() => String, { nullable: true, description: 'The name, to recognise the person by.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The company, for do-not-contact.' })
  company?: string | null;

  @Field(() => String, { nullable: true, description: "The company's domain, for do-not-contact." })
  companyDomain?: string | null;

  @Field(() => ConnectionDegreeEnum, {
    nullable: true,
    defaultValue: 'UNKNOWN',
    description:
      'What the caller knows; the newer fact wins over an older import or engagement. UNKNOWN: what these say.',
  })
  degree: ConnectionDegree | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'The recipient takes free messages from anyone.',
  })
  openProfile: boolean | null;
}

@InputType({
  description:
    'Checked, and kept only as a fingerprint. On a CONNECTION_REQUEST it is the note, and makes it a noted one.',
})
export class MessageInput {
  @Field(() => String, { nullable: true, description: 'The subject of an InMail.' })
  subject?: string | null;

  @Field(() => String, { description: 'The text, as it will be sent.' })
  body: string;

  @Field(() => [String], {
    nullable: true,
    description:
      "The values that were put into the template for this recipient. Left out: not judged. Empty: NOT_PERSONALIZED in the seat's first touch of this person.",
  })
  variables?: string[] | null;
}

@InputType({ description: 'A question without consequences.' })
export class DecisionInput {
  @Field(() => ID, { description: 'The seat that would send.' })
  seatId: string;

  @Field(() => ActionEnum, { description: 'What would be sent.' })
  action: Action;

  @Field(() => RecipientInput, { description: 'The person that it would go to.' })
  recipient: RecipientInput;

  @Field(() => ID, { nullable: true, description: "A campaign of the seat's client account." })
  campaignId?: string | null;

  @Field(() => MessageInput, {
    nullable: true,
    description: 'The text; it is judged only where it is given.',
  })
  message?: MessageInput | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "For callers who don't hand over the text.",
  })
  withNote: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      "An answer in a conversation that the recipient wrote in: working hours, the route and the rules for cold texts don't refuse it; do-not-contact does, and it counts all the same.",
  })
  isReply: boolean | null;
}

@InputType({ description: 'A request to send, that holds room where it is allowed.' })
export class ReserveInput {
  @Field(() => ID, { description: 'The seat that will send.' })
  seatId: string;

  @Field(() => ActionEnum, { description: 'What will be sent.' })
  action: Action;

  @Field(() => RecipientInput, { description: 'The person that it will go to.' })
  recipient: RecipientInput;

  @Field(() => ID, { nullable: true, description: "A campaign of the seat's client account." })
  campaignId?: string | null;

  @Field(() => MessageInput, {
    nullable: true,
    description: 'The text; it is judged only where it is given.',
  })
  message?: MessageInput | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'A connection request with a note whose text is not handed over.',
  })
  withNote: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'An answer in a conversation that the recipient wrote in; see DecisionInput.',
  })
  isReply: boolean | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: HOLD_SECONDS_DEFAULT,
    description: 'How long the hold lasts unless it is committed: 30 to 86400.',
  })
  holdSeconds: number | null;

  @Field(() => String, {
    description:
      'One key, one attempt. Same key and same input: the first answer again (replayed). Same key, another input:\n' +
      'IDEMPOTENCY_KEY_REUSED. To ask again at retryAt, use a new key. Send only while the reservation is HELD.',
  })
  idempotencyKey: string;
}
