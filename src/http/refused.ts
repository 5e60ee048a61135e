import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { Failure } from '../errors.js';
import { statusOf } from './failures.js';

/** What is thrown before anything is executed, a failure with its status. */
export function refuse(error: unknown): never {
  throw error instanceof Failure ? refused(error) : error;
}

/** A failure before anything is executed: Apollo takes the status from the error itself. */
export function refused(failure: Failure): GraphQLError {
  return new GraphQLError(failure.message, {
    originalError: failure,
    extensions: { http: { status: statusOf(failure.code), headers: new HeaderMap() } },
  });
}
