import { leaveToOthers } from '../event-loop.js';
import { type Asking, callerOf } from '../tenancy/door.js';
import { Turns } from '../tenancy/turns.js';

/**
 * Work that keeps the process itself busy, and not the database: of each agency one piece at a time, or a few, and between two pieces
 * everybody else has a turn. However much one asks for, another one waits for a piece of it and no more.
 */
export class BusyWork {
  private readonly turns: Turns;

  /** `pieces`: how many of one agency may be under way at once. */
  constructor(pieces = 1) {
    this.turns = new Turns(pieces);
  }

  /** Throws THROTTLED where too much of the agency waits. */
  run<T>(asking: Asking, work: () => Promise<T>): Promise<T> {
    const piece = async (): Promise<T> => {
      await leaveToOthers();
      return work();
    };
    return this.turns.run(asking.agencyId, piece, callerOf(asking));
  }
}
