import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import type { Opened } from './opened.js';
import { Ledger, LEDGER_DEFAULTS } from './ledger/ledger.js';
import { LedgerReader, READERS_MAX } from './ledger/told/reader.js';
import { openLive, type Live } from './live/wired.js';
import { openDataSource } from './tenancy/data-source.js';

/** Who is asking never waits behind what others asked: it has connections of its own, for known agencies, for others, and for what else it keeps. */
const GATE_CONNECTIONS_MAX = 3;
/** A few rows by their keys: everybody waits for it. */
const GATE_STATEMENT_MS_MAX = 5_000;

/** All that is open to the database. */
export interface Stores {
  /** For the services. */
  readonly dataSource: DataSource;
  /** To find out who is asking. */
  readonly gate: DataSource;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly live: Live;
}

/** Opens all of it, to be closed with whatever else was opened. */
export async function openStores(
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
    statementMsMax: GATE_STATEMENT_MS_MAX,
    onIdleConnectionLost: onLost,
  });
  opened.add(() => gate.destroy());
  const reader = new LedgerReader(appUrl, onLost, Math.min(poolConnections, READERS_MAX));
  opened.add(() => reader.close());
  const live = openLive({
    ...{ appUrl, alertDays },
    onFailure: (error) =>
      logger.warn({ err: error }, 'what moved could not be looked for; it is tried again'),
  });
  opened.add(() => live.close());
  const ledger = new Ledger(appUrl, LEDGER_DEFAULTS, live.moved);
  opened.add(() => ledger.close());
  return { dataSource, gate, reader, ledger, live };
}
