import { setTimeout as pause } from 'node:timers/promises';
import { beginFor } from '../../busy-time.js';
import { allThatIsReady, comeRound } from '../../event-loop.js';
import { LongWork } from '../../ledger/long-work.js';
import { callerOf } from '../../tenancy/door.js';
import { Turns, type Waits } from '../../tenancy/turns.js';
import type { Payer } from './cost-limit.js';

/** Whose turns those are that show no key. */
const NOBODY = '';

/** How long what is short is read, of each agency one, before whatever else the process does comes in between. */
const TURN_MS = 5;

/**
 * What came in is read one at a time of each agency, and the process is others' in between, for longer behind what took long: it can't be left
 * while it reads one, and all that a moment brings, or a budget pays for, read in one go, would be seconds.
 */
export class ReadingTurns {
  private readonly turns: Turns;
  private endsAt = -Infinity;

  constructor(waits?: Waits) {
    this.turns = new Turns(1, waits);
  }

  /**
   * Once something of a caller's may be read, as far as that waits for nothing; behind it no other one of its agency is for so long.
   * Throws THROTTLED where too many of the caller's wait.
   */
  take(caller: Payer | null, restMs = 0): Promise<void> {
    const whose = caller?.agencyId ?? NOBODY;
    return new Promise((begin, reject) => {
      const read = async (): Promise<void> => {
        beginFor(whose);
        begin();
        // What it takes to read and check it, which is begun with in steps of its own.
        await Promise.resolve();
        await allThatIsReady();
        if (restMs > 0) await pause(restMs, undefined, { ref: false });
        else await this.endTurn(whose);
      };
      this.turns.run(whose, read, caller ? callerOf(caller) : NOBODY).catch(reject);
    });
  }

  private async endTurn(whose: string): Promise<void> {
    await new LongWork(whose).goOn();
    if (performance.now() < this.endsAt) return;
    await comeRound();
    this.endsAt = performance.now() + TURN_MS;
  }
}
