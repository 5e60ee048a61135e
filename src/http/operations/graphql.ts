import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Failure } from '../../errors.js';
import { addressOf, parseUrl } from '../../unicode.js';
import { acceptsAnswer } from './accept.js';
import type { Authority, Credentials } from '../../live/authority.js';
import type { CostLimit } from '../bounds/cost-limit.js';
import { OperationTurns } from '../cost/operation-turns.js';
import { OWN_RULES, PARSE_OPTIONS } from '../documents/document-rules.js';
import { putInText, refuseConditional, type SentOperation } from './documents.js';
import { ERRORS_MAX, failureOf, failureOfRequest, retryAfterSeconds, statusOf, toldOf } from '../failures.js';
import { goneOf } from '../gone.js';
import { logRequestError } from '../log.js';
import { countLongAnswers } from '../cost/long-answers.js';
import { boundBodies, LongBodies, type BodiesParts } from '../bounds/long-bodies.js';
import { type AssumedLists, type OperationsUnderWay, UnderWay } from '../cost/under-way.js';
import { ReadDocuments } from '../documents/read-documents.js';
import { suggestForShort } from '../documents/suggestions.js';
import { textsInTurn } from '../documents/texts-in-turn.js';
import { Refusals } from '../bounds/refusals.js';
import { limitRequests, type RequestLimit } from '../bounds/request-limit.js';
import { variableRules } from './variables.js';
import { formatError, type OperationContext, operationRules } from './operations.js';

/** Where operations are sent to. */
export const GRAPHQL_PATH = '/graphql';

/** Fields that an operation selects, those of a fragment counted wherever it is spread. */
const SELECTIONS_MAX = 10_000;

/** What an operation comes with, whichever way it comes. */
export interface Caller extends Credentials {
  readonly requestId: string;
  /** Of a connection that stays open: who it is, as of a moment ago. Without, whoever asks is found out anew. */
  readonly authority?: Authority;
  /** Aborted once nobody waits for the answer: what waits for its turn until then is not begun. */
  readonly gone?: AbortSignal;
}

export interface GraphqlOptions<Context> {
  readonly schema: GraphQLSchema;
  readonly contextOf: (caller: Caller) => Context;
  readonly logger: Logger;
  /** Without a key nothing is answered, not even what the schema is. */
  readonly needsKey: boolean;
  /** Null where what operations cost is not bounded. */
  readonly costLimit: CostLimit | null;
  /** Null where requests are not limited. */
  readonly requestLimit: RequestLimit | null;
  /** The session that a request came with. Throws FORBIDDEN where another site sent it. */
  readonly sessionOf?: (request: FastifyRequest) => string | undefined;
}

/** What holds requests that are operations to what their callers may send. */
export interface RequestParts extends BodiesParts {
  readonly requestLimit: RequestLimit | null;
}

/** The one way that operations are executed. A socket asks it as HTTP does: `executeOperation` of `apollo`, with a context of `open`. */
export interface Pipeline<Context extends OperationContext> extends RequestParts {
  readonly apollo: ApolloServer<Context>;
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  /**
   * The context of an operation; one that was sent by its hash has its text from then on. Null for an event of an operation that
   * was let in, with what was assumed of that. Throws a GraphQLError, UNAUTHENTICATED where a key is needed for anything, and as
   * `putInText` does.
   */
  readonly open: (caller: Caller, sent: SentOperation | null, assumed?: AssumedLists) => Promise<Context>;
  /** Of a context that was opened. */
  readonly underWayOf: (context: OperationContext) => UnderWay;
  /** Null where what operations cost is not bounded. */
  readonly costLimit: CostLimit | null;
}

export async function createPipeline<Context extends OperationContext>(
  options: GraphqlOptions<Context>,
): Promise<Pipeline<Context>> {
  const { schema, contextOf, logger, needsKey, costLimit, requestLimit } = options;
  const operations: OperationsUnderWay = new WeakMap();
  const underWayOf = ({ operation }: OperationContext): UnderWay => {
    const underWay = operations.get(operation);
    if (!underWay) throw new Error('It was not opened.');
    return underWay;
  };
  if (costLimit) countLongAnswers(schema, operations);
  const documents = new ReadDocuments();
  const apollo = new ApolloServer<Context>({
    schema,
    logger: withoutTexts(logger),
    formatError,
    introspection: true,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    documentStore: documents,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    maxRecursiveSelections: SELECTIONS_MAX,
    parseOptions: PARSE_OPTIONS,
    validationRules: OWN_RULES,
    validationOptions: { maxErrors: ERRORS_MAX, hideSuggestions: true },
    plugins: [
      suggestForShort<Context>(),
      variableRules<Context>(logger),
      operationRules<Context>(
        logger,
        costLimit && { limit: costLimit, turns: new OperationTurns(), refusals: new Refusals() },
        underWayOf,
      ),
      ...switchedOff(),
    ],
  });
  await apollo.start();
  const untilRead = costLimit && textsInTurn(documents, costLimit);
  const open: Pipeline<Context>['open'] = async (caller, sent, assumed) => {
    const context = contextOf(caller);
    operations.set(context.operation, new UnderWay(assumed, caller.gone));
    try {
      if (needsKey) await context.authenticate();
      if (sent) await putInText(sent, context);
      if (typeof sent?.query === 'string') {
        await untilRead?.(sent.query, caller, context);
        refuseConditional(sent.query);
      }
    } catch (error) {
      refuseAltogether(error, caller);
    }
    return context;
  };
  return { apollo, schema, logger, open, underWayOf, costLimit, requestLimit, ...bodiesPartsOf(options) };
}

function bodiesPartsOf<Context extends OperationContext>({
  contextOf,
  needsKey,
  requestLimit,
  sessionOf = () => undefined,
}: GraphqlOptions<Context>): BodiesParts {
  const bodies = requestLimit && new LongBodies();
  return { authenticate: finderOf(contextOf), sessionOf, needsKey, bodies };
}

/** Who asks, before it is known what. */
function finderOf(
  contextOf: (caller: Caller) => Pick<OperationContext, 'authenticate' | 'caller'>,
): BodiesParts['authenticate'] {
  return async (shown) => {
    const context = contextOf({ ...shown, requestId: '' });
    await context.authenticate();
    return context.caller ?? null;
  };
}

/** What Apollo has besides, and nobody needs here. */
function switchedOff(): ApolloServerPlugin[] {
  return [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
}

/** What Apollo says of an error by itself, without the piece of the operation that graphql-js puts below. */
function withoutTexts(logger: Logger) {
  const firstLine = (said: unknown): string => String(said).split('\n', 1)[0] ?? '';
  return {
    debug: (said: unknown) => logger.debug(firstLine(said)),
    info: (said: unknown) => logger.info(firstLine(said)),
    warn: (said: unknown) => logger.warn(firstLine(said)),
    error: (said: unknown) => logger.error(firstLine(said)),
  };
}

/** Apollo tells an error of the context by its extensions, which go to the status, and by what it came from. */
function refuseAltogether(error: unknown, { requestId }: Caller): never {
  const { code, message, retryAfterMs } = failureOf(error);
  const headers = new HeaderMap();
  if (retryAfterMs !== undefined) headers.set('retry-after', retryAfterSeconds(retryAfterMs));
  throw new GraphQLError(message, {
    originalError: error instanceof Error ? error : null,
    extensions: { requestId, http: { status: statusOf(code), headers } },
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request asked for in GraphQL, for the log. */
    operation: OperationContext['operation'] | null;
  }
}

/** Whatever route operations are sent to, what may be sent to it is bounded here. */
export function boundOperations(server: FastifyInstance, parts: RequestParts): void {
  server.decorateRequest('operation', null);
  if (parts.requestLimit) limitRequests(server, parts.requestLimit, parts.sessionOf);
  boundBodies(server, parts);
}

/** A fastify plugin: POST /graphql, JSON alone. Whatever is wrong with a request is told as GraphQL tells errors. */
export async function graphql<Context extends OperationContext>(
  server: FastifyInstance,
  pipeline: Pipeline<Context>,
): Promise<void> {
  const { apollo, open, sessionOf } = pipeline;
  boundOperations(server, pipeline);
  server.setErrorHandler((error, request, reply) => {
    logRequestError(request, error);
    const { failure, status } = failureOfRequest(error, request);
    return sendFailure(request, reply, failure, status);
  });
  server.route({
    method: 'POST',
    url: GRAPHQL_PATH,
    schema: { body: BODY },
    preHandler: async (request, reply) => {
      // Apollo is handed the address whole.
      const asked = addressOf(`${request.protocol}://${request.hostname}/`);
      if (asked === null || parseUrl(request.url, asked.href) === null)
        await sendFailure(request, reply, noHost(), 400);
      else if (!acceptsAnswer(request.headers.accept))
        await sendFailure(request, reply, notAcceptable(), 406);
    },
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) => {
        const { authorization } = request.headers;
        const session = sessionOf(request);
        const caller = { requestId: request.id, authorization, session, gone: goneOf(reply.raw) };
        const context = await open(caller, request.body as SentOperation);
        request.operation = context.operation;
        return context;
      },
    }),
  });
  server.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'],
    url: GRAPHQL_PATH,
    handler: (request, reply) =>
      sendFailure(
        request,
        reply.header('allow', 'POST'),
        new Failure('BAD_USER_INPUT', 'Operations are sent with POST; GraphQL Playground is at /playground.'),
        405,
      ),
  });
}

/** What is wrong with the shape of a request is found here; nothing comes to Apollo that it refuses by itself. */
export const BODY = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1 },
    documentId: { type: 'string' },
    operationName: { type: ['string', 'null'] },
    variables: { type: ['object', 'null'] },
    extensions: { type: ['object', 'null'] },
  },
};

function noHost(): Failure {
  return new Failure('BAD_USER_INPUT', 'The header Host names no host, or a proxy says no protocol.');
}

function notAcceptable(): Failure {
  const message =
    'An answer is application/json or application/graphql-response+json: the header Accept takes neither.';
  return new Failure('BAD_USER_INPUT', message);
}

function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure, status: number) {
  const { message, extensions } = toldOf(failure);
  const { retryAfterMs } = failure;
  if (retryAfterMs !== undefined) void reply.header('retry-after', retryAfterSeconds(retryAfterMs));
  return reply
    .code(status)
    .send({ errors: [{ message, extensions: { ...extensions, requestId: request.id } }] });
}
