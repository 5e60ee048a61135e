import 'reflect-metadata';
import { Field, InputType, ObjectType } from 'type-graphql';
import { countedConnectionOf } from './connection.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'A document that keys of trusted documents alone may send.' })
export class TrustedDocument {
  @Field(() => String, { description: 'The SHA-256 of its text, 64 hexadecimal digits.' })
  sha256: string;

  @Field(() => String, { description: 'The text, exactly as it was registered.' })
  text: string;

  @Field(() => DateTimeScalar, { description: 'When it was registered.' })
  registeredAt: number;
}

export const TrustedDocumentConnection = countedConnectionOf('TrustedDocument', TrustedDocument);

@InputType({ description: 'Documents to trust.' })
export class RegisterDocumentsInput {
  @Field(() => [String], {
    description: 'The texts, 1 to 100 of 50000 characters at most, each valid against the schema.',
  })
  documents: string[];
}

@ObjectType({ description: 'The documents that are registered now.' })
export class RegisterDocumentsPayload {
  @Field(() => [TrustedDocument], { description: 'In the order of the input; empty when none was.' })
  documents: readonly TrustedDocument[];

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@InputType({ description: 'Documents to trust no more.' })
export class RemoveDocumentsInput {
  @Field(() => [String], { description: 'Their SHA-256, 1000 at most.' })
  sha256s: string[];
}

@ObjectType({ description: 'The documents that are registered no more.' })
export class RemoveDocumentsPayload {
  @Field(() => [String], { description: 'Those of the input that were registered.' })
  removed: readonly string[];

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
