import pg from 'pg';

/** What work cost PostgreSQL: statements that this process sent, and bytes of the write-ahead log of all of them. */
export interface Cost {
  readonly statements: number;
  readonly walBytes: number;
}

let sent = 0;
const client = pg.Client.prototype;
// Whoever sends statements from this process does it by this method: the ledger, TypeORM, others through a pool.
const send = Reflect.get(client, 'query');
client.query = new Proxy(send, {
  apply: (query, self, words): unknown => {
    sent += 1;
    return Reflect.apply(query, self, words);
  },
});

/** Tells the cost of some work on a database that nobody else uses. */
export class Meter {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<Meter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new Meter(client);
  }

  async costOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }> {
    const walBefore = await this.wal();
    const sentBefore = sent;
    const result = await work();
    const statements = sent - sentBefore;
    return { result, cost: { statements, walBytes: (await this.wal()) - walBefore } };
  }

  async version(): Promise<string> {
    const { rows } = await this.client.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    );
    return rows[0]?.version ?? '';
  }

  /** So that nothing is planned by what tables held before a scenario filled them. */
  async analyze(): Promise<void> {
    await this.client.query('ANALYZE');
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async wal(): Promise<number> {
    const { rows } = await this.client.query<{ bytes: string }>(
      "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text AS bytes",
    );
    return Number(rows[0]?.bytes);
  }
}
