import type pg from 'pg';
import { readSums } from '../../../src/ledger/reading/counted-entries.js';
import { readChargeSums, type SumQuestion } from '../../../src/ledger/reading/scopes.js';
import { askedManyTimes, readSumsAtOnce } from '../../../src/ledger/reading/sums-at-once.js';
import { counterOf } from '../../../src/quota/counter.js';
import { HOUR, MINUTE, rolling } from '../../../src/quota/window.js';
import { ACTIONS } from '../../../src/quota/words.js';
import { uuidAt } from '../../../src/tenancy/uuid.js';
import { CHARGED_SCOPES, CountingTransaction, SPAN, writeCharges, writeManyCharges } from './many-charges.js';

const now = Date.now();
const VOIDED_FROM = now + HOUR;
const AHEAD = now + 2 * HOUR;
let client: pg.Client;

beforeAll(async () => {
  client = await writeManyCharges(now);
  // Two of one instant that take each other back, and one that stands ahead of the clock behind them.
  const at = [VOIDED_FROM, VOIDED_FROM, AHEAD];
  const ids = at.map((instant) => uuidAt(instant));
  await writeCharges(client, { at, ids, actions: at.map(() => 'DIRECT_MESSAGE'), counts: [1, -1, 2] });
});
afterAll(() => client.end());

const KINDS = [
  counterOf(ACTIONS, false, rolling(86_400)),
  counterOf(['DIRECT_MESSAGE'], false, rolling(86_400)),
  counterOf(ACTIONS.slice(0, 2), false, rolling(86_400)),
  counterOf(['CONNECTION_REQUEST'], true, rolling(86_400)),
  counterOf(['INVITATION_WITHDRAWAL'], false, rolling(86_400)),
];

/** As of limits that were just set: each asks about all of its window, and many about much the same time. */
function newlySet(count: number): SumQuestion[] {
  return CHARGED_SCOPES.flatMap((ref) =>
    Array.from({ length: count }, (_, index): SumQuestion => {
      const after = now - SPAN + index * 4 * MINUTE + 7_000 * (index % 3);
      const until = index % 4 === 0 ? now - HOUR : now;
      return {
        ...ref,
        counter: KINDS[index % KINDS.length]!,
        after,
        until,
        firstAfter: index % 2 ? after : until,
      };
    }),
  );
}

describe('sums of many counters at once', () => {
  it('are those of each by itself, with the first that is behind', async () => {
    const questions = newlySet(100);
    const transaction = new CountingTransaction(client);
    const sums = await readSumsAtOnce(transaction, questions);
    expect(sums).toEqual(await readChargeSums(transaction, questions));
    expect(new Set(sums.map(({ sum }) => sum)).size).toBeGreaterThan(50);
    expect(sums.map(({ first }) => first)).toContain(AHEAD);
  });

  it('are read together once there are many of the same time, and else one by one', async () => {
    expect(askedManyTimes(newlySet(30)).size).toBe(90);
    expect(askedManyTimes(newlySet(6)).size).toBe(0);
    // What left each of many windows within a minute is little of all of the time between the first and the last.
    const minuteOfEach = newlySet(30).map((question) => ({ ...question, until: question.after + MINUTE }));
    expect(askedManyTimes(minuteOfEach).size).toBe(0);
    const [together, apart] = [new CountingTransaction(client), new CountingTransaction(client)];
    expect(await readSums(together, newlySet(30))).toEqual(await readChargeSums(apart, newlySet(30)));
    expect(together.statements.filter((name) => name.startsWith('read_kinds_between'))).toHaveLength(3);
    expect(together.statements).not.toContain('read_sums_agency');
  });

  it('bring no more rows than there are kinds in the stretches between', async () => {
    const transaction = new CountingTransaction(client);
    const questions = newlySet(100).slice(0, 100);
    await readSumsAtOnce(transaction, questions);
    expect(transaction.rows).toBeLessThan(100 * 3 * 10);
  });
});
