import type { Logger } from 'pino';
import { previousSecrets, textKeys, type Config } from './config.js';
import type { Database } from './database/database.js';
import { openApiLimits } from './http/bounds/api-limits.js';
import { createApp } from './http/app.js';
import { SessionCookie } from './http/cookies.js';
import { wrongWithDocument } from './http/operations/documents.js';
import { type Caller, createPipeline } from './http/operations/graphql.js';
import { HOLDER_PATH } from './http/pages/holder.js';
import { INBOUND_PATH } from './http/inbound.js';
import { knownTokenFinder } from './http/known-token.js';
import { drain, listen } from './http/listen.js';
import { liveRoutes } from './http/live/live.js';
import { createLogger } from './http/log.js';
import { Metrics } from './http/metrics.js';
import { partsOf } from './http/parts.js';
import { Opened } from './opened.js';
import { Uploads } from './http/uploads/uploads.js';
import { PACKED_BYTES_MAX } from './imports/zip-archive.js';
import { wireWebhooks, type WebhooksParts } from './live/webhooks.js';
import { buildApiSchema, makeResolvers, type Services } from './resolvers/build.js';
import { type ContextParts, RequestContext } from './resolvers/context.js';
import { createLoaders } from './resolvers/loaders.js';
import { makeStreams } from './resolvers/make-streams.js';
import type { Streams } from './resolvers/streams.js';
import { eventWriter } from './resolvers/webhook-event.show.js';
import { cursorKeys } from './schema/cursor.js';
import { AuditLog } from './services/audit-log.js';
import { Changes } from './services/changes.js';
import { type Members, wireMembers } from './services/members/members.js';
import { PolicyWatch } from './services/policy/policy.watch.js';
import { PreviewCap } from './services/decisions/preview-cap.js';
import { type ServiceParts, wireServices } from './services/wired.js';
import { sealAnew } from './services/sealed-anew.js';
import { HoldsOfMarked } from './services/prospects/prospect.holds.js';
import { Sweeper } from './services/alerts/sweeper.js';
import { APPROVAL_PATH } from './tenancy/approval-link.js';
import { Authenticator } from './tenancy/authenticate.js';
import { refuseFull } from './tenancy/door.js';
import { Fingerprints } from './tenancy/fingerprint.js';
import { Sealer } from './tenancy/sealed.js';
import { textVaultOf } from './tenancy/text-vault.js';
import { askWhetherItWrites } from './tenancy/transaction.js';
import { openStores, type Stores } from './stores.js';

export interface RunningServer {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Stops accepting, answers what is in flight, disconnects. The database itself goes on. */
  close(): Promise<void>;
}

/**
 * What fails and nobody waits for any more is told in the log, for as long as the process lives: by itself Node would end it, for all
 * agencies. graphql-js forgets what it has begun of a list where a later row fails.
 */
export function hearForgotten({ logLevel }: Pick<Config, 'logLevel'>): void {
  const logger = createLogger(logLevel);
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'nobody waited for what failed'));
}

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
    const kept = { fingerprints, previewCap, textVault: vaultOf(config, logger) };
    const desk = await deskOf(config, database, stores, { fingerprints, logger });
    const members = membersOf(config, desk, fingerprints, logger);
    opened.add(() => members.close());
    const keys = cursorKeys(database.secret, ...previousSecrets(config));
    const books = config.webhooks ? stores.live.books : null;
    const webhooks = webhooksOf(desk, { books, write: eventWriter(keys) }, logger);
    opened.add(() => webhooks.courier.close());
    const besides = { ...members, ...webhooks, ...linksOf(members.publicUrl), wrongWithDocument };
    const services = { ...servicesOf(stores, desk, members, kept), ...besides };
    if (config.sweep) startSweep(stores, services, logger, opened);
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
    const pipeline = await createPipeline({
      schema: await buildApiSchema(makeResolvers(services, keys)),
      contextOf: contextsOf(services, stores, authenticator, makeStreams(services, stores.live, keys)),
      ...{ logger, needsKey, sessionOf: cookie.of, ...limits },
    });
    opened.add(() => pipeline.apollo.stop());
    const { trustProxy, metricsToken: token } = config;
    const metrics = new Metrics(stores.ledger, { token, needsToken: config.mode === 'production' });
    const live = liveRoutes({ pipeline, authenticator, cookie, logger, trustProxy, metrics: metrics.live });
    const parts = partsOf({
      askDatabase: () => askWhetherItWrites(stores.gate),
      ...{ pipeline, metrics, cookie, authenticator, members, uploads, needsKey },
      ...{
        holders: services.holders,
        approvals: services.campaignDesk.approvals,
        inbound: services.inbound,
        uploading: services,
      },
    });
    const knownToken = knownTokenFinder(authenticator, cookie);
    const options = { logger, trustProxy, knownToken, observe: metrics.observe.bind(metrics) };
    const app = await createApp(options, [...parts, ...live.routes]);
    opened.add(() => drain(app));
    opened.add(() => live.close());
    members.servedAt(await listen(app, config));
    return { url: members.listensAt(), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What is asked by the routes and the resolvers; letters are the members' own services'. */
function servicesOf(
  stores: Stores,
  { changes }: Pick<Desk, 'changes'>,
  { letters }: Pick<Members, 'letters'>,
  kept: Pick<ServiceParts, 'fingerprints' | 'previewCap' | 'textVault'>,
) {
  return wireServices({ ...stores, ...kept, changes, letters });
}

/** What the resolvers of an operation share, from what the operation came with. */
function contextsOf(
  services: Services,
  { dataSource, reader }: Stores,
  authenticator: Authenticator,
  streams: Streams,
) {
  const parts: Omit<ContextParts, 'authenticate'> = {
    loadersFor: (viewer) => createLoaders(services, viewer),
    streams,
    textOf: (viewer, sha256) => services.trustedDocuments.textOf(viewer, sha256),
    refuseFull: (viewer) => {
      refuseFull(dataSource, viewer);
      reader.refuseFull(viewer);
    },
  };
  return ({ requestId, authority, ...shown }: Caller) =>
    new RequestContext(requestId, shown, {
      ...parts,
      authenticate: ({ authorization, session }) =>
        authority?.current() ?? authenticator.authenticate(authorization, session),
    });
}

type SweptBy = Pick<
  ReturnType<typeof wireServices>,
  'retention' | 'campaignEnrolling' | 'campaignDesk' | 'campaignStalls' | 'queueKeeper'
>;

/** Tells from time to time what time alone did, until all is over. */
function startSweep({ dataSource, ledger }: Stores, services: SweptBy, logger: Logger, opened: Opened): void {
  const policies = new PolicyWatch(dataSource, new Changes(dataSource));
  const { retention, campaignEnrolling: enrolling, campaignDesk, campaignStalls: stalls } = services;
  const { life: campaigns } = campaignDesk;
  const holds = new HoldsOfMarked(dataSource);
  const { queueKeeper: queue } = services;
  const told = { ledger, policies, retention, holds, enrolling, campaigns, queue, stalls };
  const sweeper = new Sweeper(dataSource, told, (error) =>
    logger.warn({ err: error }, 'what time alone did could not be told'),
  );
  opened.add(() => sweeper.close());
}

/** What seals the texts that agencies keep. */
function vaultOf(config: Config, logger: Logger) {
  return textVaultOf(textKeys(config), ({ agencyId, reservationId }) =>
    logger.warn(
      { agencyId, reservationId },
      'a kept text was altered, or stands in the place of another one',
    ),
  );
}

/** What is shared by those who have secrets of an agency to keep; those that are kept are sealed under the newest secret from here. */
async function deskOf(
  config: Config,
  { secret }: Database,
  { dataSource }: Stores,
  { fingerprints, logger }: { readonly fingerprints: Fingerprints; readonly logger: Logger },
) {
  const changes = new Changes(dataSource, (error) =>
    logger.warn({ err: error }, 'what comes behind a change came to nothing'),
  );
  const sealer = new Sealer(secret, ...previousSecrets(config));
  if (config.secretPrevious !== null) await sealAnew(dataSource, sealer);
  return {
    ...{ dataSource, changes, audit: new AuditLog(fingerprints), sealer },
    isLoopbackAllowed: config.loopbackAllowed,
  };
}
type Desk = Awaited<ReturnType<typeof deskOf>>;

/** Endpoints of agencies, and who tells them what the API shows. */
function webhooksOf(desk: Desk, telling: Pick<WebhooksParts, 'books' | 'write'>, logger: Logger) {
  const onFailure = (error: unknown) => logger.warn({ err: error }, 'webhooks could not be told');
  return wireWebhooks({ ...desk, ...telling, onFailure });
}

/** Addresses with a token in them. */
function linksOf(publicUrl: () => string) {
  return {
    approvalLinkOf: (token: string) => `${publicUrl()}${APPROVAL_PATH}${token}`,
    holderLinkOf: (token: string) => `${publicUrl()}${HOLDER_PATH}${token}`,
    inboundUrlOf: (token: string) => `${publicUrl()}${INBOUND_PATH}${token}`,
  };
}

/** Members and their sign-in. Their links lead to where this server is reached, which is known once it listens. */
function membersOf(config: Config, desk: Desk, fingerprints: Fingerprints, logger: Logger) {
  let url = '';
  const publicUrl = () => config.publicUrl ?? url;
  const members = wireMembers({
    ...{ ...desk, fingerprints, publicUrl },
    mail: config.smtpUrl === null ? null : { smtpUrl: config.smtpUrl, from: config.mailFrom },
    onFailure: (error) => logger.warn({ err: error }, 'a letter could not be sent'),
    onProviderFailure: (error) => logger.warn({ err: error }, 'a sign-in by a provider came to nothing'),
  });
  return { ...members, publicUrl, servedAt: (listening: string) => (url = listening), listensAt: () => url };
}
