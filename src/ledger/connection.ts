import pg from 'pg';

/** A held lock is given up when the process that holds it stalls between two statements. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** A statement that takes longer is a defect; nobody waits for it. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** How long a batch that has one agency to itself waits for its book. */
export const LOCK_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 5_000;

const INT8_OID = 20;

/** bigint comes as a string unless told otherwise; every bigint of the books fits a number. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID
      ? Number
      : (pg.types.getTypeParser(oid, format ?? 'text') as (
          value: string,
        ) => unknown)) as typeof pg.types.getTypeParser,
};

function configOf(appUrl: string, applicationName: string): pg.ClientConfig {
  return {
    connectionString: appUrl,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    options: [
      `-c synchronous_commit=on`,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
      `-c default_transaction_isolation=read\\ committed`,
    ].join(' '),
    pipeline: true,
    types,
  };
}

/**
 * A connection of a lane's own, made when it is first asked for, and anew once it is lost. Statements go out without
 * waiting for the answer to the one before.
 */
export class LedgerConnection {
  private client: Promise<pg.Client> | null = null;

  constructor(private readonly appUrl: string) {}

  get(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client(configOf(this.appUrl, 'headroom-ledger'));
    const opened = client.connect().then(() => client);
    // An error without a listener ends Node. One connection tells more than one error of its end, the last ones when
    // the next may be open already: that one stays.
    const giveUp = (): void => {
      if (this.client === opened) this.client = null;
      void client.end().catch(() => undefined);
    };
    client.on('error', giveUp);
    opened.catch(giveUp);
    this.client = opened;
    return opened;
  }

  async end(): Promise<void> {
    const client = await this.client?.catch(() => null);
    await client?.end().catch(() => undefined);
  }
}

/** Connections for those who only read the books. */
export function poolForReading(
  appUrl: string,
  connectionsMax: number,
  onLost: (error: Error) => void,
): pg.Pool {
  const pool = new pg.Pool({ ...configOf(appUrl, 'headroom-reader'), max: connectionsMax });
  pool.on('error', onLost);
  return pool;
}

/** A statement with a name: parsed and planned once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A transaction on a ledger connection. Its statements are pipelined; each answer is awaited by whoever needs it. */
export class LedgerTransaction {
  private readonly sent: Promise<unknown>[] = [];

  constructor(private readonly client: pg.ClientBase) {}

  query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const answer = this.client.query<Row>({ ...statement, values: [...values] });
    return this.send(answer.then(({ rows }) => rows));
  }

  begin(mode = ''): void {
    void this.send(this.client.query(`BEGIN ${mode}`));
  }

  /** Ends the transaction and looks at what became of it: one that had failed answers ROLLBACK, and no error. */
  async commit(): Promise<void> {
    const { command } = await this.send(this.client.query('COMMIT'));
    // The first error is the one to tell; those behind it only say that the transaction is dead.
    await Promise.all(this.sent);
    if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}.`);
  }

  async rollback(): Promise<void> {
    await this.send(this.client.query('ROLLBACK'));
  }

  /** The first error of the transaction, if any, once all that was sent is answered. */
  async firstError(): Promise<unknown> {
    const settled = await Promise.allSettled(this.sent);
    return settled.find((outcome) => outcome.status === 'rejected')?.reason;
  }

  private send<T>(answer: Promise<T>): Promise<T> {
    // Attached at once: a promise of a pipeline may fail long before anybody comes to await it.
    answer.catch(() => undefined);
    this.sent.push(answer);
    return answer;
  }
}
