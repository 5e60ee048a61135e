import { median } from './measure.js';
import type { Measured, Result, Round } from './result.js';
import type { Target } from './scenario.js';

/** Less of the log than that a request is the work of others: of checkpoints and statistics. */
const WAL_BYTES_MIN = 50;

type Row = Record<
  'contender' | 'requests/s' | 'p50 ms' | 'p99 ms' | 'statements' | 'WAL bytes' | 'ratio',
  string
>;

/** Shows a scenario's table and its targets on the terminal. */
export function tellResult(result: Result, isQuiet: boolean): void {
  if (isQuiet) return;
  console.log(`\n${result.name}: ${result.title}`);
  console.table(rowsOf(result));
  for (const sentence of sentencesOf(result)) console.log(sentence);
}

/** The same for the documentation. */
export function markdownOf(result: Result): string {
  const rows = rowsOf(result);
  const [first] = rows;
  if (!first) return '';
  const names = Object.keys(first) as (keyof Row)[];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${result.name}: ${result.title}`,
    '',
    line(names),
    line(names.map((name) => (name === 'contender' ? '---' : '---:'))),
    ...rows.map((row) => line(names.map((name) => row[name]))),
    '',
    ...sentencesOf(result).map((sentence) => `- ${sentence}`),
  ].join('\n');
}

function rowsOf({ measured }: Result): Row[] {
  const [first] = measured;
  return measured.map((one) => {
    const of = (figure: (round: Round) => number) => median(one.rounds.map(figure));
    const statements = of((round) => round.statements / round.requests);
    const walBytes = of((round) => round.walBytes / round.requests);
    return {
      contender: one.note === null ? one.contender : `${one.contender} (${one.note})`,
      'requests/s': told(of(({ perSecond }) => perSecond)),
      'p50 ms': told(of(({ p50Ms }) => p50Ms)),
      'p99 ms': told(of(({ p99Ms }) => p99Ms)),
      statements: statements > 0.01 ? statements.toFixed(2) : '–',
      'WAL bytes': walBytes >= WAL_BYTES_MIN ? told(walBytes) : '–',
      ratio: first ? told(ratioOf(one, first, 'perSecond')) : '1',
    };
  });
}

/** The median of the rounds' own ratios. */
function ratioOf(one: Measured, other: Measured, figure: Target['figure']): number {
  return median(one.rounds.map((round, index) => round[figure] / (other.rounds[index]?.[figure] ?? NaN)));
}

function sentencesOf({ measured, targets, leftOut, seen, audit }: Result): string[] {
  return [
    ...targets.map((target) => sentenceOf(target, measured)),
    ...leftOut.map((what) => `Not measured: ${what}`),
    ...(seen === null ? [] : [`${seen}.`]),
    `Audit: ${audit}.`,
  ];
}

function sentenceOf({ of, against, figure, least, most }: Target, measured: readonly Measured[]): string {
  const find = (name: string): Measured => {
    const found = measured.find(({ contender }) => contender === name);
    if (!found) throw new Error(`${name} is no contender.`);
    return found;
  };
  const ratio = ratioOf(find(of), find(against), figure);
  const isReached = ratio >= (least ?? -Infinity) && ratio <= (most ?? Infinity);
  const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
  const what = figure === 'perSecond' ? 'throughput' : 'median latency';
  return `${of}: ${told(ratio)} × the ${what} of "${against}"; aimed at ${bound}: ${isReached ? 'reached' : 'missed'}.`;
}

function told(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
