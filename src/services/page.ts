import { Failure } from '../errors.js';

/** Where a row stands in its list: the values it is sorted by, its id last. */
export type Position = readonly (string | number | null)[];

/** At most `rows` rows behind a position, from the beginning where it is null. */
export interface PageAsked {
  readonly rows: number;
  readonly after: Position | null;
}

/** The rows of a page in order, each with its position, and what lies around them. */
export interface Page<Row> {
  readonly rows: readonly { readonly node: Row; readonly position: Position }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Makes a page of rows that were read with one more than asked for: that one tells whether others follow. */
export function pageOf<Row>(
  found: readonly Row[],
  asked: PageAsked,
  positionOf: (row: Row) => Position,
): Page<Row> {
  return {
    rows: found.slice(0, asked.rows).map((node) => ({ node, position: positionOf(node) })),
    hasNextPage: found.length > asked.rows,
    hasPreviousPage: asked.after !== null,
  };
}

/** A position in a list that is sorted by a text, then the id. Throws BAD_USER_INPUT for that of another list. */
export function afterText(asked: PageAsked): { text: string; id: string } | null {
  if (asked.after === null) return null;
  const [text, id] = asked.after;
  if (typeof text !== 'string' || typeof id !== 'string') throw notOfThisList();
  return { text, id };
}

/** The same in a list that is sorted by the id alone. */
export function afterId(asked: PageAsked): string | null {
  if (asked.after === null) return null;
  const [id] = asked.after;
  if (typeof id !== 'string') throw notOfThisList();
  return id;
}

/** The same in a list that is sorted by a number alone. */
export function afterNumber(asked: PageAsked): number | null {
  if (asked.after === null) return null;
  const [number] = asked.after;
  if (typeof number !== 'number') throw notOfThisList();
  return number;
}

function notOfThisList(): Failure {
  return new Failure('BAD_USER_INPUT', '`after` is no cursor of this list.');
}

/** The rows of a batch by the id that each was asked for with. */
export function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
