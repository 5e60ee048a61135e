import type pg from 'pg';
import type { LedgerTransaction, Statement } from './connection.js';

const ROWS_OF_PAGE = 200;

/**
 * The rows of a statement, some at a time, and each as it was when the first were asked for: nobody who writes meanwhile has one left
 * out. Of a statement once in a transaction, with which what was not asked for any more is forgotten.
 */
export async function* pagesOf<Row extends pg.QueryResultRow>(
  transaction: LedgerTransaction,
  { name, text }: Statement,
  values: readonly unknown[],
): AsyncGenerator<readonly Row[]> {
  // They are asked for to the end: planned for the first of them, a walk through the whole table in their order would seem to be shorter.
  await transaction.query({ name: 'pages_to_the_end', text: 'SET LOCAL cursor_tuple_fraction = 1' }, []);
  await transaction.query({ name, text: `DECLARE ${name} NO SCROLL CURSOR FOR ${text}` }, values);
  // Without a name: what is kept by one would be of the cursor that it was first asked of.
  const next: Statement = { name: '', text: `FETCH ${ROWS_OF_PAGE} FROM ${name}` };
  for (;;) {
    const rows = await transaction.query<Row>(next, []);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_OF_PAGE) return;
  }
}
