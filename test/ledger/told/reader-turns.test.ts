import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { seedAgency, viewerAs } from '../../support/agency.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { testDatabase } from '../../support/database.js';

it.each([
  ['by one key', () => 'key:much'],
  ['by many keys of one client account', (index: number) => `key:much ${index}`],
])('whoever reads very much %s keeps nobody else of the agency waiting', async (_, actorOf) => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const { owner, clientAccount, seat } = await seedAgency(dataSource);
  const reader = new LedgerReader(appUrl);
  const much = viewerAs(owner, 'ANALYST', clientAccount.id);
  const done: string[] = [];
  const read = async (actor: string, viewer = owner): Promise<void> => {
    await reader.usageOfSeats({ ...viewer, actor }, [seat.id]);
    done.push(actor);
  };
  await Promise.all([
    ...Array.from({ length: 60 }, (_one, index) => read(actorOf(index), much)),
    ...Array.from({ length: 2 }, () => read('key:few')),
  ]);
  expect(done.lastIndexOf('key:few')).toBeLessThan(12);
  await reader.close();
  await dataSource.destroy();
});
