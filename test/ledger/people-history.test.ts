import fc from 'fast-check';
import { audit } from '../../src/ledger/audit/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { PEOPLE_STEPS } from './people-history.js';
import { PeopleHistoryRun } from './people-history-run.js';

/** `HEADROOM_PEOPLE_HISTORIES=200` for all of them; `HEADROOM_SEED` of a failure runs its histories again. */
const HISTORIES = Number(process.env['HEADROOM_PEOPLE_HISTORIES'] ?? 10);
const SEED = Number(process.env['HEADROOM_SEED'] ?? Date.now() % 2 ** 31);
const HISTORY_MS_MAX = 10_000;
const ROUNDS_MAX = 5;

/** A run that never came to one of these has proved nothing about it; the rare ones are sure in a long run alone. */
const MUST_BE_MET = ['ALLOWED', 'RETRY_AT', 'COMMIT', 'RECORDED', 'NOT_CONNECTED', 'AWAITING_REPLY'];
const MUST_BE_MET_AT_LAST = [
  ...['RELEASE', 'TAKEN_OUT', 'DO_NOT_CONTACT', 'DEGREE_UNKNOWN', 'ALREADY_CONNECTED', 'ALREADY_INVITED'],
  ...['REINVITE_EMBARGO', 'NO_CREDITS', 'CREDIT_RETURNED', 'OTHER_SEAT'],
];
const AT_LAST = 60;

describe('random histories of seats, people and credits through PostgreSQL', () => {
  let database: ClockedDatabase;
  let ledger: Ledger;
  beforeAll(async () => {
    database = await clockedDatabase();
    ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  });
  afterAll(async () => {
    await ledger.close();
    await database.close();
  });

  it(
    'P6, P13: the rules about people and credits say what plain counting says; the audit is clean',
    async () => {
      const met = new Map<string, number>();
      const expected = [...MUST_BE_MET, ...(HISTORIES >= AT_LAST ? MUST_BE_MET_AT_LAST : [])];
      const unmet = () => expected.filter((what) => !met.has(what));
      // Ten may by chance have none of one kind in them: then the next ten are added.
      for (let seed = SEED; seed < SEED + ROUNDS_MAX && unmet().length > 0; seed += 1) {
        await fc.assert(
          fc.asyncProperty(PEOPLE_STEPS, fc.nat(4), async (steps, opening) => {
            const run = await PeopleHistoryRun.found(database, ledger, opening);
            await run.live(steps);
            for (const [what, count] of run.met) met.set(what, (met.get(what) ?? 0) + count);
          }),
          { numRuns: HISTORIES, seed, endOnFailure: true },
        );
      }
      expect(unmet()).toEqual([]);
      expect((await audit(database.appUrl)).drift).toEqual([]);
    },
    ROUNDS_MAX * HISTORIES * HISTORY_MS_MAX,
  );
});
