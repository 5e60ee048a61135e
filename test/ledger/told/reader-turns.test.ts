import { once } from 'node:events';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { LedgerReader, READERS_OF_AGENCY_MAX } from '../../../src/ledger/told/reader.js';
import { seedAgency, type SeededAgency, viewerAs } from '../../support/agency.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { testDatabase } from '../../support/database.js';
import { hearTurns } from '../../tenancy/turns-heard.js';

afterEach(() => jest.restoreAllMocks());

it.each([
  ['by one key', () => 'key:much'],
  ['by many keys of one client account', (index: number) => `key:much ${index}`],
])('whoever reads very much %s keeps nobody else of the agency waiting', async (_, actorOf) => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const { owner, clientAccount, seat } = await seedAgency(dataSource);
  const reader = new LedgerReader(appUrl);
  const much = viewerAs(owner, 'ANALYST', clientAccount.id);
  const { given } = hearTurns();
  const read = (actor: string, viewer = owner) => reader.usageOfSeats({ ...viewer, actor }, [seat.id]);
  await Promise.all([
    ...Array.from({ length: 60 }, (_one, index) => read(actorOf(index), much)),
    ...Array.from({ length: 2 }, () => read('key:few')),
  ]);
  // Each has a turn of the agency, and one of the connections.
  expect(given).toHaveLength(2 * 62);
  expect(given.findLastIndex(({ name }) => name === 'key:few')).toBeLessThan(2 * 12);
  await reader.close();
  await dataSource.destroy();
});

it('three agencies whose readings do not end leave a fourth one a connection', async () => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const reader = new LedgerReader(appUrl);
  const ends = new EventTarget();
  const readMuch = ({ owner }: SeededAgency) =>
    Array.from({ length: READERS_OF_AGENCY_MAX }, () => reader.read(owner, () => once(ends, 'over')));
  const agencies = [await seedAgency(dataSource), await seedAgency(dataSource), await seedAgency(dataSource)];
  const much = agencies.flatMap(readMuch);
  const { owner } = await seedAgency(dataSource);
  expect(await reader.read(owner, () => Promise.resolve('read'))).toBe('read');
  const all = Promise.all(much);
  let isOver = false;
  void all.then(() => (isOver = true));
  while (!isOver) {
    ends.dispatchEvent(new Event('over'));
    await turn();
  }
  expect(await all).toHaveLength(3 * READERS_OF_AGENCY_MAX);
  await reader.close();
  await dataSource.destroy();
});

it('the next readings of an agency begin once others had their time behind those before, which are answered at once', async () => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const { owner } = await seedAgency(dataSource);
  const left: (() => void)[] = [];
  const goOn = (): Promise<void> => new Promise((resolve) => left.push(resolve));
  const reader = new LedgerReader(appUrl, undefined, undefined, () => ({ goOn }));
  let begun = 0;
  const read = (): Promise<number> => reader.read(owner, () => Promise.resolve((begun += 1)));
  await Promise.all(Array.from({ length: READERS_OF_AGENCY_MAX }, read));
  const next = read();
  // Asked behind it by another agency, and answered: it would have begun by then.
  await reader.read((await seedAgency(dataSource)).owner, () => Promise.resolve());
  expect(begun).toBe(READERS_OF_AGENCY_MAX);
  left[0]?.();
  expect(await next).toBe(READERS_OF_AGENCY_MAX + 1);
  for (const end of left) end();
  await reader.close();
  await dataSource.destroy();
});

it('a reading whose session PostgreSQL ended as it said nothing for long is told of that', async () => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  const { owner } = await seedAgency(dataSource);
  const reader = new LedgerReader(appUrl);
  const ended = reader.read(owner, async (transaction) => {
    const brief = 'SET LOCAL idle_in_transaction_session_timeout = 50';
    await transaction.query({ name: 'brief', text: brief }, []);
    for (;;) {
      await pause(200);
      await transaction.query({ name: 'still_there', text: 'SELECT 1' }, []);
    }
  });
  await expect(ended).rejects.toMatchObject({ code: '25P03' });
  expect(await reader.read(owner, () => Promise.resolve('read'))).toBe('read');
  await reader.close();
  await dataSource.destroy();
});
