import type { ScopeReading } from '../ledger/told/usage-reader.js';
import type { Scope } from '../quota/counter.js';
import type { Instant } from '../quota/window.js';
import type { Ringing } from './alarms.js';
import { Pace } from './pace.js';

/** Whoever reads entries. */
export interface ReadsEntries {
  /** It may be read again now. */
  read(entry: UsageEntry): void;
  /** It may be another one by now. */
  touchEntry(entry: UsageEntry): void;
}

/** Whoever is told of a scope. */
export interface ToldOfScope {
  /** What is known of it is another one than before, or known for the first time. */
  changed(): void;
}

/**
 * One scope that somebody watches: its usage as it was last read, once for all of its subscribers. `IDLE` is as the books
 * have it; it is `TOUCHED` from the moment on that it may be another one, and `READING` while it is looked at.
 */
export class UsageEntry implements Ringing {
  state: 'IDLE' | 'TOUCHED' | 'READING' = 'IDLE';
  /** Touched anew while it was read: what was read may be of before. */
  isTouchedAgain = false;
  /** It is read as often as it may be told, and no more. */
  readonly pace = new Pace();
  /** Which turn of the book it was read at. */
  turn = -1;
  reading: ScopeReading | null = null;
  /** The same for the same usage. */
  key: string | null = null;
  changedAt: Instant = 0;
  readonly subscribers = new Set<ToldOfScope>();

  /** Rings when time alone may have changed it. */
  readonly wake: Ringing = { ring: () => this.home.touchEntry(this) };

  constructor(
    readonly scope: Scope,
    private readonly home: ReadsEntries,
  ) {}

  /** Rings when it may be read again. */
  ring(): void {
    this.home.read(this);
  }

  /** Takes what was read, and tells those who watch where it differs. */
  take(reading: ScopeReading | null, turn: number): void {
    this.turn = turn;
    const key = reading && keyOf(reading);
    const isNew = key !== this.key;
    this.reading = reading;
    if (isNew) {
      this.key = key;
      this.changedAt = reading?.asOf ?? this.changedAt;
    }
    for (const subscriber of this.subscribers) subscriber.changed();
  }

  /** Whether what is known of it is what the books have, as far as anybody knows. */
  get isCurrent(): boolean {
    return this.state === 'IDLE' && this.key !== null;
  }
}

/** All that is told of a usage, but for the instant that it was read at. */
function keyOf({ clientAccountId, seatStatus, usage }: ScopeReading): string {
  return JSON.stringify([
    clientAccountId,
    seatStatus,
    ...usage.map(({ limit, timeZone, used, held, unknown, nextRoomAt }) => [
      ...[limit.counter.key, limit.max, limit.origin, limit.limitId, limit.recommended],
      ...[timeZone, used, held, unknown, nextRoomAt],
    ]),
  ]);
}
