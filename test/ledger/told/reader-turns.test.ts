import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { seedAgency } from '../../support/agency.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { testDatabase } from '../../support/database.js';

it('whoever reads very much keeps nobody else of the agency waiting', async () => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const { owner, seat } = await seedAgency(dataSource);
  const reader = new LedgerReader(appUrl);
  const done: string[] = [];
  const read = async (actor: string): Promise<void> => {
    await reader.usageOfSeats({ ...owner, actor }, [seat.id]);
    done.push(actor);
  };
  await Promise.all([
    ...Array.from({ length: 60 }, () => read('key:much')),
    ...Array.from({ length: 2 }, () => read('key:few')),
  ]);
  expect(done.lastIndexOf('key:few')).toBeLessThan(12);
  await reader.close();
  await dataSource.destroy();
});
