import pg from 'pg';
import { LedgerTransaction } from '../../../src/ledger/books/connection.js';
import { insertLongRows, type Table } from '../../../src/ledger/books/rows.js';

const TABLE: Table<{ readonly id: number; readonly parts: number }> = {
  name: 'long',
  columns: { id: 'int4', parts: 'int4' },
};

it('inserts rows that are long in several statements, in their order, with others’ turns in between', async () => {
  const done: string[] = [];
  const transaction = new LedgerTransaction(new pg.Client());
  jest.spyOn(transaction, 'query').mockImplementation((_statement, [ids]) => {
    done.push(String(ids));
    return Promise.resolve([]);
  });
  const others = { goOn: () => Promise.resolve(void done.push('others')) };
  const insert = (...parts: number[]): Promise<void> => {
    const rows = parts.map((count, id) => ({ id, parts: count }));
    return insertLongRows(transaction, TABLE, rows, (row) => row.parts, others);
  };
  await insert(3_000, 3_000, 1, 5_000, 1);
  expect(done.splice(0)).toEqual(['{0,1}', 'others', '{2,3}', 'others', '{4}']);
  await insert(...Array<number>(200).fill(5));
  expect(done.splice(0)).toHaveLength(1);
  await insert();
  expect(done).toEqual([]);
});
