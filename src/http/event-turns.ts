/** Events of one agency that are executed at once: the database's connections are everybody's. */
const OF_AGENCY_AT_ONCE = 4;
/** Events that begin in one turn of the event loop: whatever else the process does comes in between. */
const OF_TURN = 8;

/** The events of an agency that wait to be executed. */
interface Line {
  readonly agencyId: string;
  readonly waiting: (() => Promise<void>)[];
  underWay: number;
}

/**
 * Executes events a few at a time, of all agencies in turn: what thousands of subscriptions of one agency are told at the
 * same instant keeps neither another agency's event waiting, nor a request.
 */
export class EventTurns {
  private readonly lines = new Map<string, Line>();
  /** Those that may begin another one, in turn. */
  private readonly ready = new Set<Line>();
  private isComing = false;

  run<T>(agencyId: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(agencyId) ?? { agencyId, waiting: [], underWay: 0 };
    this.lines.set(agencyId, line);
    return new Promise((resolve, reject) => {
      line.waiting.push(() => work().then(resolve, reject));
      this.look(line);
    });
  }

  private look(line: Line): void {
    if (line.waiting.length === 0 || line.underWay >= OF_AGENCY_AT_ONCE) return;
    this.ready.add(line);
    if (this.isComing) return;
    this.isComing = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    for (let begun = 0; begun < OF_TURN; begun += 1) {
      const [line] = this.ready;
      if (!line) break;
      this.ready.delete(line);
      this.begin(line);
      // Behind all others.
      if (line.waiting.length > 0 && line.underWay < OF_AGENCY_AT_ONCE) this.ready.add(line);
    }
    this.isComing = this.ready.size > 0;
    if (this.isComing) setImmediate(() => this.turn());
  }

  private begin(line: Line): void {
    const work = line.waiting.shift();
    if (!work) return;
    line.underWay += 1;
    void work().finally(() => {
      line.underWay -= 1;
      if (line.underWay === 0 && line.waiting.length === 0) this.lines.delete(line.agencyId);
      else this.look(line);
    });
  }
}
