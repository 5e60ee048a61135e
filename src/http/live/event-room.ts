import { setTimeout as pause } from 'node:timers/promises';
import { Turns } from '../../tenancy/turns.js';
import { budgetNameOf, type CostLimit, type Payer } from '../bounds/cost-limit.js';

/** Waits so many milliseconds, or until the signal; it never throws. */
type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>;

const waitFor: Wait = (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined);

/** Whoever waits is a subscription that is open already: they are bounded there, and none is sent away here. */
const WAITS = { waitingMax: Infinity, tooMany: '' };

/**
 * Room for events: each costs what its operation costs, out of what the agency's role may ask for. Where there is none it is
 * waited for, in the order in which it was asked for; one asks at a time, so that many who wait are no load themselves.
 */
export class EventRoom {
  private readonly turns = new Turns(1, WAITS);

  constructor(
    private readonly limit: Pick<CostLimit, 'take'>,
    private readonly wait: Wait = waitFor,
  ) {}

  /** Takes it. Whoever needs it no more, by the signal, leaves the line and takes nothing. */
  take(payer: Payer, cost: number, noMore: AbortSignal): Promise<void> {
    return this.turns.run(budgetNameOf(payer), () => this.takeNow(payer, cost, noMore));
  }

  private async takeNow(payer: Payer, cost: number, noMore: AbortSignal): Promise<void> {
    while (!noMore.aborted) {
      const { retryAfterMs } = await this.limit.take(payer, cost);
      if (retryAfterMs === 0) return;
      await this.wait(retryAfterMs, noMore);
    }
  }
}
