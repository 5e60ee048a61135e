import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Role } from '../quota/words.js';
import { countedConnectionOf } from './connection.js';
import { RoleEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ implements: Node, description: 'A key that programs ask with. Its secret is shown once.' })
export class ApiKey implements Node {
  id: string;

  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role: Role;

  /** Set when the key sees one client account only; `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  @Field(() => String, { description: 'The first characters, to recognise it by.' })
  prefix: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'About when it last asked; null before it did.',
  })
  lastUsedAt: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null for never.' })
  expiresAt: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it works.' })
  revokedAt: number | null;

  @Field(() => Boolean, {
    description: 'Whether it may send registered documents alone (registerDocuments).',
  })
  trustedDocumentsOnly: boolean;

  /** `replacedBy` is resolved from it. */
  replacedById: string | null;
}

export const ApiKeyConnection = countedConnectionOf('ApiKey', ApiKey);

@InputType({ description: 'A new API key, never wider than its creator.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is for.' })
  name: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role: Role;

  @Field(() => ID, {
    nullable: true,
    description: 'The one client account that it sees; a CLIENT key needs one. Left out: the whole agency.',
  })
  clientAccountId?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it stops working; never, where left out.',
  })
  expiresAt?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    nullable: true,
    description: 'Whether it may send documents alone that were registered before, by registerDocuments.',
  })
  trustedDocumentsOnly?: boolean | null;
}

@InputType({ description: 'Which API key another one takes over from.' })
export class RotateApiKeyInput {
  @Field(() => ID, { description: 'The key. It goes on for the overlap, unless it ends before.' })
  apiKeyId: string;

  @Field(() => Int, {
    defaultValue: 86_400,
    nullable: true,
    description: 'How long both work, in seconds: 0 to 2592000.',
  })
  overlapSeconds?: number | null;
}

@InputType({ description: 'Which API key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key that stops working at once.' })
  apiKeyId: string;
}

@ObjectType({ description: 'The key that was created.' })
export class CreateApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key; null when none was created.' })
  apiKey: ApiKey | null;

  @Field(() => String, { nullable: true, description: 'Shown this once.' })
  secret: string | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'The key that was changed.' })
export class ApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key; null when nothing was done.' })
  apiKey: ApiKey | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
