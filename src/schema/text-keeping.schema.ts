import 'reflect-metadata';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { TEXT_UNREADABLES, type TextUnreadable } from '../quota/words.js';
import { enumOf } from './enums.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

const TextUnreadableEnum = enumOf(
  'TextUnreadable',
  TEXT_UNREADABLES,
  'Why a text that is kept can’t be read.',
  {
    KEY_MISSING: 'This server does not have the key that it was sealed with.',
    DAMAGED: 'It was altered since, or stands in the place of another one.',
  },
);

@ObjectType({ description: 'Whether the agency keeps the texts that it asks about, and how long.' })
export class TextKeeping {
  @Field(() => Int, { description: 'Days that a text is kept; 0 where none are.' })
  days: number;

  @Field(() => Boolean, {
    description: 'Whether this server has a key for texts. Without one none are kept, whatever is set.',
  })
  hasKey: boolean;
}

@ObjectType({ description: 'What was to be written, as it was asked for. Encrypted where it is kept.' })
export class KeptText {
  @Field(() => String, { nullable: true, description: 'Null where there was none, or it can’t be read.' })
  subject: string | null;

  @Field(() => String, { nullable: true, description: 'Null where it can’t be read.' })
  body: string | null;

  @Field(() => TextUnreadableEnum, {
    nullable: true,
    description: 'Why it can’t be read; null where it can.',
  })
  unreadable: TextUnreadable | null;

  @Field(() => DateTimeScalar, { description: 'When it is deleted, unless something deletes it before.' })
  keptUntil: number;
}

@InputType({ description: 'Whether texts are kept.' })
export class SetTextKeepingInput {
  @Field(() => Int, {
    description: 'Days that a text is kept, 1 to 400; 0 to keep none, and to delete all there are.',
  })
  days: number;
}

@ObjectType({ description: 'What holds from now on.' })
export class TextKeepingPayload {
  @Field(() => TextKeeping, { nullable: true, description: 'What was set; null when nothing was done.' })
  textKeeping: TextKeeping | null;

  @Field(() => Int, {
    description:
      'Texts that were deleted by it. Nobody reads the others that it is about from then on; very many of them are deleted afterwards.',
  })
  deleted: number;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
