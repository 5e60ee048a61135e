import { LRUCache } from 'lru-cache';

/** Agencies that are told apart; of that for which nothing was done for longest all is forgotten. */
const AGENCIES_MAX = 10_000;

/**
 * For whom a process is busy. Between two rounds of its event loop it does one thing after the other: whoever begins with one says whose
 * it is, and until somebody else does all that it takes is theirs.
 */
export class BusyTime {
  private readonly msOf = new LRUCache<string, number>({ max: AGENCIES_MAX });
  private whose: string | null = null;
  private since = 0;
  private isEnding = false;

  /** `now` is in milliseconds, by a clock that is never set back; `inNextRound` does something before the event loop waits for anything. */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly inNextRound: (work: () => void) => void = setImmediate,
  ) {}

  /** Null for what is nobody's, or of whom it isn't known yet. */
  beginFor(whose: string | null): void {
    this.count();
    this.whose = whose;
    if (whose === null || this.isEnding) return;
    this.isEnding = true;
    this.inNextRound(() => {
      this.isEnding = false;
      this.beginFor(null);
    });
  }

  /** How many milliseconds it was busy for an agency so far. */
  of(agencyId: string): number {
    this.count();
    return this.msOf.get(agencyId) ?? 0;
  }

  private count(): void {
    const now = this.now();
    if (this.whose !== null) this.msOf.set(this.whose, (this.msOf.get(this.whose) ?? 0) + now - this.since);
    this.since = now;
  }
}

const ofProcess = new BusyTime();

/** What the process does from now on is done for that agency, until somebody else is named or the event loop comes round. */
export function beginFor(agencyId: string | null): void {
  ofProcess.beginFor(agencyId);
}

/** How long the process has been busy for an agency: in milliseconds, from some time on. */
export function busyFor(agencyId: string): number {
  return ofProcess.of(agencyId);
}
