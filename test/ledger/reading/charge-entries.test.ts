import type pg from 'pg';
import { readChargeEntries } from '../../../src/ledger/reading/charge-entries.js';
import type { EntriesQuestion } from '../../../src/ledger/reading/scopes.js';
import { counterOf } from '../../../src/quota/counter.js';
import { ALL } from '../../../src/quota/entries-needed.js';
import { rolling } from '../../../src/quota/window.js';
import { ACTIONS } from '../../../src/quota/words.js';
import { numbersOf } from '../../quota/numbers.js';
import { CHARGED_SCOPES, CountingTransaction, SPAN, writeManyCharges } from './many-charges.js';

const now = Date.now();
let client: pg.Client;

beforeAll(async () => {
  client = await writeManyCharges(now);
});
afterAll(() => client.end());

const KINDS = [
  [ACTIONS, false],
  [ACTIONS.slice(0, 2), false],
  [['CONNECTION_REQUEST'], true],
] as const;

function questionsOf(seed: number, times: number): EntriesQuestion[] {
  const below = numbersOf(seed);
  return Array.from({ length: times }, (_, index) => {
    const [actions, onlyWithNote] = KINDS[below(KINDS.length)]!;
    return {
      ...CHARGED_SCOPES[below(CHARGED_SCOPES.length)]!,
      counter: counterOf(actions, onlyWithNote, rolling(86_400 + index)),
      after: now - SPAN - 1 + below(SPAN),
      count: [1 + below(300), 1 + below(6_000), ALL][below(3)]!,
      ...(below(2) === 0 && { newest: true as const }),
    };
  });
}

it('answers each of many questions as it answers one alone', async () => {
  const questions = questionsOf(7, 150);
  const transaction = new CountingTransaction(client);
  const answers = await readChargeEntries(transaction, questions);
  for (const [index, question] of questions.entries()) {
    const [alone] = await readChargeEntries(transaction, [question]);
    const { endOf = [], ...answer } = answers[index]!;
    expect([index, answer]).toEqual([index, { ...alone, endOf: undefined }]);
    expect([index, endOf.slice(endOf.length - answer.entries.length)]).toEqual([index, answer.entries]);
  }
  expect(answers.filter(({ complete }) => complete).length).toBeGreaterThan(20);
});

it.each([{ count: ALL }, { newest: true, count: 5_000 } as const])(
  'reads many charges once for all counters of the same actions, and gives each the end of one list: %j',
  async (which) => {
    const questions = Array.from({ length: 100 }, (_, index): EntriesQuestion => ({
      ...{ ...CHARGED_SCOPES[2], ...which, after: now - SPAN + index * 1_000_000 },
      counter: counterOf(ACTIONS, false, rolling(86_400 + index)),
    }));
    const transaction = new CountingTransaction(client);
    const answers = await readChargeEntries(transaction, questions);
    expect(transaction.rows).toBe(1);
    expect(answers[0]?.entries.length).toBeGreaterThan(2_900);
    expect(new Set(answers.map(({ endOf }) => endOf)).size).toBe(1);
    expect(answers.at(-1)!.entries.length).toBeLessThan(answers[0]!.entries.length);
  },
);

it('reads no more of the first ones than is asked for, however many lie between two instants', async () => {
  const questions = [SPAN, SPAN / 2].map((before, index): EntriesQuestion => ({
    ...{ ...CHARGED_SCOPES[0], after: now - before - 1, count: 300 },
    counter: counterOf(ACTIONS, false, rolling(86_400 + index)),
  }));
  const asked: unknown[] = [];
  class Asking extends CountingTransaction {
    override query<Row extends pg.QueryResultRow>(...given: Parameters<CountingTransaction['query']>) {
      asked.push(given[1].at(-1));
      return super.query<Row>(...given);
    }
  }
  const answers = await readChargeEntries(new Asking(client), questions);
  expect(asked).toEqual([[300, 300]]);
  expect(answers.map(({ entries, complete }) => [entries.length, complete])).toEqual([
    [300, false],
    [300, false],
  ]);
});
