import type { LedgerTransaction, Statement } from './connection.js';

/**
 * The one place where rows are written set-wise, and the seam for a cluster: Citus can't push an INSERT … SELECT FROM
 * unnest() to its workers, where VALUES lists take its place.
 */

export type ColumnType = 'uuid' | 'text' | 'text[]' | 'bool' | 'int2' | 'int4' | 'int8' | 'bytea' | 'jsonb';

export interface Table<Row> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof Row & string]: ColumnType };
  /** What happens to a row whose key is there already; nothing said, it is an error. */
  readonly onConflict?: string;
}

const statements = new WeakMap<object, Statement>();

/** Inserts rows in one statement, whatever their number. */
export function insertRows<Row extends object>(
  transaction: LedgerTransaction,
  table: Table<Row>,
  rows: readonly Row[],
): void {
  if (rows.length === 0) return;
  const columns = columnsOf(table);
  const values = columns.map(([column, type]) => rows.map((row) => parameter(row[column], type)));
  void transaction.query(statementOf(table), values);
}

function statementOf<Row>(table: Table<Row>): Statement {
  const known = statements.get(table);
  if (known) return known;
  const columns = columnsOf(table);
  const names = columns.map(([column]) => column);
  // An array of arrays would have to be rectangular: a text[] travels as text.
  const taken = columns.map(([column, type]) => (type === 'text[]' ? `${column}::text[]` : column));
  const parameters = columns.map(
    ([, type], index) => `$${index + 1}::${type === 'text[]' ? 'text' : type}[]`,
  );
  const statement = {
    name: `insert_${table.name}`,
    text: `INSERT INTO ${table.name} (${names.join(', ')})
SELECT ${taken.join(', ')} FROM unnest(${parameters.join(', ')}) AS new (${names.join(', ')})
${table.onConflict ?? ''}`,
  };
  statements.set(table, statement);
  return statement;
}

function columnsOf<Row>(table: Table<Row>): [keyof Row & string, ColumnType][] {
  return Object.entries<ColumnType>(table.columns).map(([column, type]) => [
    column as keyof Row & string,
    type,
  ]);
}

function parameter(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  if (type === 'text[]' && Array.isArray(value)) return `{${value.join(',')}}`;
  return value;
}
