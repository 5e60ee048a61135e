import type { DataSource } from 'typeorm';
import { Temporal } from 'temporal-polyfill';
import { TURN_MS } from '../../../src/ledger/long-work.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { SeatBulk } from '../../../src/services/seats/seat.bulk.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { seedAgency, TEST_FINGERPRINTS } from '../../support/agency.js';
import { busy } from '../../support/busy.js';
import { testDatabase } from '../../support/database.js';
import { mostBetweenTurns } from '../../support/turns.js';

let dataSource: DataSource;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
});
afterAll(() => dataSource.destroy());
afterEach(() => jest.restoreAllMocks());

describe('addSeatsOfTable', () => {
  it('lets others have their turn before each table, also where no database is asked', async () => {
    const { owner } = await seedAgency(dataSource);
    const seatBulk = new SeatBulk(new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS));
    const csv = `name,url,tier,tz\n${'a,b,c,d\n'.repeat(501)}`;
    const most = await mostBetweenTurns(async (took) => {
      for (let table = 0; table < 25; table++) {
        const outcome = seatBulk.addSeatsOfTable(owner, {
          csv,
          clientAccountId: null,
          dryRun: true,
          uuidOf: () => null,
        });
        expect(await outcome).toMatchObject({ code: 'INVALID', message: expect.stringMatching(/500 seats/) });
        took();
        // As long as a table takes that is long.
        busy(TURN_MS);
      }
    });
    expect(most).toBeLessThanOrEqual(2);
  });

  it('judges its lines in turns with others, and looks a zone that there is none of up once', async () => {
    const { owner } = await seedAgency(dataSource);
    const seatBulk = new SeatBulk(new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS));
    const lines = Array.from({ length: 20 }, (_, index) => `a,in/b-${index},BASIC,Mars/Crater_${index}`);
    const instantAt = Temporal.Instant.fromEpochMilliseconds.bind(Temporal.Instant);
    const lookUp = jest.spyOn(Temporal.Instant, 'fromEpochMilliseconds');
    const most = await mostBetweenTurns(async (took) => {
      lookUp.mockImplementation((ms) => {
        took();
        busy(TURN_MS);
        return instantAt(ms);
      });
      const told = await seatBulk.addSeatsOfTable(owner, {
        csv: ['name,url,tier,tz', ...lines].join('\n'),
        clientAccountId: null,
        dryRun: true,
        uuidOf: () => null,
      });
      expect(told).toMatchObject({ added: 0, errors: { length: 40 } });
    });
    expect(lookUp).toHaveBeenCalledTimes(20);
    expect(most).toBeLessThanOrEqual(2);
  });
});
