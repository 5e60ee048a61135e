import pg from 'pg';
import { BoundedClient, KEPT_ALIVE, SEEN_TO_BE_GONE } from '../../tenancy/bounded-client.js';
import { isUnreachable } from '../../tenancy/sqlstate.js';

/** A held lock is given up when the process that holds it stalls between two statements. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** A statement that takes longer is a defect; nobody waits for it. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** How long a batch that has one agency to itself waits for its book. */
export const LOCK_TIMEOUT_MS = 5_000;
/** How long a connection may take to open, and how long anybody waits for a turn at a pool's. */
const CONNECTION_TIMEOUT_MS = 5_000;
/**
 * The same bounds kept on this side, for when PostgreSQL's own are never heard of: a connection that went silent is
 * given up. Later than PostgreSQL would, so that its answer is the one that counts.
 */
const ANSWER_TIMEOUT_MS = LOCK_TIMEOUT_MS + STATEMENT_TIMEOUT_MS;

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

function configOf(
  appUrl: string,
  applicationName: string,
  settings: readonly string[] = [],
): pg.ClientConfig {
  return {
    connectionString: appUrl,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    ...KEPT_ALIVE,
    options: [
      `synchronous_commit=on`,
      `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
      `statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `lock_timeout=${LOCK_TIMEOUT_MS}`,
      `default_transaction_isolation=read\\ committed`,
      ...SEEN_TO_BE_GONE,
      ...settings,
    ]
      .map((setting) => `-c ${setting}`)
      .join(' '),
    pipeline: true,
    types,
  };
}

const DECIDING = 'headroom-ledger';
/**
 * All that is asked of the books and written in them is found by keys. So each statement is planned once a connection:
 * planned each time, what is read about people took some 15 ms of planning, and what is read about invitations 35. And a
 * plan that was made while a table was small reads the whole table no more once it has grown.
 */
const BY_KEYS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off'];

/**
 * A connection of a lane's own, made when it is first asked for, and anew once it is lost. Statements go out without
 * waiting for the answer to the one before.
 */
export class LedgerConnection {
  private client: Promise<pg.Client> | null = null;

  constructor(private readonly appUrl: string) {}

  get(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new BoundedClient(configOf(this.appUrl, DECIDING, BY_KEYS));
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

/** Connections for batches that wait for a book, each of which is given back after its turn. */
export function poolForWaiting(appUrl: string, connectionsMax: number): pg.Pool {
  // One that is lost while nobody uses it is no news.
  const config = { ...configOf(appUrl, DECIDING, BY_KEYS), Client: BoundedClient };
  return poolOf(config, connectionsMax, () => undefined);
}

/** Connections for those who only read the books. */
export function poolForReading(
  appUrl: string,
  connectionsMax: number,
  onLost: (error: Error) => void,
): pg.Pool {
  const config = { ...configOf(appUrl, 'headroom-reader', BY_KEYS), Client: BoundedClient };
  return poolOf(config, connectionsMax, onLost);
}

function poolOf(config: pg.PoolConfig, connectionsMax: number, onLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ ...config, max: connectionsMax });
  pool.on('error', onLost);
  return pool;
}

/** What PostgreSQL keeps of the name of a statement: two that begin alike for so long are one to it. All of ours are ASCII. */
export const NAME_LENGTH_MAX = 63;

/** A statement with a name: parsed and planned once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** So often PostgreSQL is told of a transaction that something is done for it, and for no longer than so many times. */
const BEAT_MS = IDLE_IN_TRANSACTION_TIMEOUT_MS / 4;
const BEATS_MAX = 30;

const STILL_AT_WORK: Statement = { name: 'still_at_work', text: 'SELECT 1' };

/** A transaction on a ledger connection. Its statements are pipelined; each answer is awaited by whoever needs it. */
export class LedgerTransaction {
  /** PostgreSQL's own number of it, once it holds a lock: by it, what became of it can be asked later. */
  id: string | null = null;
  private readonly sent: Promise<unknown>[] = [];
  private gathering = false;

  private turn: Promise<unknown> = Promise.resolve();

  /** `oneByOne` on a connection that does not pipeline: what is asked at once is sent in turn. */
  constructor(
    private readonly client: pg.ClientBase,
    private readonly oneByOne = false,
  ) {}

  query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (statement.name.length > NAME_LENGTH_MAX) throw new Error(`The name is too long: ${statement.name}.`);
    this.gather();
    // Said with each statement: in a service's transaction the connection is not one of the ledger's own.
    const ask = () => this.client.query<Row>({ ...statement, types, values: [...values] });
    const answer = this.oneByOne ? this.turn.then(ask, ask) : ask();
    this.turn = answer;
    return this.send(answer.then(({ rows }) => rows));
  }

  /**
   * Does work that may be long between two statements, as others have their turns in between: the transaction is not taken for
   * that of a process that stalls, which tells nothing of itself.
   */
  async whileAtWork<T>(work: () => Promise<T>, beatMs = BEAT_MS): Promise<T> {
    let beats = 0;
    const beat = setInterval(() => {
      beats += 1;
      if (beats <= BEATS_MAX) void this.query(STILL_AT_WORK, []);
    }, beatMs);
    try {
      return await work();
    } finally {
      clearInterval(beat);
    }
  }

  /** The agency that it is done for; null where they are several. */
  workFor(agencyId: string | null): void {
    if (this.client instanceof BoundedClient) this.client.whose = agencyId;
  }

  begin(mode = ''): void {
    this.gather();
    void this.send(this.client.query(`BEGIN ${mode}`));
  }

  /**
   * Ends the transaction and looks at what became of it: one that had failed answers ROLLBACK, and no error. Where the
   * answer never came, PostgreSQL is asked once more, so that what was committed is not decided anew.
   */
  async commit(): Promise<void> {
    try {
      const { command } = await this.send(this.client.query('COMMIT'));
      // The first error is the one to tell; those behind it only say that the transaction is dead.
      await Promise.all(this.sent);
      if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}.`);
    } catch (error) {
      if (!isUnreachable(error) || !(await this.wentThrough())) throw error;
    }
  }

  async rollback(): Promise<void> {
    await this.send(this.client.query('ROLLBACK'));
  }

  /** The first error of the transaction, if any, once all that was sent is answered. */
  async firstError(): Promise<unknown> {
    const settled = await Promise.allSettled(this.sent);
    return settled.find((outcome) => outcome.status === 'rejected')?.reason;
  }

  private async wentThrough(): Promise<boolean> {
    return this.id !== null && this.client instanceof BoundedClient && this.client.wentThrough(this.id);
  }

  /** What is asked in one turn goes out in one piece: one call of the system, and one waking of PostgreSQL. */
  private gather(): void {
    if (this.gathering || !(this.client instanceof pg.Client)) return;
    const { stream } = this.client.connection;
    this.gathering = true;
    stream.cork();
    process.nextTick(() => {
      this.gathering = false;
      stream.uncork();
    });
  }

  private send<T>(answer: Promise<T>): Promise<T> {
    // Attached at once: a promise of a pipeline may fail long before anybody comes to await it.
    answer.catch(() => undefined);
    this.sent.push(answer);
    return answer;
  }
}
