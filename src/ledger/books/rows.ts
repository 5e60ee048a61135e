import type { LongWork } from '../long-work.js';
import type { LedgerTransaction, Statement } from './connection.js';

/**
 * The one place where rows are inserted, altered and deleted set-wise, and the seam for a cluster: Citus can't push what
 * comes FROM unnest() to its workers, where VALUES lists and statements of one agency take its place.
 */

export type ColumnType =
  'uuid' | 'uuid[]' | 'text' | 'text[]' | 'bool' | 'int2' | 'int4' | 'int8' | 'bytea' | 'jsonb' | 'date';

export interface Table<Row> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof Row & string]: ColumnType };
  /** What happens to a row whose key is there already; nothing said, it is an error. */
  readonly onConflict?: string;
  /** Of rows that are alike in these columns, the first of the table's key, so many are kept: further ones are left out. */
  readonly room?: { readonly of: readonly string[]; readonly max: number };
}

/** The columns of some rows of a table, and which of them are its key. */
export interface RowKeys<Row> {
  /** Of the statement. */
  readonly name: string;
  readonly table: string;
  /** In the order of the table's key. */
  readonly key: { readonly [Column in keyof Row & string]?: ColumnType };
  /** A row of another table, by its id, that goes with the last of those that name it. Their keys are agency and id. */
  readonly lastOf?: { readonly table: string; readonly by: string };
}

/** How rows are altered that are there already: those that are not are passed over. */
export interface RowUpdate<Row> extends RowKeys<Row> {
  readonly set: { readonly [Column in keyof Row & string]?: ColumnType };
  /** Puts a value only where there is none yet; nothing said, the new one takes the old one's place. */
  readonly onlyWhereNull?: boolean;
  /** Of objects: what the new one says is added to what is there, and takes the place of what it says otherwise. */
  readonly merges?: boolean;
  /** Which rows may be altered, as a condition on `kept`. */
  readonly where?: string;
}

interface Prepared {
  readonly statement: Statement;
  readonly columns: Columns;
}

const prepared = new WeakMap<object, Prepared>();

/** Inserts rows in one statement, whatever their number. */
export function insertRows<Row extends object>(
  transaction: LedgerTransaction,
  table: Table<Row>,
  rows: readonly Row[],
): void {
  send(transaction, table, table.columns, rows, insertOf);
}

/** Parts of the rows of one statement, where rows are long by what they consist of: some hundred characters each. */
const PARTS_AT_ONCE = 4_000;

/**
 * Inserts rows that may each be long, by their parts: as many in a statement as are not too long together, with others' turns in
 * between.
 */
export async function insertLongRows<Row extends object>(
  transaction: LedgerTransaction,
  table: Table<Row>,
  rows: readonly Row[],
  partsOf: (row: Row) => number,
  long: Pick<LongWork, 'goOn'>,
): Promise<void> {
  let [some, parts]: [Row[], number] = [[], 0];
  for (const row of rows) {
    if (parts >= PARTS_AT_ONCE) {
      insertRows(transaction, table, some);
      [some, parts] = [[], 0];
      await long.goOn();
    }
    some.push(row);
    parts += partsOf(row);
  }
  insertRows(transaction, table, some);
}

/** Alters rows by their keys in one statement, whatever their number. */
export function updateRows<Row extends object>(
  transaction: LedgerTransaction,
  update: RowUpdate<Row>,
  rows: readonly Row[],
): void {
  if (rows.length > 0) send(transaction, update, { ...update.key, ...update.set }, rows, updateOf);
}

/** Deletes rows by their keys in one statement, whatever their number. */
export function deleteRows<Row extends object>(
  transaction: LedgerTransaction,
  keys: RowKeys<Row>,
  rows: readonly Row[],
): void {
  send(transaction, keys, keys.key, rows, deleteOf);
}

/** Which rows of a table are old: those of an agency whose instant lies before another. */
export interface OldRows {
  /** Of the statement. */
  readonly name: string;
  readonly table: string;
  readonly instant: string;
  /** About how many rows of one agency go at once: those of one instant go together. */
  readonly max: number;
}

/** Deletes the oldest rows of some agencies, so many of each and no more. The table has an index by the instant. */
export function deleteOldRows(
  transaction: LedgerTransaction,
  { name, table, instant, max }: OldRows,
  agencies: readonly { readonly agency_id: string; readonly before: number }[],
): void {
  if (agencies.length === 0) return;
  // A range, not a list of ids: joined by ids, a table that nobody has analysed yet is read once for each of them.
  const text = `DELETE FROM ${table} AS kept USING unnest($1::uuid[], $2::int8[]) AS new (agency_id, before)
CROSS JOIN LATERAL (SELECT least(new.before, (
  SELECT old.${instant} FROM ${table} AS old WHERE old.agency_id = new.agency_id AND old.${instant} < new.before
  ORDER BY old.${instant} OFFSET ${max} LIMIT 1)) AS before) AS bound
WHERE kept.agency_id = new.agency_id AND kept.${instant} < bound.before`;
  void transaction.query({ name, text }, [
    agencies.map(({ agency_id }) => agency_id),
    agencies.map(({ before }) => before),
  ]);
}

type ColumnTypes = { readonly [column: string]: ColumnType | undefined };
type Columns = readonly (readonly [column: string, type: ColumnType])[];

function send<What extends object, Row extends object>(
  transaction: LedgerTransaction,
  what: What,
  types: ColumnTypes,
  rows: readonly Row[],
  statementOf: (what: What, columns: Columns) => Statement,
): void {
  if (rows.length === 0) return;
  const { statement, columns } = prepared.get(what) ?? prepare(what, columnsOf(types), statementOf);
  const values = columns.map(([column, type]) => {
    const ofColumn = rows.map((row) => row[column as keyof Row]);
    return PLAIN_TYPES.includes(type)
      ? plainArray(ofColumn)
      : ofColumn.map((value) => parameter(value, type));
  });
  void transaction.query(statement, values);
}

function prepare<What extends object>(
  what: What,
  columns: Columns,
  statementOf: (what: What, columns: Columns) => Statement,
): Prepared {
  const made = { statement: statementOf(what, columns), columns };
  prepared.set(what, made);
  return made;
}

/** Whose values hold nothing that an array has to quote: the driver would look for it in each of them. */
const PLAIN_TYPES: readonly ColumnType[] = ['uuid', 'bool', 'int2', 'int4', 'int8'];

function plainArray(values: readonly unknown[]): string {
  const plain = values as readonly (string | number | boolean | null | undefined)[];
  return `{${plain.map((value) => value ?? 'NULL').join(',')}}`;
}

function insertOf<Row>({ name, onConflict, room }: Table<Row>, columns: Columns): Statement {
  const names = columns.map(([column]) => column).join(', ');
  const taken = columns.map(([column, type]) => (isList(type) ? `${column}::${type}` : column));
  return {
    name: `insert_${name}`,
    text: `INSERT INTO ${name} (${names})
SELECT ${taken.join(', ')} FROM ${room ? fitting(name, room, columns) : newRows(columns)}
${onConflict ?? ''}`,
  };
}

/** New rows without those for which there is no room: of each that are alike the first ones, beside what is there. */
function fitting(table: string, { of, max }: NonNullable<Table<object>['room']>, columns: Columns): string {
  const names = columns.map(([column]) => column);
  const same = (some: readonly string[]) => some.map((name) => `kept.${name} = new.${name}`).join(' AND ');
  return `(
  SELECT new.*, row_number() OVER (PARTITION BY ${of.join(', ')} ORDER BY place) AS nth FROM (
    SELECT ${names.join(', ')}, min(place) AS place FROM ${newRows(columns, 'place')} GROUP BY ${names.join(', ')}) AS new
  WHERE NOT EXISTS (SELECT 1 FROM ${table} AS kept WHERE ${same(names)} OFFSET 0)) AS new
WHERE nth + (SELECT count(*) FROM (SELECT 1 FROM ${table} AS kept WHERE ${same(of)} LIMIT ${max}) AS counted) <= ${max}`;
}

function updateOf<Row>({ name, table, key, set, ...how }: RowUpdate<Row>, columns: Columns): Statement {
  const values = columnsOf(set).map(([column, type]) => {
    const told = isList(type) ? `new.${column}::${type}` : `new.${column}`;
    if (how.merges) return `${column} = coalesce(kept.${column}, '{}') || ${told}`;
    return how.onlyWhereNull ? `${column} = coalesce(kept.${column}, ${told})` : `${column} = ${told}`;
  });
  const text = `UPDATE ${table} AS kept SET ${values.join(', ')}
FROM ${newRows(columns)}
WHERE ${byKey(Object.keys(key), columns)}${how.where ? ` AND (${how.where})` : ''}`;
  return { name, text };
}

function deleteOf<Row>({ name, table, key, lastOf }: RowKeys<Row>, columns: Columns): Statement {
  const joined = Object.keys(key).map((column) => `kept.${column} = new.${column}`);
  // Found one by one, whatever was known of the table when this was planned; nobody else alters them under the book.
  const text = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
  SELECT found.ctid FROM ${newRows(columns)}
  CROSS JOIN LATERAL (SELECT kept.ctid FROM ${table} AS kept WHERE ${joined.join(' AND ')} LIMIT 1) AS found))`;
  return { name, text: lastOf ? withLastOf(text, table, lastOf) : text };
}

/** What is deleted is still there for whoever looks in the same statement: it is told from the others by its id. */
function withLastOf(text: string, table: string, last: NonNullable<RowKeys<object>['lastOf']>): string {
  return `WITH deleted AS (${text} RETURNING agency_id, ${last.by} AS named)
DELETE FROM ${last.table} WHERE ctid = ANY (ARRAY(
  SELECT found.ctid FROM (SELECT DISTINCT agency_id, named FROM deleted) AS gone
  CROSS JOIN LATERAL (SELECT kept.ctid FROM ${last.table} AS kept WHERE kept.agency_id = gone.agency_id AND kept.id = gone.named
    AND NOT EXISTS (SELECT 1 FROM ${table} AS other
      WHERE other.agency_id = gone.agency_id AND other.${last.by} = gone.named AND other.id <> ALL ($2::uuid[])) LIMIT 1) AS found))`;
}

function newRows(columns: Columns, place?: string): string {
  const parameters = columns.map(([, type], index) => `$${index + 1}::${isList(type) ? 'text' : type}[]`);
  const names = columns.map(([column]) => column);
  return place === undefined
    ? `unnest(${parameters.join(', ')}) AS new (${names.join(', ')})`
    : `unnest(${parameters.join(', ')}) WITH ORDINALITY AS new (${[...names, place].join(', ')})`;
}

/**
 * The last column once more by itself: whatever plan is made of the join, no other row of the agency is read. Where it is
 * the only one, the rows are found by that alone, all at once: looked up by both, each would cost the whole list.
 */
function byKey(key: readonly string[], columns: Columns): string {
  const last = key.length - 1;
  const joined = key.map(
    (column) => `kept.${column} ${last === 0 ? 'IS NOT DISTINCT FROM' : '='} new.${column}`,
  );
  return [...joined, `kept.${key[last]} = ANY ($${last + 1}::${columns[last]?.[1]}[])`].join(' AND ');
}

function columnsOf(columns: ColumnTypes): Columns {
  return Object.entries(columns).flatMap(([column, type]) => (type ? [[column, type] as const] : []));
}

/** An array of arrays would have to be rectangular: a list travels as text. */
function isList(type: ColumnType): type is 'text[]' | 'uuid[]' {
  return type === 'text[]' || type === 'uuid[]';
}

function parameter(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  if (isList(type) && Array.isArray(value)) return `{${value.join(',')}}`;
  return value;
}
