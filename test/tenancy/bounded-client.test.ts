import type { DataSource } from 'typeorm';
import { busyFor } from '../../src/busy-time.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgencies, inAgency, inAgencyNamed } from '../../src/tenancy/door.js';
import { seedAgency } from '../support/agency.js';
import { busy } from '../support/busy.js';
import { testDatabase } from '../support/database.js';

/** What is done of an answer, and less than that which nobody's other work comes near. */
const MS = 40;

let dataSource: DataSource;
let reader: LedgerReader;

beforeAll(async () => {
  const { appUrl } = await testDatabase();
  dataSource = await openDataSource(appUrl);
  reader = new LedgerReader(appUrl);
});
afterAll(async () => {
  await reader.close();
  await dataSource.destroy();
});

/** For how long the process was busy for an agency with a piece of work that comes behind an answer of the database. */
async function busyWith(agencyId: string, work: (piece: () => void) => Promise<unknown>): Promise<number> {
  const before = busyFor(agencyId);
  await work(() => busy(MS));
  return busyFor(agencyId) - before;
}

it('what comes of an answer is done for the agency whose rows were asked for', async () => {
  const { owner } = await seedAgency(dataSource);
  const { agencyId } = owner;
  const changed = (piece: () => void) =>
    inAgency(dataSource, owner, async (manager) => {
      await manager.query('SELECT 1');
      piece();
    });
  expect(await busyWith(agencyId, changed)).toBeGreaterThanOrEqual(MS);
  const read = (piece: () => void) =>
    reader.read(owner, (transaction) => transaction.query({ name: 'one', text: 'SELECT 1' }, []).then(piece));
  expect(await busyWith(agencyId, read)).toBeGreaterThanOrEqual(MS);
});

it('what is done for several, and for whoever only names an agency, is not', async () => {
  const { owner } = await seedAgency(dataSource);
  const { agencyId } = owner;
  const look = (piece: () => void) => async (): Promise<void> => {
    await Promise.resolve();
    piece();
  };
  const named = (piece: () => void) =>
    inAgencyNamed(dataSource, { agencyId, place: '192.0.2.1' }, look(piece));
  expect(await busyWith(agencyId, named)).toBeLessThan(MS);
  const other = await seedAgency(dataSource);
  const several = (piece: () => void) =>
    inAgencies(dataSource, [agencyId, other.owner.agencyId], look(piece));
  expect(await busyWith(agencyId, several)).toBeLessThan(MS);
});
