import fc from 'fast-check';
import { histories } from './history.js';
import { HistoryRun, type Met } from './history-run.js';

/** `HEADROOM_HISTORIES=10000` for all of them; `HEADROOM_SEED` of a failure runs its histories again. */
const HISTORIES = Number(process.env['HEADROOM_HISTORIES'] ?? 500);
const SEED = Number(process.env['HEADROOM_SEED'] ?? Date.now() % 2 ** 31);
const HISTORY_MS_MAX = 500;
/** How long a failing history is made smaller: then the smallest so far is told. */
const SHRINK_MS_MAX = 30_000;

describe('random histories', () => {
  it(
    'P1, P2, P5, P6, P7, P12: what the core says is what plain counting says, after every step',
    () => {
      const met: Met = {
        steps: 0,
        allowed: 0,
        refused: 0,
        retryAtKnown: 0,
        certainLater: 0,
        asked: 0,
        declared: 0,
        seatChanges: 0,
        moved: 0,
        seatRefused: 0,
        askedAgain: 0,
      };
      let shrinkUntil = Infinity;
      fc.assert(
        fc.property(histories, (history) => {
          if (Date.now() > shrinkUntil) return;
          try {
            const run = new HistoryRun(history).run();
            for (const key of Object.keys(met) as (keyof Met)[]) met[key] += run[key];
          } catch (error) {
            shrinkUntil = Math.min(shrinkUntil, Date.now() + SHRINK_MS_MAX);
            throw error;
          }
        }),
        { numRuns: HISTORIES, seed: SEED },
      );
      // Histories that hardly refuse, look ahead or wait for a hold would prove little.
      if (HISTORIES < 100) return;
      const { declared, moved, ...others } = met;
      expect(Math.min(declared, moved)).toBeGreaterThan(HISTORIES / 3);
      for (const amount of Object.values(others)) expect(amount).toBeGreaterThan(HISTORIES);
    },
    HISTORIES * HISTORY_MS_MAX + 2 * SHRINK_MS_MAX,
  );
});
