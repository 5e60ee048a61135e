import { type ApolloServerPlugin, type GraphQLRequestListener, type HTTPGraphQLHead } from '@apollo/server';
import {
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import { Failure } from '../../errors.js';
import type { Payer } from '../bounds/cost-limit.js';
import {
  failureOf,
  isFault,
  retryAfterSeconds,
  statusOf,
  throwWithStatus,
  toldOf,
  withStatus,
} from '../failures.js';
import { admit, type CostRules } from '../cost/operation-cost.js';
import { COST_MAX } from '../cost/prices.js';
import { Beginnings } from './beginnings.js';
import type { UnderWay } from '../cost/under-way.js';

/** What an operation needs of its context; src/resolvers knows the rest. */
export interface OperationContext {
  readonly requestId: string;
  /** The operation's name, for the log, once it is known. */
  readonly operation: { name: string | null };
  /** Who is asking, once that was found out; null before, and where only the schema is asked for. */
  readonly caller?: Payer | null;
  /** Finds out who is asking, once. Throws UNAUTHENTICATED. */
  authenticate(): Promise<void>;
  /** The text of a registered document. Throws UNAUTHENTICATED, and NOT_FOUND where none is registered under the hash. */
  documentOf(sha256: string): Promise<string>;
  /** Throws FORBIDDEN where whoever asks may send registered documents alone, and this is none. They are known. */
  requireTrusted(sha256: string): Promise<void>;
  /** Throws THROTTLED where no more of what they ask may wait. */
  refuseFull(): void;
}

/** How much of an operation's name goes to the log: whoever asks chooses it, and it can be as long as a body. */
const NAME_LENGTH_MAX = 100;

/**
 * What every operation goes through, whichever way it came: who is asking is found out before anything is executed,
 * unless it asks for the schema alone; what costs too much by the `rules` (null: anything may) is refused; what is our own
 * fault is logged; errors bear the id of the request.
 */
export function operationRules<Context extends OperationContext>(
  logger: Logger,
  rules: CostRules | null,
  underWayOf: (context: OperationContext) => UnderWay,
): ApolloServerPlugin<Context> {
  const beginnings = new Beginnings(rules?.refusals);
  const listener: GraphQLRequestListener<Context> = {
    async didResolveOperation(context) {
      const { operation, operationName, contextValue, schema, document } = context;
      const { queryHash, request, response } = context;
      contextValue.operation.name = operationName?.slice(0, NAME_LENGTH_MAX) ?? null;
      const underWay = underWayOf(contextValue);
      // Said first: whoever asks has to know it of one that is refused as well.
      underWay.isSubscription = operation?.operation === OperationTypeNode.SUBSCRIPTION;
      if (operation && asksForMoreThanTheSchema(operation)) await contextValue.authenticate();
      if (contextValue.caller) await contextValue.requireTrusted(queryHash).catch(throwWithStatus);
      await beginnings.look(context, contextValue, underWay.gone);
      if (underWay.isSubscription) refuseSubscription(schema, underWay);
      if (operation && rules) {
        const asked = { schema, document, operation, variables: request.variables ?? {} };
        const { caller } = contextValue;
        await admit(asked, { underWay, caller }, rules, response.http.headers);
      }
      await beginnings.begin(operation?.operation, contextValue);
    },
    async responseForOperation({ document, contextValue, response }) {
      const underWay = underWayOf(contextValue);
      // Where the request names none of its operations, Apollo calls this all the same.
      if (!underWay.isSubscription) return null;
      underWay.document = document;
      return { http: response.http, body: { kind: 'single', singleResult: { data: null } } };
    },
    async didEncounterErrors({ errors, contextValue }) {
      for (const error of leftOnce(errors as GraphQLError[])) logError(logger, error, contextValue);
    },
    async willSendResponse({ response, contextValue }) {
      const underWay = underWayOf(contextValue);
      underWay.end();
      if (response.body.kind !== 'single') return;
      const { caller, requestId } = contextValue;
      const { singleResult } = response.body;
      if (rules) {
        const cost = underWay.cost ?? { requested: 0, max: COST_MAX, budget: null };
        // What it was answered with besides, because lists and texts turned out to be long.
        if (caller) await rules.limit.pay(caller, underWay.unpaid());
        singleResult.extensions = { ...singleResult.extensions, cost };
      }
      const errors = singleResult.errors ?? [];
      tellByHead(singleResult, response.http);
      if (errors.length > 0) singleResult.errors = errors.map((error) => withRequestId(error, requestId));
    },
  };
  return {
    requestDidStart: () => Promise.resolve(listener),
    // Of an operation that failed where nobody expected it nothing is told by the listener.
    unexpectedErrorProcessingRequest: async ({ requestContext }) => {
      underWayOf(requestContext.contextValue).end();
    },
  };
}

/** Left to itself, graphql-js finds out while it executes that there are none, and it would look like our own fault. */
function refuseSubscription(schema: GraphQLSchema, { takesEvents }: UnderWay): void {
  if (!schema.getSubscriptionType()) {
    throw withStatus(new Failure('BAD_USER_INPUT', 'The schema has no subscriptions.'));
  }
  if (takesEvents) return;
  const message =
    'Subscriptions are asked for over a WebSocket (graphql-transport-ws) at /graphql, or as server-sent events at /graphql/stream.';
  throw withStatus(new Failure('BAD_USER_INPUT', message));
}

/** An error as its caller is told it: its place, our words, its code. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, extensions } = toldOf(failureOf(error));
  // Set already where the context itself could not be made.
  const requestId = formatted.extensions?.['requestId'];
  return {
    ...formatted,
    message,
    extensions: { ...extensions, ...(requestId !== undefined && { requestId }) },
  };
}

/** What fields in several places failed with together is one error. Apollo tells what is left in its list. */
function leftOnce(errors: GraphQLError[]): readonly GraphQLError[] {
  let left = 0;
  for (const error of new Set(errors)) errors[left++] = error;
  errors.length = left;
  return errors;
}

/** Errors of a subscription as its caller is told them, and logged, as all others are. */
export function tellErrors(
  logger: Logger,
  errors: readonly GraphQLError[],
  context: OperationContext,
): GraphQLFormattedError[] {
  return [...new Set(errors)].map((error) => {
    logError(logger, error, context);
    return withRequestId(formatError(error.toJSON(), error), context.requestId);
  });
}

function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } };
}

/** A fragment may hold anything: only plain fields of introspection are taken for what they are. */
function asksForMoreThanTheSchema({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.some(
    (selection) => selection.kind !== Kind.FIELD || !selection.name.value.startsWith('__'),
  );
}

/**
 * Codes that a proxy or a client's own retries should see by the HTTP status as well, where nothing at all was answered;
 * the gravest first. Of all others the status is GraphQL's: 200, or 400 where nothing was executed.
 */
const TOLD_BY_STATUS = ['INTERNAL', 'UNAVAILABLE', 'THROTTLED', 'UNAUTHENTICATED'] as const;

function tellByHead(result: FormattedExecutionResult, http: HTTPGraphQLHead): void {
  const { status, retryAfter } = headOf(result);
  if (status !== null) http.status = status;
  if (retryAfter !== null) http.headers.set('retry-after', retryAfter);
}

interface Head {
  readonly status: number | null;
  readonly retryAfter: string | null;
}

function headOf({ data, errors = [] }: FormattedExecutionResult): Head {
  const isAnswered = data && Object.values(data).some((value) => value !== null);
  const code = TOLD_BY_STATUS.find((told) => errors.some(({ extensions }) => extensions?.['code'] === told));
  if (isAnswered || code === undefined) return { status: null, retryAfter: null };
  const waits = errors.map(({ extensions }) => Number(extensions?.['retryAfterMs'] ?? 0));
  const retryAfterMs = Math.max(...waits);
  return { status: statusOf(code), retryAfter: retryAfterMs > 0 ? retryAfterSeconds(retryAfterMs) : null };
}

function logError(logger: Logger, error: GraphQLError, context: OperationContext): void {
  const failure = failureOf(error);
  const where = { requestId: context.requestId, operation: context.operation.name, code: failure.code };
  if (isFault(failure)) logger.error({ ...where, path: error.path, err: causeOf(error) }, 'operation failed');
  else logger.debug(where, 'operation refused');
}

/** What was thrown, under whatever GraphQL put around it. */
function causeOf(error: Error): Error {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}
