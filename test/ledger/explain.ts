import pg from 'pg';
import { LedgerTransaction, type Statement } from '../../src/ledger/books/connection.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';

/** As a statement is planned: anew with its values, or once for all values, which PostgreSQL may choose by itself. */
export type Planned = 'force_custom_plan' | 'force_generic_plan';

/** How a statement reached the rows of a table. */
export interface Access {
  /** The table that the migrations name, whatever partition it was. */
  readonly table: string;
  readonly partition: string;
  /** As the migrations name it; null where the whole table was read. */
  readonly index: string | null;
  /** The columns that the index was searched by. */
  readonly condition: string;
  /** Rows that were fetched, those among them that were thrown away again. */
  readonly rows: number;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Explains what is asked instead of answering it: every answer is empty, and `accesses` is how it would be had. */
export class ExplainingTransaction extends LedgerTransaction {
  readonly accesses: Access[] = [];

  constructor(
    private readonly explained: pg.Client,
    private readonly planned: Planned,
  ) {
    super(explained);
  }

  override async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    // As a prepared statement, as the ledger asks it: EXPLAIN by itself would always plan for the values.
    await this.explained.query('DEALLOCATE ALL');
    await this.explained.query(`PREPARE explained AS ${statement.text}`);
    await this.explained.query(`SET LOCAL plan_cache_mode = ${this.planned}`);
    const parameters = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
    const { rows } = await this.explained.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE explained${parameters}`,
    );
    await this.note(rows[0]!['QUERY PLAN'][0].Plan);
    return [];
  }

  /** Asks for an agency, in a transaction that leaves nothing behind. */
  async accessesFor(
    agencyId: string,
    ask: (transaction: LedgerTransaction) => Promise<unknown>,
  ): Promise<readonly Access[]> {
    await this.explained.query('BEGIN');
    try {
      await this.explained.query(SEE_AGENCIES, [[agencyId]]);
      await ask(this);
      return this.accesses;
    } finally {
      await this.explained.query('ROLLBACK');
    }
  }

  private async note(node: PlanNode, scan?: PlanNode): Promise<void> {
    const table = node['Relation Name'];
    const index = node['Index Name'];
    // A bitmap is made of an index by a node of its own, below the one that names the table.
    const isBitmap = node['Node Type'] === 'Bitmap Heap Scan';
    // What is altered was found by a node below.
    const isAltered = node['Node Type'] === 'ModifyTable';
    const of = table ? node : scan;
    const isRead =
      node['Actual Loops'] > 0 &&
      of !== undefined &&
      !isBitmap &&
      !isAltered &&
      (table ?? index) !== undefined;
    if (isRead && !(await this.isEmpty(of['Relation Name']!))) {
      this.accesses.push({
        table: await this.rootOf(of['Relation Name']!),
        partition: of['Relation Name']!,
        index: index ? await this.rootOf(index) : null,
        condition: node['Index Cond'] ?? '',
        // A bitmap's rows are all that are fetched: what is thrown away of them is among them already.
        rows: node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
      });
    }
    for (const below of node.Plans ?? []) await this.note(below, isBitmap ? node : scan);
  }

  /** As the last ANALYZE found it: how a table is read that has no rows says nothing. */
  private async isEmpty(name: string): Promise<boolean> {
    const { rows } = await this.explained.query<{ empty: boolean }>(
      `SELECT reltuples = 0 AND relkind = 'r' AS empty FROM pg_class WHERE oid = $1::regclass`,
      [name],
    );
    return rows[0]!.empty;
  }

  private async rootOf(name: string): Promise<string> {
    const { rows } = await this.explained.query<{ root: string }>(
      'SELECT coalesce(pg_partition_root($1::regclass), $1::regclass)::text AS root',
      [name],
    );
    return rows[0]!.root;
  }
}

export function accessesTo(all: readonly Access[], table: string): Access[] {
  return all.filter((access) => access.table === table);
}

/** The indexes that a table was reached by; null where all of it was read. */
export function indexesOf(all: readonly Access[], table: string): (string | null)[] {
  return [...new Set(accessesTo(all, table).map(({ index }) => index))];
}

export function rowsOf(all: readonly Access[], table: string): number {
  return accessesTo(all, table).reduce((sum, { rows }) => sum + rows, 0);
}

function literal(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = textOf(value);
  return text === null ? 'NULL' : pg.escapeLiteral(text);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Buffer) return `\\x${value.toString('hex')}`;
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const items = value.map((item) => textOf(item)?.replaceAll(/["\\]/g, '\\$&'));
  return `{${items.map((item) => (item === undefined ? 'NULL' : `"${item}"`)).join(',')}}`;
}
