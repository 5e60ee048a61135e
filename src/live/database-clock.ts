/** The database's clock as this process knows it: what it last said, and the time since (P8: the process's own counts nothing). */
export class DatabaseClock {
  private offset: number | null = null;

  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Before anybody asked it: no instant has come. */
  now(): number {
    return this.offset === null ? -Infinity : this.monotonic() + this.offset;
  }

  /** What it said just now. */
  hear(clock: number): void {
    this.offset = clock - this.monotonic();
  }
}
