import type pg from 'pg';
import { readFarEntries } from '../../../src/ledger/reading/far-entries.js';
import { readChargeEntries } from '../../../src/ledger/reading/charge-entries.js';
import type { EntriesQuestion } from '../../../src/ledger/reading/scopes.js';
import { countOf } from '../../../src/quota/book.js';
import { counterOf } from '../../../src/quota/counter.js';
import { rolling } from '../../../src/quota/window.js';
import { ACTIONS } from '../../../src/quota/words.js';
import { CHARGED_SCOPES, CountingTransaction, SPAN, writeManyCharges } from './many-charges.js';

const now = Date.now();
let client: pg.Client;

beforeAll(async () => {
  client = await writeManyCharges(now);
});
afterAll(() => client.end());

const COUNTERS = [
  counterOf(ACTIONS, false, rolling(86_400)),
  counterOf(ACTIONS.slice(0, 2), false, rolling(86_400)),
  counterOf(['CONNECTION_REQUEST'], true, rolling(86_400)),
  counterOf(['INVITATION_WITHDRAWAL'], false, rolling(86_400)),
];

function questionsOf(count: number, together: number): EntriesQuestion[] {
  return CHARGED_SCOPES.flatMap((ref) =>
    COUNTERS.flatMap((counter) =>
      [now - SPAN - 1, now - SPAN / 2].map((after) => ({
        ...{ ...ref, counter, after, count, together },
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
