import type { Entries } from '../../quota/book.js';
import type { Counter } from '../../quota/counter.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { readPendingEntries, readPendingSums } from '../invitations/pending-entries.js';
import { readFarEntries } from './far-entries.js';
import { readChargeEntries } from './charge-entries.js';
import { agencyOf, readChargeSums, type EntriesQuestion, type Sum, type SumQuestion } from './scopes.js';
import { askedManyTimes, readSumsAtOnce } from './sums-at-once.js';

/** Counters that are asked about at once: to write down and to read so many keeps a process for some ten milliseconds. */
const SUMS_AT_ONCE = 5_000;

/**
 * What counters count: charges, and of a gauge those of them that nobody has answered. In the order of the questions; of very many some at
 * a time, with others' turns in between.
 */
export async function readSums(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  const portions = Array.from({ length: Math.ceil(questions.length / SUMS_AT_ONCE) }, (_, nth) =>
    questions.slice(nth * SUMS_AT_ONCE, (nth + 1) * SUMS_AT_ONCE),
  );
  const long = LongWork.byItself(agencyOf(questions));
  return (await long.each(portions, (some) => readSome(transaction, some))).flat();
}

function readSome(transaction: LedgerTransaction, questions: readonly SumQuestion[]): Promise<Sum[]> {
  return answerEach(
    questions,
    isGauge,
    (asked) => readPendingSums(transaction, asked),
    (asked) => {
      const manyTimes = askedManyTimes(asked);
      return answerEach(
        asked,
        (question) => manyTimes.has(question),
        (many) => readSumsAtOnce(transaction, many),
        (few) => readChargeSums(transaction, few),
      );
    },
  );
}

/** The same for the first of what they count. */
export async function readEntries(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entries[]> {
  return answerEach(
    questions,
    isGauge,
    (asked) => readPendingEntries(transaction, asked),
    (asked) =>
      answerEach(
        asked,
        ({ together = 0 }) => together > 0,
        (far) => readFarEntries(transaction, far),
        (near) => readChargeEntries(transaction, near),
      ),
  );
}

function isGauge({ counter }: { readonly counter: Counter }): boolean {
  return counter.unanswered === true;
}

/** In the order of the questions: some of them are answered by themselves. */
async function answerEach<Question, Answer>(
  questions: readonly Question[],
  isOfSome: (question: Question) => boolean,
  ofSome: (questions: readonly Question[]) => Promise<Answer[]>,
  ofOthers: (questions: readonly Question[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const [some, others] = await Promise.all([
    ofSome(questions.filter(isOfSome)),
    ofOthers(questions.filter((question) => !isOfSome(question))),
  ]);
  const [these, those] = [some.values(), others.values()];
  return questions.map((question): Answer => (isOfSome(question) ? these : those).next().value!);
}
