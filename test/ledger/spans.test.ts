import type pg from 'pg';
import { connectLedger, LedgerTransaction, type Statement } from '../../src/ledger/connection.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { openToRead } from '../../src/ledger/opening.js';
import type { SumQuestion } from '../../src/ledger/scopes.js';
import { sumWindows } from '../../src/ledger/spans.js';
import { counterOf } from '../../src/quota/counter.js';
import { testDatabase } from '../support/database.js';
import { type Office, openOffice, recordInput } from './support.js';

/** Sends a minute apart, of one and of several, long ago enough for windows with nothing in them before. */
const MINUTE = 60_000;
const START = Date.now() - 3 * 86_400_000;
const COUNTS = Array.from({ length: 60 }, (_, index) => ({
  at: START + index * MINUTE,
  count: 1 + (index % 3),
}));
const COUNTER = counterOf(['FOLLOW'], false, { kind: 'ROLLING', seconds: 600 });

let appUrl: string;
let office: Office;
let client: pg.Client;

beforeAll(async () => {
  ({ appUrl } = await testDatabase());
  office = await openOffice(appUrl);
  const ledger = new Ledger(appUrl);
  const inputs = COUNTS.map(({ at, count }) => recordInput(office, 'FOLLOW', at, { count }));
  await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
  await ledger.close();
  client = await connectLedger(appUrl, () => undefined);
});
afterAll(() => client.end());

function windowOf(after: number, until: number): SumQuestion {
  const scope = { kind: 'SEAT', id: office.seatIds[0]! } as const;
  return { agencyId: office.agencyId, scope, counter: COUNTER, after, until, firstAfter: until };
}

/** Remembers how many rows its largest answer had. */
class CountingTransaction extends LedgerTransaction {
  rowsMax = 0;

  override async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) {
    const rows = await super.query<Row>(statement, values);
    this.rowsMax = Math.max(this.rowsMax, rows.length);
    return rows;
  }
}

async function sums(questions: readonly SumQuestion[]): Promise<{ found: number[]; rowsMax: number }> {
  const transaction = new CountingTransaction(client);
  await openToRead(transaction, [office.agencyId]);
  try {
    const found = await sumWindows(transaction, questions);
    return { found, rowsMax: transaction.rowsMax };
  } finally {
    await transaction.rollback();
  }
}

function countPlainly({ after, until }: SumQuestion): number {
  return COUNTS.filter(({ at }) => at > after && at <= until).reduce((sum, { count }) => sum + count, 0);
}

it.each([3, 90])('sums %i windows, overlapping and apart, as plain counting does', async (windows) => {
  const questions = Array.from({ length: windows }, (_, index) => {
    // In no order, at the instants of sends and between them, some far from all of them.
    const until = START + ((index * 37) % 80) * MINUTE - (index % 2) * 1_000;
    return index % 10 === 9
      ? windowOf(until - 86_400_000, START - MINUTE)
      : windowOf(until - 10 * MINUTE, until);
  });
  expect((await sums(questions)).found).toEqual(questions.map(countPlainly));
});

it('reads a charge once, however many windows it is in', async () => {
  const questions = Array.from({ length: 500 }, (_, index) =>
    windowOf(START - 1 - index, START + 3_600_000 + index),
  );
  const { found, rowsMax } = await sums(questions);
  expect(new Set(found)).toEqual(new Set([120]));
  expect(rowsMax).toBe(COUNTS.length);
});
