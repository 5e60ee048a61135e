import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { LedgerTransaction } from '../../../src/ledger/books/connection.js';
import { ownDatabase } from '../../support/database.js';

const ONE = { name: 'one', text: 'SELECT 1' };
/** What PostgreSQL waits here for a transaction between two of its statements. */
const IDLE_MS = 2_000;

describe('a transaction between two of its statements', () => {
  let client: pg.Client;
  beforeEach(async () => {
    client = new pg.Client({ connectionString: (await ownDatabase()).appUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`SET idle_in_transaction_session_timeout = ${IDLE_MS}`);
  });
  afterEach(() => client.end());

  it('goes on for as long as something is done for it', async () => {
    const transaction = new LedgerTransaction(client);
    transaction.begin();
    await transaction.query(ONE, []);
    await transaction.whileAtWork(() => setTimeout(1.5 * IDLE_MS), IDLE_MS / 10);
    expect(await transaction.query(ONE, [])).toHaveLength(1);
    await transaction.commit();
  });

  it('is ended where nothing is, and behind the work', async () => {
    const transaction = new LedgerTransaction(client);
    transaction.begin();
    await transaction.whileAtWork(() => setTimeout(IDLE_MS / 2), IDLE_MS / 10);
    await new Promise<void>((resolve) => client.once('end', resolve));
    await expect(transaction.query(ONE, [])).rejects.toThrow();
  });
});
