import { readPurses } from '../../../src/ledger/credits/credit-reading.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY } from '../../../src/quota/window.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import { openOffice, recordInput, reserveRequest } from '../support.js';

const ADDED = Date.parse('2026-11-10T09:00Z');

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
  await database.setClock(ADDED + DAY);
});
afterAll(async () => {
  await Promise.all([ledger.close(), reader.close()]);
  await database.close();
});

const open = (tier: string) =>
  openOffice(database.appUrl, { tier, seats: 3, addedAt: ADDED, openingCredits: 2 });

describe('the purses of many seats', () => {
  it('are read once where they are one pool: a page of its seats brings it no more often than one of them', async () => {
    const office = await open('RECRUITER_CORPORATE');
    await ledger.ask(reserveRequest(office, 'INMAIL', { seatId: office.seatIds[1]! }));
    const { agencyId } = office;
    const asked = [uuidRandom(), ...office.seatIds].map((seatId) => ({
      agencyId,
      seatId,
      clientAccountId: null,
    }));
    const [nobodys, first, ...others] = await reader.read(office.viewer, (transaction) =>
      readPurses(transaction, asked),
    );
    expect(nobodys).toBeNull();
    expect(first?.terms.map(({ seatId }) => seatId).toSorted()).toEqual(office.seatIds.toSorted());
    expect(first?.holds).toHaveLength(1);
    expect(others).toEqual([first, first]);
    for (const other of others) {
      expect(other!.terms).toBe(first!.terms);
      expect(other!.holds).toBe(first!.holds);
    }
  });

  it.each(['RECRUITER_CORPORATE', 'SALES_NAVIGATOR'])(
    'are read at once where InMails of very many are recorded in one call: %s',
    async (tier) => {
      const office = await openOffice(database.appUrl, {
        tier,
        seats: 60,
        addedAt: ADDED,
        openingCredits: 2,
      });
      const { viewer, seatIds } = office;
      const inputs = seatIds.map((seatId) => recordInput(office, 'INMAIL', ADDED + DAY / 2, { seatId }));
      expect(await ledger.ask({ kind: 'RECORD', viewer, inputs })).toMatchObject({ recorded: 60 });
      const credits = await reader.creditsOfSeats(viewer, seatIds);
      const left = tier === 'SALES_NAVIGATOR' ? 1 : 60;
      expect([...credits.values()].map((one) => one?.available)).toEqual(seatIds.map(() => left));
    },
  );

  it('are each their own where they are not', async () => {
    const office = await open('SALES_NAVIGATOR');
    await ledger.ask(reserveRequest(office, 'INMAIL', { seatId: office.seatIds[1]! }));
    const asked = office.seatIds.map((seatId) => ({
      ...{ agencyId: office.agencyId, seatId },
      clientAccountId: null,
    }));
    const purses = await reader.read(office.viewer, (transaction) => readPurses(transaction, asked));
    expect(purses.map((purse) => purse!.terms.map(({ seatId }) => seatId))).toEqual(
      office.seatIds.map((seatId) => [seatId]),
    );
    expect(purses.map((purse) => purse!.holds.length)).toEqual([0, 1, 0]);
  });
});
