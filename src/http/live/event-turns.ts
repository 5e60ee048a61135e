import { beginFor } from '../../busy-time.js';
import { leaveTime } from '../../event-loop.js';

/** Events of one agency that are executed at once: the database's connections are everybody's. */
const OF_AGENCY_AT_ONCE = 4;
/**
 * How long events are executed in one turn of the event loop before whatever else the process does comes in between. A time and no
 * number: a turn is long where much else is to be done, and a few events in each would fall behind without an end.
 */
const TURN_MS = 10;

/** The events of an agency that wait to be executed. */
interface Line {
  readonly agencyId: string;
  readonly waiting: (() => Promise<void>)[];
  underWay: number;
}

/** Once whatever needs no answer from elsewhere is done. */
const done = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(() => resolve())));

/**
 * Executes events a few at a time, of all agencies in turn: what thousands of subscriptions of one agency are told at the
 * same instant keeps neither another agency's event waiting, nor a request.
 */
export class EventTurns {
  private readonly lines = new Map<string, Line>();
  /** Those that may begin another one, in turn. */
  private readonly ready = new Set<Line>();
  private isComing = false;

  /** `now` is in milliseconds, by a clock that is never set back; `leave` lets others have theirs between two turns. */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly leave: () => Promise<void> = leaveTime,
  ) {}

  run<T>(agencyId: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(agencyId) ?? { agencyId, waiting: [], underWay: 0 };
    this.lines.set(agencyId, line);
    return new Promise((resolve, reject) => {
      line.waiting.push(() => work().then(resolve, reject));
      this.look(line);
    });
  }

  private look(line: Line): void {
    if (!mayBegin(line)) return;
    this.ready.add(line);
    if (!this.isComing) this.come();
  }

  private come(): void {
    this.isComing = true;
    void this.leave().then(() => this.turn());
  }

  private async turn(): Promise<void> {
    const endsAt = this.now() + TURN_MS;
    for (const line of this.ready) {
      this.ready.delete(line);
      this.begin(line);
      // Behind all others.
      if (mayBegin(line)) this.ready.add(line);
      await done();
      if (this.now() >= endsAt) break;
    }
    this.isComing = false;
    if (this.ready.size > 0) this.come();
  }

  private begin(line: Line): void {
    const work = line.waiting.shift();
    if (!work) return;
    line.underWay += 1;
    beginFor(line.agencyId);
    void work().finally(() => {
      line.underWay -= 1;
      if (line.underWay === 0 && line.waiting.length === 0) this.lines.delete(line.agencyId);
      else this.look(line);
    });
  }
}

function mayBegin({ waiting, underWay }: Line): boolean {
  return waiting.length > 0 && underWay < OF_AGENCY_AT_ONCE;
}
