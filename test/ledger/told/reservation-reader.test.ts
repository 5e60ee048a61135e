import type { AgenciesAt } from '../../../src/ledger/books/opening.js';
import { ReservationReader } from '../../../src/ledger/told/reservation-reader.js';

const AGENCY = '00000000-0000-4000-8000-000000000001';

/** Of a database that is lost: each statement fails by itself, the later ones later. */
class LostTransaction {
  private asked = 0;

  async query(): Promise<never> {
    this.asked += 1;
    for (let turns = this.asked; turns > 0; turns -= 1) await new Promise(setImmediate);
    throw new Error('The connection is lost.');
  }
}

it('leaves nothing behind that nobody hears of when the connection is lost', async () => {
  const forgotten: unknown[] = [];
  const hear = (error: unknown): void => void forgotten.push(error);
  process.on('unhandledRejection', hear);
  const transaction = new LostTransaction() as never;
  const books = [{ agencyId: AGENCY, revision: 1, lastAt: 0, alertSequence: 0, turn: 0 }];
  const open = <T>(_: unknown, work: (agencies: AgenciesAt) => Promise<T>): Promise<T> =>
    work({ transaction, books, clock: 0 });
  const reader = new ReservationReader({ open } as never);
  const since = { settledAt: 0, expiredAt: 0 };
  await expect(reader.changesOf([{ agencyId: AGENCY, since }])).rejects.toThrow('The connection is lost.');
  for (let turns = 10; turns > 0; turns -= 1) await new Promise(setImmediate);
  process.off('unhandledRejection', hear);
  expect(forgotten).toEqual([]);
});
