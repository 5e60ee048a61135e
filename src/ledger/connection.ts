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

/** A connection of a lane's own: statements go out without waiting for the answer to the one before. */
export async function connectLedger(appUrl: string, onLost: (error: Error) => void): Promise<pg.Client> {
  const client = new pg.Client(configOf(appUrl, 'headroom-ledger'));
  // An error without a listener ends Node.
  client.on('error', onLost);
  await client.connect();
  return client;
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
