import { AgenciesReader } from '../../../src/ledger/told/agencies-reader.js';
import { ReservationReader } from '../../../src/ledger/told/reservation-reader.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { seedAgency, type SeededAgency } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

/** Reads as ever, and each read lasts until it is let go. */
class HeldReader extends AgenciesReader {
  readonly begun: string[] = [];
  private readonly held: (() => void)[] = [];

  override open<T>(...[agencyIds, work]: Parameters<AgenciesReader['open']>): Promise<T> {
    this.begun.push(agencyIds.join());
    return super.open(agencyIds, async (agencies) => {
      const read = await work(agencies);
      await new Promise<void>((resolve) => this.held.push(resolve));
      return read;
    }) as Promise<T>;
  }

  /** Lets go of the one that has been read for longest, once there is one. */
  async next(): Promise<void> {
    while (this.held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    this.held.shift()!();
  }
}

let reader: HeldReader;
let reservations: ReservationReader;
let agencies: SeededAgency[];

beforeAll(async () => {
  const { appUrl } = await testDatabase();
  const dataSource = await openDataSource(appUrl);
  agencies = await Promise.all([1, 2, 3].map(() => seedAgency(dataSource)));
  await dataSource.destroy();
  reader = new HeldReader(appUrl);
  reservations = new ReservationReader(reader);
});
afterAll(() => reader.close());

it('those who watch one agency wait behind each other, and what is told to all who watch waits for nobody', async () => {
  const page = { seatId: null, clientAccountId: null, afterId: null, rows: 10 };
  const [many, one, other] = agencies as [SeededAgency, SeededAgency, SeededAgency];
  const held = ({ owner }: SeededAgency, actor: string) => reservations.held({ ...owner, actor }, page);
  const asked = [
    ...Array.from({ length: 20 }, () => held(many, 'member:a')),
    ...[held(many, 'member:b'), held(one, 'member:c'), held(other, 'member:d')],
  ];
  await new Promise((resolve) => setImmediate(resolve));
  expect(reader.begun).toEqual([many.agencyId, one.agencyId]);
  const told = reservations.changesOf([]);
  expect(reader.begun).toHaveLength(3);
  for (const _read of [...asked, told]) await reader.next();
  await Promise.all([...asked, told]);
  // The other agency has the first turn that ends.
  expect(reader.begun[3]).toBe(other.agencyId);
  expect(reader.begun).toHaveLength(asked.length + 1);
});
