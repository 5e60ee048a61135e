import type { Refusal, UserErrorCode } from '../../errors.js';
import type { SeatColumn } from '../../imports/seat-table.js';
import type { AddSeat } from './seat.checks.js';

/** A seat to add, with all that can be said against it so far. */
export interface Candidate {
  readonly line: number | null;
  readonly input: Partial<AddSeat>;
  /** An id, a reference or a name, where a table tells it. */
  readonly account: string | null;
  readonly refusals: Refusal[];
}

/** What is wrong with a table, or with one of the seats. */
export interface SeatError {
  /** Of the seats, from 0; null where it is of the table. */
  readonly index: number | null;
  /** The physical line, from 1; null where there is no table. */
  readonly line: number | null;
  /** As the table has it; without one, the field of the input. */
  readonly column: string | null;
  readonly code: UserErrorCode;
  readonly message: string;
}

/** In order of the seats; of one that a table tells, by its headings. */
export function errorsOf(
  candidates: readonly Candidate[],
  headings: ReadonlyMap<SeatColumn, string> | null,
): SeatError[] {
  return candidates.flatMap(({ line, refusals }, index) => {
    const told = new Set<string>();
    return refusals.flatMap(({ code, message, field }): SeatError[] => {
      const [, name = null, ...inside] = field ?? [];
      // A field that could not be read is missing as well; the first word stands.
      if (name !== null && told.has(name)) return [];
      if (name !== null) told.add(name);
      const column = name === 'clientAccountId' && headings ? 'clientAccount' : name;
      const heading = column !== null ? headings?.get(column as SeatColumn) : undefined;
      const path = column === null ? null : headings ? column : [column, ...inside].join('.');
      return [{ index, line, column: heading ?? path, code, message }];
    });
  });
}

export function byLine(one: SeatError, other: SeatError): number {
  return (one.line ?? 0) - (other.line ?? 0);
}
