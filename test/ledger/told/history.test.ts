import fc from 'fast-check';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { RestrictionService } from '../../../src/services/seats/restriction.service.js';
import { SeatMoves } from '../../../src/services/seats/seat.moves.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { TEST_FINGERPRINTS } from '../../support/agency.js';
import { histories } from '../../quota/history.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import { LedgerHistoryRun } from '../history-run.js';
import type { SeatServices } from '../history-world.js';

/** `HEADROOM_LEDGER_HISTORIES=200` for all of them; `HEADROOM_SEED` of a failure runs its histories again. */
const HISTORIES = Number(process.env['HEADROOM_LEDGER_HISTORIES'] ?? 20);
const SEED = Number(process.env['HEADROOM_SEED'] ?? Date.now() % 2 ** 31);
const HISTORY_MS_MAX = 10_000;
const ROUNDS_MAX = 6;

describe('random histories through PostgreSQL', () => {
  let database: ClockedDatabase;
  let ledger: Ledger;
  let dataSource: DataSource;
  let services: SeatServices;
  beforeAll(async () => {
    database = await clockedDatabase();
    ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
    dataSource = await openDataSource(database.appUrl);
    const [changes, auditLog] = [new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS)];
    services = {
      restrictions: new RestrictionService(changes, auditLog),
      moves: new SeatMoves(changes, auditLog),
    };
  });
  afterAll(async () => {
    await ledger.close();
    await dataSource.destroy();
    await database.close();
  });

  it(
    'P1, P2, P5, P6, P7, P12: the books say what plain counting says; the audit is clean',
    async () => {
      const met = {
        allowed: 0,
        refused: 0,
        retryAtKnown: 0,
        committed: 0,
        recorded: 0,
        voided: 0,
        declared: 0,
        seatChanges: 0,
        moved: 0,
        seatRefused: 0,
        ended: 0,
      };
      const leastMet = (): number => {
        const { declared, moved, seatRefused, ...others } = met;
        return Math.min(3 * Math.min(declared, moved, seatRefused), ...Object.values(others));
      };
      // Twenty may by chance have little of one kind in them: then the next twenty are added.
      for (let seed = SEED; seed < SEED + ROUNDS_MAX && leastMet() <= HISTORIES; seed += 1) {
        await fc.assert(
          fc.asyncProperty(histories, async (history) => {
            const run = new LedgerHistoryRun(history, database, ledger, services);
            await run.run();
            for (const key of Object.keys(met) as (keyof typeof met)[]) met[key] += run.met[key];
          }),
          { numRuns: HISTORIES, seed, endOnFailure: true },
        );
      }
      expect(leastMet()).toBeGreaterThan(HISTORIES);
      expect((await audit(database.appUrl)).drift).toEqual([]);
    },
    ROUNDS_MAX * HISTORIES * HISTORY_MS_MAX,
  );
});
