import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { previousSecrets, type Config } from './config.js';
import type { Database } from './database/database.js';
import { inTurnForDemo } from './database/turn.js';
import { createApp, type Routes, routesOf } from './http/app.js';
import { SessionCookie } from './http/cookies.js';
import { createPipeline, graphql, type Pipeline } from './http/graphql.js';
import { health } from './http/health.js';
import { holder, HOLDER_PATH } from './http/holder.js';
import { home } from './http/home.js';
import { imports, type ImportsOptions } from './http/imports.js';
import { leadLists, type LeadListsOptions } from './http/lead-lists.js';
import { listen } from './http/listen.js';
import { createLogger } from './http/log.js';
import { Metrics } from './http/metrics.js';
import { playground, presentedKey } from './http/playground.js';
import { openId } from './http/open-id.js';
import { secondFactor } from './http/second-factor.js';
import { signIn } from './http/sign-in.js';
import { Uploads } from './http/uploads.js';
import { PACKED_BYTES_MAX } from './imports/zip-archive.js';
import { RequestLimit } from './http/request-limit.js';
import { Ledger } from './ledger/ledger.js';
import { LedgerReader, READERS_MAX } from './ledger/reader.js';
import { buildApiSchema, makeResolvers } from './resolvers/build.js';
import { RequestContext } from './resolvers/context.js';
import { createLoaders } from './resolvers/loaders.js';
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
import type { RetentionService } from './services/retention.service.js';
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
    const people = peopleOf(config, database, { ...stores, fingerprints, logger });
    opened.add(() => people.close());
    const holderLinkOf = (token: string): string => `${people.publicUrl()}${HOLDER_PATH}${token}`;
    const services = { ...wireServices({ ...stores, fingerprints, previewCap }), ...people, holderLinkOf };
    const sweeper = sweeperOf(stores, services.retention, logger);
    opened.add(() => sweeper.close());
    const uploads = new Uploads(PACKED_BYTES_MAX);
    opened.add(() => uploads.settled());
    const authenticator = new Authenticator(stores.gate, (error) =>
      logger.warn({ err: error }, 'it could not be written when keys were last used'),
    );
    opened.add(() => authenticator.settled());
    const cookie = new SessionCookie(config);
    const needsKey = config.mode === 'production';
    const pipeline = await createPipeline({
      schema: await buildApiSchema(makeResolvers(services, cursorKeys(database.secret))),
      contextOf: ({ requestId, ...shown }) =>
        new RequestContext(requestId, shown, {
          authenticate: ({ authorization, session }) => authenticator.authenticate(authorization, session),
          loadersFor: (viewer) => createLoaders(services, viewer),
        }),
      logger,
      sessionOf: cookie.of,
      needsKey,
      isCostLimited: config.apiLimits,
      requestLimit: config.apiLimits ? new RequestLimit() : null,
    });
    opened.add(() => pipeline.apollo.stop());
    const metrics = new Metrics(stores.ledger);
    const parts = partsOf({
      ...{ pipeline, stores, metrics, cookie, authenticator, people, holders: services.holders },
      imports: {
        authenticate: (header, session) => authenticator.authenticate(header, session),
        sessionOf: cookie.of,
        ...services,
        uploads,
      },
      needsKey,
    });
    const observe = metrics.observe.bind(metrics);
    const app = await createApp({ logger, trustProxy: config.trustProxy, observe }, parts);
    opened.add(() => drain(app));
    people.servedAt(await listen(app, config));
    return { url: people.listensAt(), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
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

/** What was opened, to be closed in the opposite order. */
class Opened {
  private readonly closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  /** All of it, even where one can't be closed; then that is told. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.closers.splice(0).toReversed()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

interface Stores {
  /** For the services. */
  readonly dataSource: DataSource;
  /** To find out who is asking. */
  readonly gate: DataSource;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
}

async function openStores(
  { appUrl }: Database,
  { poolConnections }: Config,
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
  const ledger = new Ledger(appUrl);
  opened.add(() => ledger.close());
  return { dataSource, gate, reader, ledger };
}

function sweeperOf({ dataSource, ledger }: Stores, retention: RetentionService, logger: Logger): Sweeper {
  const policies = new PolicyWatch(dataSource, new Changes(dataSource));
  return new Sweeper(dataSource, { ledger, policies, retention }, (error) =>
    logger.warn({ err: error }, 'what time alone did could not be told'),
  );
}

/** People and their sign-in. Their links lead to where this server is reached, which is known once it listens. */
function peopleOf(
  config: Config,
  { secret }: Database,
  {
    dataSource,
    fingerprints,
    logger,
  }: Pick<Stores, 'dataSource'> & { fingerprints: Fingerprints; logger: Logger },
) {
  let url = '';
  const publicUrl = () => config.publicUrl ?? url;
  const people = wirePeople({
    ...{ dataSource, fingerprints, changes: new Changes(dataSource), audit: new AuditLog(fingerprints) },
    sealer: new Sealer(secret, ...previousSecrets(config)),
    mail: config.smtpUrl === null ? null : { smtpUrl: config.smtpUrl, from: config.mailFrom },
    publicUrl,
    onFailure: (error) => logger.warn({ err: error }, 'a letter could not be sent'),
    isLoopbackAllowed: config.loopbackAllowed,
    onProviderFailure: (error) => logger.warn({ err: error }, 'a sign-in by a provider came to nothing'),
  });
  return { ...people, publicUrl, servedAt: (listening: string) => (url = listening), listensAt: () => url };
}

interface Served {
  readonly pipeline: Pipeline<RequestContext>;
  readonly stores: Stores;
  readonly metrics: Metrics;
  readonly imports: ImportsOptions & LeadListsOptions;
  readonly holders: HolderService;
  readonly cookie: SessionCookie;
  readonly authenticator: Authenticator;
  readonly people: People;
  /** Whether the Playground asks for a key, or a session. */
  readonly needsKey: boolean;
}

/** Everything that is served, each a plugin of fastify. */
function partsOf(served: Served): Routes[] {
  const {
    pipeline,
    stores,
    metrics,
    imports: importing,
    needsKey,
    authenticator,
    cookie,
    people,
    holders,
  } = served;
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
    routesOf(imports, importing),
    routesOf(leadLists, importing),
    routesOf(holder, { holders }),
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
