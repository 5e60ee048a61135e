import { DataSource } from 'typeorm';
import { ENTITIES } from '../entities/index.js';
import { BoundedClient, KEPT_ALIVE, SEEN_TO_BE_GONE } from './bounded-client.js';

/** What a pool may take, and how long anything in it may last. */
export interface DataSourceOptions {
  /** Most connections at once. */
  readonly connectionsMax?: number;
  /** As PostgreSQL shows it in pg_stat_activity. */
  readonly applicationName?: string;
  /** How long a statement may take: it is a defect then, and nobody waits for it any more. */
  readonly statementMsMax?: number;
  /** Told when a connection that nobody was using is lost; the pool makes a new one by itself. */
  readonly onIdleConnectionLost?: (error: Error) => void;
}

const CONNECTIONS_MAX_DEFAULT = 10;
/** How long a caller waits for a connection, new or from the pool. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that nobody used for this long is closed. */
const IDLE_TIMEOUT_MS = 30_000;
/** PostgreSQL ends what lies idle for this long: this process has not, so it is gone. */
const IDLE_SESSION_TIMEOUT_MS = 2 * IDLE_TIMEOUT_MS;
const STATEMENT_MS_MAX_DEFAULT = 30_000;
/** How much later than PostgreSQL a statement is given up here, so that its answer is the one that counts where there is one. */
const ANSWER_LATER_MS = 5_000;
/** How long a change waits for its agency's book. */
const LOCK_TIMEOUT_MS = 5_000;
/** A lock that a stalled process holds is given up after this long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Opens a pool for TypeORM as the run-time role; `destroy()` closes it. It makes no tables and no extensions: the
 * migrations do. Throws PostgreSQL's own error where the first connection fails. All is asked by `inTransaction`, which finds out
 * where a connection went silent.
 */
export function openDataSource(appUrl: string, options: DataSourceOptions = {}): Promise<DataSource> {
  const { statementMsMax = STATEMENT_MS_MAX_DEFAULT } = options;
  const settings = [
    'synchronous_commit=on',
    'default_transaction_isolation=read\\ committed',
    `idle_session_timeout=${IDLE_SESSION_TIMEOUT_MS}`,
    ...SEEN_TO_BE_GONE,
  ];
  const dataSource = new DataSource({
    type: 'postgres',
    url: appUrl,
    entities: ENTITIES,
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: options.connectionsMax ?? CONNECTIONS_MAX_DEFAULT,
    applicationName: options.applicationName ?? 'headroom',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: options.onIdleConnectionLost ?? (() => undefined),
    extra: {
      ...KEPT_ALIVE,
      Client: BoundedClient,
      answerMsMax: statementMsMax + ANSWER_LATER_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      statement_timeout: statementMsMax,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      options: settings.map((setting) => `-c ${setting}`).join(' '),
    },
  });
  return dataSource.initialize();
}
