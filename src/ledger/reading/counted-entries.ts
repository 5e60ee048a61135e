import type { Entries } from '../../quota/book.js';
import type { Counter } from '../../quota/counter.js';
import type { LedgerTransaction } from '../books/connection.js';
import { readPendingEntries, readPendingSums } from '../invitations/pending-entries.js';
import {
  readChargeEntries,
  readChargeSums,
  type EntriesQuestion,
  type Sum,
  type SumQuestion,
} from './scopes.js';

/** What counters count: charges, and of a gauge those of them that nobody has answered. In the order of the questions. */
export async function readSums(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  return answerEach(
    questions,
    (asked) => readChargeSums(transaction, asked),
    (asked) => readPendingSums(transaction, asked),
  );
}

/** The same for the first of what they count. */
export async function readEntries(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entries[]> {
  return answerEach(
    questions,
    (asked) => readChargeEntries(transaction, asked),
    (asked) => readPendingEntries(transaction, asked),
  );
}

async function answerEach<Question extends { readonly counter: Counter }, Answer>(
  questions: readonly Question[],
  ofCharges: (questions: readonly Question[]) => Promise<Answer[]>,
  ofGauges: (questions: readonly Question[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const isGauge = ({ counter }: Question): boolean => counter.unanswered === true;
  const [charged, pending] = await Promise.all([
    ofCharges(questions.filter((question) => !isGauge(question))),
    ofGauges(questions.filter(isGauge)),
  ]);
  const [charges, gauges] = [charged.values(), pending.values()];
  return questions.map((question): Answer => (isGauge(question) ? gauges : charges).next().value!);
}
