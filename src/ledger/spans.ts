import type { Entry } from '../quota/book.js';
import type { Instant } from '../quota/window.js';
import type { LedgerTransaction } from './connection.js';
import { readCharged, readSums, type SumQuestion } from './scopes.js';

/** Windows of one counter that are summed by the database, each by itself; of more, their charges are read once. */
const SUMMED_MAX = 20;

/** Windows of one counter that overlap, as one. */
interface Span {
  /** The one that begins first. */
  readonly question: SumQuestion;
  until: Instant;
  readonly places: number[];
}

/**
 * How much was charged in each of many windows, in the order of the questions. A thousand windows of one counter mostly
 * overlap: summed each by itself, every charge would be read a thousand times.
 */
export async function sumWindows(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<number[]> {
  const sums = questions.map(() => 0);
  const few: number[] = [];
  const spans: Span[] = [];
  for (const places of groupByCounter(questions)) {
    if (places.length <= SUMMED_MAX) few.push(...places);
    else spans.push(...spansOf(questions, places));
  }
  const [summed, charged] = await Promise.all([
    readSums(
      transaction,
      few.map((place) => questions[place]!),
    ),
    readCharged(
      transaction,
      spans.map(({ question, until }) => ({ ...question, until })),
    ),
  ]);
  few.forEach((place, index) => (sums[place] = summed[index]!.sum));
  for (const [index, { places }] of spans.entries()) {
    const upTo = runningTotal(charged[index]!);
    for (const place of places) sums[place] = upTo(questions[place]!.until) - upTo(questions[place]!.after);
  }
  return sums;
}

function groupByCounter(questions: readonly SumQuestion[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, { agencyId, scope, counter }] of questions.entries()) {
    const key = `${agencyId} ${scope.kind} ${scope.id} ${counter.key}`;
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  }
  return [...groups.values()];
}

function spansOf(questions: readonly SumQuestion[], places: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const place of places.toSorted((one, other) => questions[one]!.after - questions[other]!.after)) {
    const question = questions[place]!;
    const last = spans.at(-1);
    if (!last || question.after > last.until) {
      spans.push({ question, until: question.until, places: [place] });
    } else {
      last.until = Math.max(last.until, question.until);
      last.places.push(place);
    }
  }
  return spans;
}

/** What was charged up to an instant, that one included, since the first of some charges in order. */
function runningTotal(entries: readonly Entry[]): (at: Instant) => number {
  const totals: number[] = [];
  for (const { count } of entries) totals.push((totals.at(-1) ?? 0) + count);
  return (at) => {
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return totals[low - 1] ?? 0;
  };
}
