/** A row that was not taken, as reports have it. */
interface Rejected {
  readonly line: number;
  readonly reason: string;
}

/** What is wrong with which lines: those that have the same thing wrong, one behind the other, are one line of it. */
export function rejectedInWords<Row extends Rejected>(
  rows: readonly Row[],
  inWords: (lines: string, row: Row) => string,
  isAlike: (one: Row, other: Row) => boolean = (one, other) => one.reason === other.reason,
): string[] {
  const runs: [Row, ...Row[]][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run && isAlike(run[0], row)) run.push(row);
    else runs.push([row]);
  }
  return runs.map((run) => inWords(linesOf(run), run[0]));
}

/** `4`, or `2 to 101 (99 rows)`: between them some may have been taken. */
function linesOf(run: readonly Rejected[]): string {
  const [first, last] = [run[0]?.line, run.at(-1)?.line];
  return run.length === 1 ? `${first}` : `${first} to ${last} (${run.length} rows)`;
}
