import { Alarms, type Ringing } from './alarms.js';
import { DatabaseClock } from './database-clock.js';

export interface TimekeeperParts {
  /** What the database's clock says. */
  readonly askClock: () => Promise<number>;
  /** Told where it did not answer; it is asked again. */
  readonly onFailure: (error: unknown) => void;
}

/** How often the database's clock is asked while something waits for an instant of it. */
const CLOCK_EVERY_MS = 1_000;

/** Everything in a process that waits for a time: for an instant of the database's clock, or for some time to pass. */
export class Timekeeper {
  private readonly clock = new DatabaseClock();
  private readonly wakes = new Alarms(() => this.clock.now());
  private readonly laters = new Alarms(() => performance.now());
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(private readonly parts: TimekeeperParts) {}

  /** How much waits. */
  get size(): number {
    return this.wakes.size + this.laters.size;
  }

  /** The database's clock, as far as it is known. */
  now(): number {
    return this.clock.now();
  }

  /** What the database's clock said just now. */
  hear(clock: number): void {
    this.clock.hear(clock);
  }

  /** Rings at an instant of the database's clock; null takes that back. */
  wake(what: Ringing, at: number | null): void {
    if (at === null) this.wakes.cancel(what);
    else if (!this.isClosed) this.wakes.set(what, at);
    this.keepAsking();
  }

  /** Rings after so many milliseconds. */
  later(what: Ringing, ms: number): void {
    if (!this.isClosed) this.laters.set(what, performance.now() + ms);
  }

  cancel(what: Ringing): void {
    this.laters.cancel(what);
  }

  close(): void {
    this.isClosed = true;
    this.wakes.clear();
    this.laters.clear();
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** The clock may be set, and this process's may go wrong: so it is asked again and again. */
  private keepAsking(): void {
    if (this.timer !== null || this.wakes.size === 0 || this.isClosed) return;
    this.timer = setTimeout(() => void this.ask(), CLOCK_EVERY_MS).unref();
  }

  private async ask(): Promise<void> {
    try {
      if (this.wakes.size > 0) this.hear(await this.parts.askClock());
      if (!this.isClosed) this.wakes.arm();
    } catch (error) {
      if (!this.isClosed) this.parts.onFailure(error);
    } finally {
      this.timer = null;
      this.keepAsking();
    }
  }
}
