import type { FastifyRequest } from 'fastify';
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config.js';
import { sqlStateOf } from '../tenancy/sqlstate.js';
import { failureOfRequest, isFault } from './failures.js';
import { ofSources } from './source-frames.js';

/**
 * Structured logs without personal data: no bodies, no variables, no headers. What PostgreSQL says of an error holds the
 * values of a row, and what TypeORM says holds the parameters: of these the code, the place and the stack are kept.
 */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null, serializers: ERROR_SERIALIZERS });
}

/** How errors are written down, for every logger of the server. */
export const ERROR_SERIALIZERS = { err: describeError };

/** Logs what a route threw, with its stack only where somebody is to look at it. */
export function logRequestError(request: FastifyRequest, error: unknown): void {
  const { failure } = failureOfRequest(error, request);
  if (isFault(failure)) request.log.error({ code: failure.code, err: error }, 'request failed');
  else request.log.debug({ code: failure.code }, 'request refused');
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const state = sqlStateOf(error);
  if (state === null)
    return { type: error.name, message: error.message, stack: ofSources(error.stack ?? '') };
  return { type: error.name, sqlState: state, ...placeOf(error), stack: ofSources(framesOf(error)) };
}

/** The table and the rule that an SQL error is about. */
function placeOf(error: object): Record<string, unknown> {
  const driverError =
    'driverError' in error && typeof error.driverError === 'object' ? error.driverError : null;
  const { table, constraint } = { table: undefined, constraint: undefined, ...(driverError ?? error) };
  return { table, constraint };
}

/** A stack without its first lines, which repeat the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
