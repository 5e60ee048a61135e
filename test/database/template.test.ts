import { checkOwnerRole, checkRuntimeRole } from '../../src/database/roles.js';
import { ownDatabase, query, superuserUrl, TEMPLATE, testDatabase, urlFor } from '../support/database.js';

const MIGRATIONS = 'SELECT count(*)::int FROM schema_migration';

it('gives a worker one database, migrated, with the roles of production', async () => {
  const database = await testDatabase();
  expect(await testDatabase()).toEqual(database);
  expect(database.secret).toHaveLength(32);
  await expect(checkRuntimeRole(database.appUrl)).resolves.toBeUndefined();
  await expect(checkOwnerRole(database.ownerUrl)).resolves.toBeUndefined();
  const [migrated] = await query(database.ownerUrl, MIGRATIONS);
  expect(migrated?.count).toBeGreaterThan(0);
});

it('lets no database see what is written to another', async () => {
  const [mine, yours] = [await ownDatabase(), await ownDatabase()];
  await query(mine.ownerUrl, 'CREATE TABLE only_mine ()');
  await expect(query(yours.ownerUrl, 'TABLE only_mine')).rejects.toMatchObject({ code: '42P01' });
  const later = await ownDatabase();
  await expect(query(later.ownerUrl, 'TABLE only_mine')).rejects.toMatchObject({ code: '42P01' });
});

it('lets nobody into the template', async () => {
  const { ownerUrl } = await testDatabase();
  await expect(query(urlFor(ownerUrl, TEMPLATE), 'SELECT 1')).rejects.toMatchObject({ code: '55000' });
  await expect(query(await superuserUrl(urlFor(ownerUrl, TEMPLATE)), 'SELECT 1')).rejects.toMatchObject({
    code: '55000',
  });
});

it('has an empty database for tests of migrations', async () => {
  const { ownerUrl } = await ownDatabase('empty');
  await expect(query(ownerUrl, MIGRATIONS)).rejects.toMatchObject({ code: '42P01' });
});
