import { LedgerConnection } from '../../../src/ledger/books/connection.js';
import { testDatabase } from '../../support/database.js';

it('stays open when the one before tells of its end once more', async () => {
  const { appUrl } = await testDatabase();
  const connection = new LedgerConnection(appUrl);
  const first = await connection.get();
  const cut = new Error('terminating connection');
  first.emit('error', cut);
  const second = await connection.get();
  expect(second).not.toBe(first);
  first.emit('error', cut);
  expect(await connection.get()).toBe(second);
  await connection.end();
  await expect(second.query('SELECT 1')).rejects.toThrow(/closed|end/i);
});

it('is asked for again after it could not be made', async () => {
  const { appUrl } = await testDatabase();
  const connection = new LedgerConnection(Object.assign(new URL(appUrl), { password: 'another' }).href);
  for (let times = 0; times < 2; times += 1) {
    await expect(connection.get()).rejects.toMatchObject({ code: '28P01' });
  }
  await connection.end();
});
