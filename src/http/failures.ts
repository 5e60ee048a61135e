import { HeaderMap } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, Kind } from 'graphql';
import { Failure, type FailureCode, NotNow, Stopping } from '../errors.js';
import {
  isCancelled,
  isClosedHere,
  isUnreachable,
  sqlStateOf,
  SQLSTATE,
  wordsOfUnreachable,
} from '../tenancy/sqlstate.js';
import { wordsOfRequest } from './body-words.js';

/** What a caller is told of anything that is thrown, whatever way it came in. */

/** The only words for what is our own fault. */
const MASK = 'Something went wrong on our side.';
const UNREACHABLE_RETRY_AFTER_MS = 1_000;
/** Errors that are told of one request before it is executed. */
export const ERRORS_MAX = 20;
/** How much is said of what is wrong with a request. */
const MESSAGE_LENGTH_MAX = 500;

/** The HTTP status of a failure. `graphql.ts` says which of them an answer of GraphQL is given. */
const STATUS_OF = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 404,
  THROTTLED: 429,
  COST_EXCEEDED: 400,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const satisfies Record<FailureCode, number>;

/** Codes that Apollo gives to what is wrong with a request, before anything of it is executed. */
const REQUEST_CODES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

interface Told {
  readonly message: string;
  readonly extensions: { readonly code: FailureCode; readonly retryAfterMs?: number };
}

export function statusOf(code: FailureCode): number {
  return STATUS_OF[code];
}

/** A failure as GraphQL tells errors. */
export function toldOf({ message, code, retryAfterMs }: Failure): Told {
  return { message, extensions: { code, ...(retryAfterMs !== undefined && { retryAfterMs }) } };
}

/** Whole seconds, as the header `Retry-After` has them. */
export function retryAfterSeconds(retryAfterMs: number): string {
  return String(Math.ceil(retryAfterMs / 1_000));
}

/** Whether whoever runs the server is to look at it: it is our own fault, or something that we need can't be had. */
export function isFault(failure: Failure): boolean {
  return failure.code === 'INTERNAL' || (failure.code === 'UNAVAILABLE' && !(failure instanceof NotNow));
}

/** A failure before anything is executed: Apollo takes the status from the error itself. */
export function withStatus(failure: Failure): GraphQLError {
  return new GraphQLError(failure.message, {
    originalError: failure,
    extensions: { http: { status: statusOf(failure.code), headers: new HeaderMap() } },
  });
}

export function throwWithStatus(error: unknown): never {
  throw error instanceof Failure ? withStatus(error) : error;
}

/** What went wrong, in words for the caller; INTERNAL, in the same words always, where it is none of theirs. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof GraphQLError) return failureOfGraphQL(error);
  if (isClosedHere(error)) return new Stopping(UNREACHABLE_RETRY_AFTER_MS);
  if (isUnreachable(error)) {
    return new Failure('UNAVAILABLE', wordsOfUnreachable(error), UNREACHABLE_RETRY_AFTER_MS);
  }
  if (isCancelled(error)) {
    return new Failure('UNAVAILABLE', 'The database took too long for it.', UNREACHABLE_RETRY_AFTER_MS);
  }
  if (sqlStateOf(error) === SQLSTATE.lockNotAvailable) {
    const message = 'Another change of this agency is taking long.';
    return new Failure('UNAVAILABLE', message, UNREACHABLE_RETRY_AFTER_MS);
  }
  return new Failure('INTERNAL', MASK);
}

function failureOfGraphQL(error: GraphQLError): Failure {
  const { originalError } = error;
  if (originalError instanceof Failure) return originalError;
  if (REQUEST_CODES.has(error.extensions['code']) || isArgumentError(error) || isVariableError(error)) {
    return new Failure('BAD_USER_INPUT', shorten(error.message));
  }
  return failureOf(originalError);
}

/** graphql-js repeats what it could not read, whole: a body of a megabyte would come back twice. */
export function shorten(message: string): string {
  return message.length > MESSAGE_LENGTH_MAX ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message;
}

/** An argument whose variable turned out to be null or missing: graphql-js gives it no code, and its own error for one of a field. */
function isArgumentError({ message, originalError, nodes }: GraphQLError): boolean {
  const isOfGraphQL =
    originalError instanceof GraphQLError || (originalError === undefined && nodes !== undefined);
  return isOfGraphQL && message.startsWith('Argument "');
}

/** A variable that could not be read: Apollo gives it a code, and does not see those of a subscription that is opened. */
function isVariableError({ nodes }: GraphQLError): boolean {
  return nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
}

/** What is wrong with an HTTP request, and its status: fastify's own errors say theirs. */
export function failureOfRequest(
  error: unknown,
  request: FastifyRequest,
): { readonly failure: Failure; readonly status: number } {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
  const isOfRequest = status >= 400 && status < 500 && error instanceof Error;
  const failure = isOfRequest
    ? new Failure('BAD_USER_INPUT', wordsOfRequest(error, request))
    : failureOf(error);
  return { failure, status: isOfRequest ? status : statusOf(failure.code) };
}
