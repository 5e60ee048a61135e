import { setTimeout as pause } from 'node:timers/promises';
import { LongWork } from '../ledger/long-work.js';
import { type Asking, callerOf } from '../tenancy/door.js';
import { Turns } from '../tenancy/turns.js';

/** What a piece takes that means well. */
const USUAL_MS = 10;
/** For so many times as long as a piece kept the process no other one of its agency begins. */
const TIMES_LEFT_TO_OTHERS = 4;

/**
 * Work that keeps the process itself busy: of each agency one piece at a time, or a few, and behind those that are long everybody else
 * has a turn. However much one asks for, another one waits for a piece of it and no more.
 */
export class BusyWork {
  private readonly turns: Turns;

  /** `pieces`: how many of one agency may be under way at once. */
  constructor(pieces = 1) {
    this.turns = new Turns(pieces);
  }

  /**
   * The next one of its agency begins once others had their time behind those that took long. None begins before whoever asked has its
   * promise. Throws THROTTLED where too much of the agency waits.
   */
  run<T>(asking: Asking, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece = async (): Promise<void> => {
        await Promise.resolve();
        try {
          resolve(await work());
        } finally {
          await new LongWork(asking.agencyId).goOn();
        }
      };
      this.turns.run(asking.agencyId, piece, callerOf(asking)).catch(reject);
    });
  }

  /**
   * The same of work that can't be left until it is done: where it takes long, the process is others' for longer behind it. Whoever asked
   * is answered at once.
   */
  keep<T>(asking: Asking, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece = async (): Promise<void> => {
        await new LongWork(asking.agencyId).goOn();
        const begun = performance.now();
        resolve(work());
        const took = performance.now() - begun;
        if (took > USUAL_MS) await pause(took * TIMES_LEFT_TO_OTHERS, undefined, { ref: false });
      };
      this.turns.run(asking.agencyId, piece, callerOf(asking)).catch(reject);
    });
  }
}
