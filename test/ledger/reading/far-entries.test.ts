import pg from 'pg';
import { LedgerTransaction, type Statement } from '../../../src/ledger/books/connection.js';
import { readFarEntries } from '../../../src/ledger/reading/far-entries.js';
import { readChargeEntries, type EntriesQuestion } from '../../../src/ledger/reading/scopes.js';
import { countOf } from '../../../src/quota/book.js';
import { counterOf } from '../../../src/quota/counter.js';
import { HOUR, rolling } from '../../../src/quota/window.js';
import { ACTIONS } from '../../../src/quota/words.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../../src/tenancy/uuid.js';
import { ownDatabase } from '../../support/database.js';

const CHARGES = 6_000;
const SPAN = 10 * HOUR;
const now = Date.now();
const [agencyId, seatId, clientAccountId] = [uuidRandom(), uuidRandom(), uuidRandom()];
let client: pg.Client;

/** Tells how many rows it was answered with. */
class CountingTransaction extends LedgerTransaction {
  rows = 0;

  override async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const rows = await super.query<Row>(statement, values);
    this.rows += rows.length;
    return rows;
  }
}

beforeAll(async () => {
  const { appUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query('SELECT see_clock()');
  // Several of an instant, of several kinds, some of many.
  const at = Array.from({ length: CHARGES }, (_, index) => Math.floor(now - SPAN + (index >> 1) * 7_000));
  const actions = at.map((_, index) => ACTIONS[(index * 7) % 5]!);
  const ids = at.map((instant) => uuidAt(instant));
  const counts = at.map((_, index) => (index % 50 === 0 ? 300 : 1));
  await client.query(
    `WITH n AS (SELECT * FROM unnest($4::int8[], $5::uuid[], $6::text[], $7::int4[]) AS n (at, id, action, count))
     INSERT INTO charge SELECT $1, n.at, n.id, $2, $3, NULL, n.action, n.action = 'CONNECTION_REQUEST' AND n.at % 2 = 0, n.count,
       'RECORD', NULL, NULL, NULL, NULL, NULL, n.at, 'system:test' FROM n`,
    [agencyId, seatId, clientAccountId, at, ids, actions, counts],
  );
});
afterAll(() => client.end());

const COUNTERS = [
  counterOf(ACTIONS, false, rolling(86_400)),
  counterOf(ACTIONS.slice(0, 2), false, rolling(86_400)),
  counterOf(['CONNECTION_REQUEST'], true, rolling(86_400)),
  counterOf(['INVITATION_WITHDRAWAL'], false, rolling(86_400)),
];
const SCOPES = [
  { kind: 'AGENCY', id: agencyId },
  { kind: 'CLIENT_ACCOUNT', id: clientAccountId },
  { kind: 'SEAT', id: seatId },
] as const;

function questionsOf(count: number, together: number): EntriesQuestion[] {
  return SCOPES.flatMap((scope) =>
    COUNTERS.flatMap((counter) =>
      [now - SPAN - 1, now - SPAN / 2].map((after) => ({
        ...{ agencyId, scope, counter, after, count, together },
        newest: true as const,
      })),
    ),
  );
}

describe('charges that make room', () => {
  it.each([
    [2, 1],
    [900, 1],
    [900, 899],
    [5_000, 4_400],
    [20_000, 15_000],
    [90_000, 10],
  ])('are the last ones, of %d, with at most %d behind them together', async (count, together) => {
    const questions = questionsOf(count, together);
    const transaction = new CountingTransaction(client);
    const [far, all] = [
      await readFarEntries(transaction, questions),
      await readChargeEntries(
        transaction,
        questions.map(({ together: _, newest: __, ...one }) => ({ ...one, count: 1e9 })),
      ),
    ];
    for (const [index, { entries: whole }] of all.entries()) {
      const { entries, complete, apartUntil = Infinity } = far[index]!;
      const apart = entries.filter(({ at }) => at <= apartUntil);
      const behind = entries.slice(apart.length);
      const later = whole.filter(({ at }) => at > apartUntil);
      expect(countOf(behind)).toBe(countOf(later));
      expect(countOf(behind)).toBeLessThanOrEqual(together);
      expect(behind.map(({ at }) => at)).toEqual(later.slice(-1).map(({ at }) => at));
      // No more of them than it takes, on either side.
      const place = whole.length - later.length - apart.length;
      expect(apart).toEqual(whole.slice(place, whole.length - later.length));
      expect(complete).toBe(countOf(whole) < count);
      if (!complete) expect(countOf(entries)).toBeGreaterThanOrEqual(count);
    }
  });

  it('are brought alone, however many counters need them', async () => {
    const transaction = new CountingTransaction(client);
    const questions = Array.from({ length: 100 }, (_, index) => ({
      ...questionsOf(20_000, 19_900)[0]!,
      counter: counterOf(ACTIONS, false, rolling(86_400 + index)),
    }));
    const answers = await readFarEntries(transaction, questions);
    expect(answers.every(({ apartUntil }) => apartUntil !== undefined)).toBe(true);
    expect(transaction.rows).toBeLessThan(100 * 110 + 200);
  });
});
