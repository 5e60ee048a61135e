import { calendarBounds, type CalendarBounds, type ZoneFrom } from './calendar.js';
import { counts, tailAt, type Counter } from './counter.js';
import { countUntil } from './instants.js';
import type { Limit } from './limit.js';
import { DAY, type Instant } from './window.js';
import type { Action } from './words.js';

/** Something that a seat sent, at the instant at which it counts. */
export interface PastSend {
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly at: Instant;
}

/** A time in which a limit had no room, and sends went out nevertheless. */
export interface Overrun {
  readonly counter: Counter;
  readonly max: number;
  /** Sends that the limit would have refused, the first and the last of them. */
  readonly refused: number;
  readonly from: Instant;
  readonly until: Instant;
  /** The most that was in one window, and when it first was. */
  readonly most: number;
  readonly mostAt: Instant;
}

/** A window of a calendar may reach back to before its predecessor's start, where the zone changed: two days at most. */
const REACHES_BACK = 2 * DAY;
/** Entries that have left are thrown away when so many of them have gathered. */
const DROPPED_AT_ONCE = 1_024;

/**
 * What limits would have refused of a seat's sends, which are handed over one by one in the order of time. All that was sent
 * counts, whether it would have been refused or not: so it happened. In memory is what the longest window holds.
 */
export class Backtest {
  private readonly limits: readonly LimitInThePast[];

  constructor(limits: readonly Limit[], zones: readonly ZoneFrom[]) {
    this.limits = limits.map(({ counter, max }) => new LimitInThePast(counter, max, zones));
  }

  /** Answers how many of it the strictest limit would have refused, and the overruns that were over by then. */
  take(send: PastSend): { readonly refused: number; readonly ended: readonly Overrun[] } {
    const ended: Overrun[] = [];
    let refused = 0;
    for (const limit of this.limits) {
      if (!counts(limit.counter, send.action, send.noted)) continue;
      refused = Math.max(refused, limit.take(send, ended));
    }
    return { refused, ended };
  }

  /** Sends that are in memory, of each limit for itself. */
  get kept(): number {
    return this.limits.reduce((sum, limit) => sum + limit.kept, 0);
  }

  /** Those that were not over by the last send. */
  end(): Overrun[] {
    return this.limits.flatMap((limit) => limit.end() ?? []);
  }
}

class LimitInThePast {
  private readonly startOf: (at: Instant) => Instant;
  /** The sends of the window, and before each of them the sum of all that there ever were. */
  private instants: Instant[] = [];
  private sums: number[] = [];
  private total = 0;
  private open: Overrun | null = null;

  constructor(
    readonly counter: Counter,
    private readonly max: number,
    zones: readonly ZoneFrom[],
  ) {
    this.startOf = startsOf(counter, zones);
  }

  take({ at, count }: PastSend, ended: Overrun[]): number {
    const before = this.usedAt(at);
    const fits = Math.max(0, Math.min(count, this.max - before));
    if (before < this.max && this.open) {
      ended.push(this.open);
      this.open = null;
    }
    this.instants.push(at);
    this.sums.push(this.total);
    this.total += count;
    const refused = count - fits;
    if (refused > 0) this.note(at, refused, before + count);
    return refused;
  }

  get kept(): number {
    return this.instants.length;
  }

  end(): Overrun | null {
    return this.open;
  }

  private note(at: Instant, refused: number, used: number): void {
    const { counter, max } = this;
    const known = this.open ?? { counter, max, refused: 0, from: at, until: at, most: 0, mostAt: at };
    const most = used > known.most ? { most: used, mostAt: at } : {};
    this.open = { ...known, ...most, refused: known.refused + refused, until: at };
  }

  /** How many the window of an instant holds. */
  private usedAt(at: Instant): number {
    const start = this.startOf(at);
    this.drop(start - REACHES_BACK);
    const first = countUntil(this.instants, start);
    return this.total - (this.sums[first] ?? this.total);
  }

  private drop(until: Instant): void {
    const gone = countUntil(this.instants, until);
    if (gone < DROPPED_AT_ONCE) return;
    this.instants = this.instants.slice(gone);
    this.sums = this.sums.slice(gone);
  }
}

/** The latest instant that is not in a counter's window any more, by the window's. */
function startsOf({ window }: Counter, zones: readonly ZoneFrom[]): (at: Instant) => Instant {
  if (window.kind === 'ROLLING') return (at) => tailAt(window, at);
  const { kind } = window;
  let bounds: CalendarBounds | null = null;
  return (at) => {
    if (!bounds || at < bounds.start || at >= bounds.end) bounds = calendarBounds(kind, zones, at);
    return bounds.start - 1;
  };
}
