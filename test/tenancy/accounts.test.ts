import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { accountName, findAccount, joinAccount, leaveAccount } from '../../src/tenancy/accounts.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { TEST_FINGERPRINTS } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
});
afterAll(() => dataSource.destroy());

it('an account stays whose it is: another member of the agency neither takes it over nor leaves it', async () => {
  const name = accountName(TEST_FINGERPRINTS, `${randomUUID()}@example.com`);
  const [agencyId, memberId, other] = [randomUUID(), randomUUID(), randomUUID()];
  const inAccount = <T>(work: (manager: EntityManager) => Promise<T>) =>
    inAgency(dataSource, { agencyId }, work);
  const passwordHash = '$argon2id$one';
  const joining = { agencyId, memberId, joinedBy: 'PASSWORD' } as const;
  await inAccount((manager) => joinAccount(manager, name, joining, 1, passwordHash));
  const taking = { agencyId, memberId: other, joinedBy: 'PROVIDER' } as const;
  await expect(inAccount((manager) => joinAccount(manager, name, taking, 1))).rejects.toThrow(
    /another member/,
  );
  await inAccount((manager) => leaveAccount(manager, name, { agencyId, memberId: other }));
  const kept = await inAccount((manager) => findAccount(manager, name));
  expect(kept).toMatchObject({ passwordHash, members: [joining] });
  await inAccount((manager) => leaveAccount(manager, name, { agencyId, memberId }));
  expect(await inAccount((manager) => findAccount(manager, name))).toBeNull();
});
