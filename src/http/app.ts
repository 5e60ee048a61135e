import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { BodyFault, schemaError } from './body-words.js';
import { failureOfRequest, retryAfterSeconds } from './failures.js';
import { readsJsonInBounds } from './bodies/json-body.js';
import type { KnownToken } from './known-token.js';
import { logRequestError } from './log.js';
import { methodsByAddress, refuseOtherMethods } from './other-methods.js';
import { placeFinder } from './place-finder.js';
import { refuseWhileStopping, waitForLeft } from './stopping.js';
import {
  BODY_BYTES_MAX,
  bytesOf,
  cutOffSlowBodies,
  cutOffSlowReaders,
  cutOffUnread,
  PATIENCE,
  type Patience,
  SHORT_BYTES_MAX,
} from './bodies/patience.js';
import { boundPipelines } from './bodies/pipelining.js';

/** A part of the server: its routes, with what they need in hand. */
export type Routes = (server: FastifyInstance) => Promise<void>;

/** A plugin with its options, as one of the parts of the server. */
export function routesOf<Options>(
  plugin: (server: FastifyInstance, options: Options) => Promise<void>,
  options: Options,
): Routes {
  return (server) => plugin(server, options);
}

const PARAM_LENGTH_MAX = 200;
/** How long a request may take to come in; an archive is uploaded over a slow line. */
const REQUEST_MS_MAX = 300_000;

export interface AppOptions {
  readonly logger: FastifyBaseLogger;
  /** Proxies whose word on where a request came from counts; null for none. */
  readonly trustProxy?: string | null;
  /** Told of every answer. */
  readonly observe: (request: FastifyRequest, reply: FastifyReply) => void;
  readonly patience?: Partial<Patience>;
  /** All are strangers where it is left out. */
  readonly knownToken?: KnownToken;
}

/**
 * The HTTP server with its parts, not listening yet: ids for requests, headers, errors as JSON, one line of log for each
 * request. What a part adds stays its own; what its addresses don't take is refused here.
 */
export async function createApp(
  { logger, trustProxy = null, observe, ...options }: AppOptions,
  parts: readonly Routes[],
): Promise<FastifyInstance> {
  const patience = { ...PATIENCE, ...options.patience };
  const { knownToken = () => null } = options;
  const server: FastifyInstance = fastify({
    loggerInstance: logger,
    // Its own lines hold addresses and URLs; `logAnswer` says what there is to say.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    ...(trustProxy !== null && { trustProxy }),
    // An address may hold a token whole.
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    // No hook is asked of an address that can't be read; it isn't told back, since it may hold a token.
    frameworkErrors: (_error, request, reply) => {
      void nothingHere(
        reply.headers(SECURITY_HEADERS).header('x-request-id', request.id).header('connection', 'close'),
      );
    },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    http: { headersTimeout: patience.headMs, connectionsCheckingInterval: patience.lookEveryMs },
    schemaErrorFormatter: schemaError,
    return503OnClosing: false,
    // A value of another type is an error, never made to fit.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  // Nobody's are read: each that can't be decoded would take an error with its stack, and a head holds thousands.
  await server.register(cookie, { hook: false });
  // A body that a form can send is none of ours: it comes without a browser's leave.
  server.removeContentTypeParser('text/plain');
  readsJsonInBounds(server);
  boundPipelines(server, knownToken, placeFinder(trustProxy));
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    // Nobody waits for it there.
    if (request.is404 && bytesOf(request.headers) > SHORT_BYTES_MAX) {
      return nothingHere(reply.header('connection', 'close'));
    }
  });
  refuseWhileStopping(server);
  waitForLeft(server);
  cutOffSlowBodies(server, patience);
  cutOffSlowReaders(server, patience);
  cutOffUnread(server);
  server.addHook('onResponse', async (request, reply) => {
    logAnswer(request, reply);
    observe(request, reply);
  });
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  server.setNotFoundHandler((_request, reply) => nothingHere(reply));
  const methods = methodsByAddress(server);
  for (const routes of parts) await server.register(routes);
  refuseOtherMethods(server, methods);
  return server;
}

function nothingHere(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'NOT_FOUND', message: 'There is nothing at this address.' });
}

/** A page that needs more says so itself. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Neither address nor header nor body: the route, not the URL. */
function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.operation?.name && { operation: request.operation.name }),
    },
    'request',
  );
}

/** The route that a request came to, as it is written in the code; null for none. */
export function routeOf(request: FastifyRequest): string | null {
  return request.routeOptions.url ?? null;
}

/** What a route other than GraphQL's tells of its failures: `{"error": code, "message"}`, at which field, and when to ask again. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  logRequestError(request, error);
  const { failure, status } = failureOfRequest(error, request);
  const { code, message, retryAfterMs } = failure;
  if (retryAfterMs !== undefined) void reply.header('retry-after', retryAfterSeconds(retryAfterMs));
  const field = error instanceof BodyFault ? error.field : null;
  return reply.code(status).send({
    ...{ error: code, message },
    ...(field !== null && { field }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
