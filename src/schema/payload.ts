import 'reflect-metadata';
import { Field, ObjectType } from 'type-graphql';
import { Refusal, type UserErrorCode } from '../errors.js';
import { UserErrorCodeEnum } from './enums.js';
import { fill } from './fill.js';

@ObjectType({ description: 'Why a mutation did nothing, as something to plan for.' })
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: 'The reason, for programs.' })
  code: UserErrorCode;

  @Field(() => String, { description: 'The reason, for people.' })
  message: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The path of the value that is wrong, from `input` or `inputs` down; null where it is none.',
  })
  field: readonly string[] | null;
}

/** What the answer to a mutation always has: empty when it was done. */
export interface WithUserErrors {
  userErrors: UserError[];
}

/** An object's payload: `{ seat: … }` or `{ seat: null }`, with the errors. */
export type PayloadOf<Name extends string, Shown> = { [Key in Name]: Shown | null } & WithUserErrors;

/** Answers a mutation with its object, or with null and why: `payload('seat', this.seats.pause(…))`. */
export function payload<Name extends string, Done extends object>(
  name: Name,
  outcome: Promise<Done | Refusal>,
): Promise<PayloadOf<Name, Done>>;
/** The same where the service's object isn't the schema's yet: `show` makes it. */
export function payload<Name extends string, Done extends object, Shown extends object>(
  name: Name,
  outcome: Promise<Done | Refusal>,
  show: (done: Done) => Shown,
): Promise<PayloadOf<Name, Shown>>;
export async function payload<Name extends string, Done extends object>(
  name: Name,
  outcome: Promise<Done | Refusal>,
  show: (done: Done) => object = (done) => done,
): Promise<PayloadOf<Name, object>> {
  return payloadNow(name, await outcome, show);
}

/**
 * Answers a mutation of several inputs, each by itself and in their order: one that is refused spoils no other.
 * `input` in a refusal's path becomes `inputs`, and the input's index.
 */
export async function payloads<Name extends string, Done extends object, Shown extends object>(
  name: Name,
  outcomes: Promise<readonly (Done | Refusal)[]>,
  show: (done: Done) => Shown,
): Promise<PayloadOf<Name, Shown>[]> {
  return (await outcomes).map((outcome, index) =>
    payloadNow(name, outcome instanceof Refusal ? outcome.under('inputs', String(index)) : outcome, show),
  );
}

/**
 * Answers a mutation that has several facts to tell, and tells `refused` (no counts, no rows) when it did nothing. What was
 * done may have userErrors among its facts.
 */
export async function payloadOfFacts<Facts extends object>(
  outcome: Promise<Facts | Refusal>,
  refused: Facts,
): Promise<Facts & WithUserErrors> {
  const done = await outcome;
  return done instanceof Refusal
    ? { ...refused, userErrors: userErrorsOf(done) }
    : { userErrors: [], ...done };
}

function payloadNow<Name extends string, Done extends object, Shown extends object>(
  name: Name,
  outcome: Done | Refusal,
  show: (done: Done) => Shown,
): PayloadOf<Name, Shown> {
  const shown = outcome instanceof Refusal ? null : show(outcome);
  const userErrors = outcome instanceof Refusal ? userErrorsOf(outcome) : [];
  // The compiler widens a computed key to any text.
  return { [name]: shown, userErrors } as PayloadOf<Name, Shown>;
}

export function userErrorsOf(refusal: Refusal): UserError[] {
  return [refusal, ...refusal.others].map(userError);
}

function userError({ code, message, field }: Refusal): UserError {
  return fill(UserError, { code, message, field });
}
