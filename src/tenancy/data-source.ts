import { DataSource } from 'typeorm';
import { ENTITIES } from '../entities/index.js';

/** What a pool may take, and how long anything in it may last. */
export interface DataSourceOptions {
  /** Most connections at once. */
  readonly connectionsMax?: number;
  /** As PostgreSQL shows it in pg_stat_activity. */
  readonly applicationName?: string;
  /** Told when a connection that nobody was using is lost; the pool makes a new one by itself. */
  readonly onIdleConnectionLost?: (error: Error) => void;
}

const CONNECTIONS_MAX_DEFAULT = 10;
/** How long a caller waits for a connection, new or from the pool. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that nobody used for this long is closed. */
const IDLE_TIMEOUT_MS = 30_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** How long a change waits for its agency's book. */
const LOCK_TIMEOUT_MS = 5_000;
/** A lock that a stalled process holds is given up after this long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Opens a pool for TypeORM as the run-time role; `destroy()` closes it. It makes no tables and no extensions: the
 * migrations do. Throws PostgreSQL's own error where the first connection fails.
 */
export function openDataSource(appUrl: string, options: DataSourceOptions = {}): Promise<DataSource> {
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
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      options: '-c synchronous_commit=on -c default_transaction_isolation=read\\ committed',
    },
  });
  return dataSource.initialize();
}
