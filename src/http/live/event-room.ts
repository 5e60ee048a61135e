import { setTimeout as pause } from 'node:timers/promises';
import { budgetNameOf, type Caller, type CostLimit } from '../bounds/cost-limit.js';

/** Waits so many milliseconds, or until the signal; it never throws. */
type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>;

const waitFor: Wait = (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined);

/**
 * Room for events: each costs what its operation costs, out of what the agency's role may ask for. Where there is none it is
 * waited for, in the order in which it was asked for; one asks at a time, so that many who wait are no load themselves.
 */
export class EventRoom {
  /** The last one who waits, of each budget. */
  private readonly lines = new Map<string, Promise<void>>();

  constructor(
    private readonly limit: Pick<CostLimit, 'take'>,
    private readonly wait: Wait = waitFor,
  ) {}

  /** Takes it. Whoever needs it no more, by the signal, leaves the line and takes nothing. */
  async take(caller: Caller, cost: number, noMore: AbortSignal): Promise<void> {
    const name = budgetNameOf(caller);
    const before = this.lines.get(name) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.takeNow(caller, cost, noMore));
    this.lines.set(name, mine);
    try {
      await mine;
    } finally {
      if (this.lines.get(name) === mine) this.lines.delete(name);
    }
  }

  private async takeNow(caller: Caller, cost: number, noMore: AbortSignal): Promise<void> {
    while (!noMore.aborted) {
      const { retryAfterMs } = await this.limit.take(caller, cost);
      if (retryAfterMs === 0) return;
      await this.wait(retryAfterMs, noMore);
    }
  }
}
