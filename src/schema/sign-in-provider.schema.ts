import 'reflect-metadata';
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'The OpenID provider by which the people of the agency sign in.' })
export class SignInProvider {
  @Field(() => String, { description: 'The provider, as it names itself.' })
  issuer: string;

  @Field(() => String, { description: 'How the provider names this server.' })
  clientId: string;

  @Field(() => String, { description: 'The domain whose addresses it speaks for.' })
  allowedDomain: string;

  @Field(() => DateTimeScalar, { description: 'When it was set.' })
  setAt: number;

  @Field(() => String, { description: 'Where people begin to sign in.' })
  startUrl: string;

  @Field(() => String, {
    description:
      'Where the provider sends them back to: an address of this agency alone. It has to know this one, and no other of this server.',
  })
  callbackUrl: string;
}

@InputType({ description: 'The OpenID provider by which the people of the agency sign in.' })
export class SetSignInProviderInput {
  @Field(() => String, {
    description: 'The provider, as it names itself: an address of https on the public internet.',
  })
  issuer: string;

  @Field(() => String, { description: 'How the provider names this server.' })
  clientId: string;

  @Field(() => String, { description: 'By what it knows this server. It is kept sealed, and never shown.' })
  clientSecret: string;

  @Field(() => String, {
    description:
      'The domain whose addresses it speaks for, example.com. No other address is signed in by it.',
  })
  allowedDomain: string;
}

@ObjectType({ description: 'The provider that is in force from now on.' })
export class SignInProviderPayload {
  @Field(() => SignInProvider, { nullable: true, description: 'The provider; null when nothing was done.' })
  signInProvider: SignInProvider | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Whether there was a provider to take away.' })
export class RemoveSignInProviderPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'False where there was none; null when nothing was done.',
  })
  removed: boolean | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
