import pg from 'pg';
import { audit } from '../../src/ledger/audit/audit.js';
import { Ledger, LEDGER_DEFAULTS, type LedgerOptions } from '../../src/ledger/ledger.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { decisionOf, reserveRequest, type Office } from './support.js';
import { Wire } from './wire.js';

/** A database with several ledgers on it, and somebody behind the scenes who gets in their way. */
export class Stage {
  private ledgers: Ledger[] = [];
  private wires: Wire[] = [];

  private constructor(
    readonly appUrl: string,
    readonly superuser: pg.Client,
  ) {}

  static async open(): Promise<Stage> {
    const { appUrl } = await ownDatabase();
    const superuser = new pg.Client({ connectionString: await superuserUrl(appUrl) });
    await superuser.connect();
    return new Stage(appUrl, superuser);
  }

  /** Another process on the same database: its own connections, its own cache. */
  openLedger(options: Partial<LedgerOptions> = {}, url = this.appUrl): Ledger {
    const ledger = new Ledger(url, { ...LEDGER_DEFAULTS, lanes: 1, ...options });
    this.ledgers.push(ledger);
    return ledger;
  }

  /** Between a ledger and PostgreSQL. */
  async openWire(): Promise<Wire> {
    const wire = await Wire.to(this.appUrl);
    this.wires.push(wire);
    return wire;
  }

  /** Holds an agency's book from elsewhere until told to let go. */
  async holdBook(agencyId: string, applicationName = 'holder'): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: this.appUrl, application_name: applicationName });
    await client.connect();
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [[agencyId]]);
    await client.query('SELECT 1 FROM agency_book WHERE agency_id = $1 FOR NO KEY UPDATE', [agencyId]);
    return async () => {
      await client.query('ROLLBACK');
      await client.end();
    };
  }

  /** Until so many sessions of an application wait for a lock. */
  async untilBlocked(count: number, applicationName = 'headroom-ledger'): Promise<void> {
    for (;;) {
      const { rows } = await this.superuser.query(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`,
        [applicationName],
      );
      if (rows.length >= count) return;
    }
  }

  async terminate(applicationName = 'headroom-ledger'): Promise<void> {
    await this.superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1`,
      [applicationName],
    );
  }

  /** Keeps everybody else off a table while `work` runs. */
  async lockingTable(table: string, work: () => Promise<void>): Promise<void> {
    // On a connection of its own: in a transaction, pg_stat_activity stands still.
    const client = new pg.Client({ connectionString: await superuserUrl(this.appUrl) });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await work().finally(() => client.end());
  }

  /** How many holds of an office there are, as a new ledger sees it; asking makes one more. */
  async heldOf(office: Office): Promise<number> {
    const decision = decisionOf(await this.openLedger().ask(reserveRequest(office, 'FOLLOW')));
    return decision.usage[0]!.held - 1;
  }

  /** After each test. */
  async tidy(): Promise<void> {
    await Promise.all(this.ledgers.splice(0).map((ledger) => ledger.close()));
    await Promise.all(this.wires.splice(0).map((wire) => wire.close()));
  }

  /** After all of them: the books bear it all out. */
  async close(): Promise<void> {
    await this.superuser.end();
    expect((await audit(this.appUrl)).drift).toEqual([]);
  }
}
