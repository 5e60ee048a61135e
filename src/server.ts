import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { previousSecrets, type Config } from './config.js';
import type { Database } from './database/database.js';
import { inTurnForDemo } from './database/turn.js';
import { openApiLimits } from './http/api-limits.js';
import { createApp, type Routes, routesOf } from './http/app.js';
import { SessionCookie } from './http/cookies.js';
import { wrongWithDocument } from './http/documents.js';
import { type Caller, createPipeline, graphql, type Pipeline } from './http/graphql.js';
import { health } from './http/health.js';
import { holder, HOLDER_PATH } from './http/holder.js';
import { home } from './http/home.js';
import { imports, type ImportsOptions } from './http/imports.js';
import { inbound, INBOUND_PATH, type InboundOptions } from './http/inbound.js';
import { listen } from './http/listen.js';
import { liveRoutes } from './http/live.js';
import { createLogger } from './http/log.js';
import { Metrics } from './http/metrics.js';
import { playground, presentedKey } from './http/playground.js';
import { openId } from './http/open-id.js';
import { Opened } from './http/opened.js';
import { secondFactor } from './http/second-factor.js';
import { signIn } from './http/sign-in.js';
import { Uploads } from './http/uploads.js';
import { PACKED_BYTES_MAX } from './imports/zip-archive.js';
import { Ledger, LEDGER_DEFAULTS } from './ledger/ledger.js';
import { LedgerReader, READERS_MAX } from './ledger/reader.js';
import { wireWebhooks } from './live/webhooks.js';
import { openLive, type Live } from './live/wired.js';
import { buildApiSchema, makeResolvers, type Services } from './resolvers/build.js';
import { type ContextParts, RequestContext } from './resolvers/context.js';
import { createLoaders } from './resolvers/loaders.js';
import { makeStreams } from './resolvers/make-streams.js';
import type { Streams } from './resolvers/streams.js';
import { eventWriter } from './resolvers/webhook-event.show.js';
import { cursorKeys } from './schema/cursor.js';
import { AgencyService } from './services/agency.service.js';
import { ApiKeyService } from './services/api-key.service.js';
import { AuditLog } from './services/audit-log.js';
import { Changes } from './services/changes.js';
import { ClientAccountService } from './services/client-account.service.js';
import type { HolderService } from './services/holder.service.js';
import { seedDemo as seedDemoAgencies } from './services/demo.service.js';
import { wirePeople, type People } from './services/people.js';
import { PlanService } from './services/plan.service.js';
import { PolicyWatch } from './services/policy.watch.js';
import { PreviewCap } from './services/preview-cap.js';
import { SeatReader } from './services/seat.reader.js';
import { wireServices } from './services/wired.js';
import { Sweeper } from './services/sweeper.js';
import { SeatService } from './services/seat.service.js';
import { Authenticator } from './tenancy/authenticate.js';
import { openDataSource } from './tenancy/data-source.js';
import { Fingerprints } from './tenancy/fingerprint.js';
import { Sealer } from './tenancy/sealed.js';

export interface RunningServer {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Stops accepting, answers what is in flight, disconnects. The database itself goes on. */
  close(): Promise<void>;
}

/** How long requests in flight are waited for once the server stops. */
const DRAIN_MS_MAX = 10_000;
/** Who is asking never waits behind what others asked: it has connections of its own. */
const GATE_CONNECTIONS_MAX = 2;

/**
 * Starts the server on a database that is migrated. Throws a StartError where it can't listen, and leaves nothing open
 * then. `config.port` 0 takes any free port; the answer says which.
 */
export async function startServer(config: Config, database: Database): Promise<RunningServer> {
  const logger = createLogger(config.logLevel);
  const opened = new Opened();
  try {
    const stores = await openStores(database, config, logger, opened);
    const fingerprints = new Fingerprints(database.secret, ...previousSecrets(config));
    const previewCap = config.apiLimits ? new PreviewCap(stores.dataSource) : null;
    const desk = deskOf(config, database, stores, fingerprints);
    const people = peopleOf(config, desk, fingerprints, logger);
    opened.add(() => people.close());
    const webhooks = webhooksOf(config, desk, database, logger);
    opened.add(() => webhooks.courier.close());
    const besides = { ...people, ...webhooks, ...linksOf(people.publicUrl), wrongWithDocument };
    const services = { ...wireServices({ ...stores, fingerprints, previewCap }), ...besides };
    const sweeper = sweeperOf(stores, logger);
    opened.add(() => sweeper.close());
    const uploads = new Uploads(PACKED_BYTES_MAX);
    opened.add(() => uploads.settled());
    const authenticator = new Authenticator(stores.gate, (error) =>
      logger.warn({ err: error }, 'it could not be written when keys were last used'),
    );
    opened.add(() => authenticator.settled());
    const cookie = new SessionCookie(config);
    const needsKey = config.mode === 'production';
    const limits = await openApiLimits(config, logger);
    opened.add(() => limits.close());
    const keys = cursorKeys(database.secret);
    const pipeline = await createPipeline({
      schema: await buildApiSchema(makeResolvers(services, keys)),
      contextOf: contextsOf(services, authenticator, makeStreams(services, stores.live, keys)),
      ...{ logger, needsKey, sessionOf: cookie.of, ...limits },
    });
    opened.add(() => pipeline.apollo.stop());
    const metrics = new Metrics(stores.ledger);
    const live = liveRoutes({ pipeline, authenticator, cookie, logger, metrics: metrics.live });
    const parts = partsOf({
      ...{ pipeline, stores, metrics, cookie, authenticator, people, uploads, needsKey },
      ...{ holders: services.holders, imports: services.imports, inbound: services.inbound },
    });
    const options = { logger, trustProxy: config.trustProxy, observe: metrics.observe.bind(metrics) };
    const app = await createApp(options, [...parts, ...live.routes]);
    opened.add(() => drain(app));
    opened.add(() => live.close());
    people.servedAt(await listen(app, config));
    return { url: people.listensAt(), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What the resolvers of an operation share, from what the operation came with. */
function contextsOf(services: Services, authenticator: Authenticator, streams: Streams) {
  const parts: Omit<ContextParts, 'authenticate'> = {
    loadersFor: (viewer) => createLoaders(services, viewer),
    streams,
    textOf: (viewer, sha256) => services.trustedDocuments.textOf(viewer, sha256),
  };
  return ({ requestId, authority, ...shown }: Caller) =>
    new RequestContext(requestId, shown, {
      ...parts,
      authenticate: ({ authorization, session }) =>
        authority?.current() ?? authenticator.authenticate(authorization, session),
    });
}

/** Puts the demo into an embedded database, where it isn't there yet. */
export async function seedDemo(database: Database): Promise<void> {
  const dataSource = await openDataSource(database.appUrl);
  try {
    const changes = new Changes(dataSource);
    const audit = new AuditLog(new Fingerprints(database.secret));
    const services = {
      agencies: new AgencyService(dataSource, audit),
      plans: new PlanService(dataSource, changes, audit),
      clientAccounts: new ClientAccountService(dataSource, changes, audit),
      seats: new SeatReader(dataSource),
      seatChanges: new SeatService(changes, audit),
      apiKeys: new ApiKeyService(dataSource, changes, audit),
    };
    await inTurnForDemo(database.appUrl, () => seedDemoAgencies(services));
  } finally {
    await dataSource.destroy();
  }
}

interface Stores {
  /** For the services. */
  readonly dataSource: DataSource;
  /** To find out who is asking. */
  readonly gate: DataSource;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly live: Live;
}

async function openStores(
  { appUrl }: Database,
  { poolConnections, alertDays }: Config,
  logger: Logger,
  opened: Opened,
): Promise<Stores> {
  const onLost = (error: Error): void => logger.warn({ err: error }, 'a connection was lost');
  const dataSource = await openDataSource(appUrl, {
    connectionsMax: poolConnections,
    onIdleConnectionLost: onLost,
  });
  opened.add(() => dataSource.destroy());
  const gate = await openDataSource(appUrl, {
    applicationName: 'headroom-gate',
    connectionsMax: GATE_CONNECTIONS_MAX,
    onIdleConnectionLost: onLost,
  });
  opened.add(() => gate.destroy());
  const reader = new LedgerReader(appUrl, onLost, Math.min(poolConnections, READERS_MAX));
  opened.add(() => reader.close());
  const live = await openLive({
    ...{ appUrl, alertDays },
    onFailure: (error) =>
      logger.warn({ err: error }, 'what moved could not be looked for; it is tried again'),
  });
  opened.add(() => live.close());
  const ledger = new Ledger(appUrl, LEDGER_DEFAULTS, live.moved);
  opened.add(() => ledger.close());
  return { dataSource, gate, reader, ledger, live };
}

function sweeperOf({ dataSource, ledger }: Stores, logger: Logger): Sweeper {
  const policies = new PolicyWatch(dataSource, new Changes(dataSource));
  return new Sweeper(dataSource, { ledger, policies }, (error) =>
    logger.warn({ err: error }, 'what time alone did could not be told'),
  );
}

/** What is shared by those who have secrets of an agency to keep. */
function deskOf(config: Config, { secret }: Database, { dataSource }: Stores, fingerprints: Fingerprints) {
  return {
    ...{ dataSource, changes: new Changes(dataSource), audit: new AuditLog(fingerprints) },
    sealer: new Sealer(secret, ...previousSecrets(config)),
    isLoopbackAllowed: config.loopbackAllowed,
  };
}
type Desk = ReturnType<typeof deskOf>;

/** Endpoints of agencies, and who tells them what the API shows. */
function webhooksOf({ webhooks: isSending }: Config, desk: Desk, { secret }: Database, logger: Logger) {
  const onFailure = (error: unknown) => logger.warn({ err: error }, 'webhooks could not be told');
  return wireWebhooks({ ...desk, isSending, write: eventWriter(cursorKeys(secret)), onFailure });
}

/** Addresses with a token in them. */
function linksOf(publicUrl: () => string) {
  return {
    holderLinkOf: (token: string) => `${publicUrl()}${HOLDER_PATH}${token}`,
    inboundUrlOf: (token: string) => `${publicUrl()}${INBOUND_PATH}${token}`,
  };
}

/** People and their sign-in. Their links lead to where this server is reached, which is known once it listens. */
function peopleOf(config: Config, desk: Desk, fingerprints: Fingerprints, logger: Logger) {
  let url = '';
  const publicUrl = () => config.publicUrl ?? url;
  const people = wirePeople({
    ...{ ...desk, fingerprints, publicUrl },
    mail: config.smtpUrl === null ? null : { smtpUrl: config.smtpUrl, from: config.mailFrom },
    onFailure: (error) => logger.warn({ err: error }, 'a letter could not be sent'),
    onProviderFailure: (error) => logger.warn({ err: error }, 'a sign-in by a provider came to nothing'),
  });
  return { ...people, publicUrl, servedAt: (listening: string) => (url = listening), listensAt: () => url };
}

interface Served extends InboundOptions {
  readonly pipeline: Pipeline<RequestContext>;
  readonly stores: Stores;
  readonly metrics: Metrics;
  readonly imports: ImportsOptions['imports'];
  readonly uploads: Uploads;
  readonly holders: HolderService;
  readonly cookie: SessionCookie;
  readonly authenticator: Authenticator;
  readonly people: People;
  /** Whether the Playground asks for a key, or a session. */
  readonly needsKey: boolean;
}

/** Everything that is served, each a plugin of fastify. */
function partsOf(served: Served): Routes[] {
  const { pipeline, stores, metrics, needsKey, authenticator, cookie, people, holders } = served;
  const admit = async (request: FastifyRequest): Promise<boolean> => {
    if (!needsKey) return true;
    const key = presentedKey(request);
    const header = key === undefined ? undefined : `Bearer ${key}`;
    const session = key === undefined ? cookie.of(request) : undefined;
    return authenticator.authenticate(header, session).then(Boolean, () => false);
  };
  return [
    home,
    routesOf(graphql, pipeline),
    routesOf(imports, {
      authenticate: (header, session) => authenticator.authenticate(header, session),
      ...{ sessionOf: cookie.of, imports: served.imports, uploads: served.uploads },
    }),
    routesOf(holder, { holders }),
    routesOf(inbound, { inbound: served.inbound }),
    routesOf(signIn, { ...people, cookie, authenticator }),
    routesOf(openId, { ...people, cookie, authenticator }),
    routesOf(secondFactor, { ...people, cookie, authenticator }),
    routesOf(playground, { admit }),
    routesOf(health, { askDatabase: () => stores.gate.query('SELECT 1') }),
    (server) => metrics.routes(server),
  ];
}

/** Stops accepting and waits for what is in flight; whoever takes longer than that is cut off. */
async function drain(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS_MAX);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
