import { countOf, emptyTally, ScopeBook, type Entry } from '../../src/quota/book.js';
import type { LiveHold } from '../../src/quota/live-holds.js';
import { counterOf, type Scope } from '../../src/quota/counter.js';
import type { Ask } from '../../src/quota/ask.js';
import type { Verdict } from '../../src/quota/decide.js';
import type { Limit } from '../../src/quota/limit.js';
import type { Usage } from '../../src/quota/usage.js';
import { rolling, type Instant, type Window } from '../../src/quota/window.js';
import type { Action } from '../../src/quota/words.js';
import { World, type Batch, type WorldHold } from './world.js';

export const SEAT: Scope = { kind: 'SEAT', id: 'seat' };
export const CLIENT_ACCOUNT: Scope = { kind: 'CLIENT_ACCOUNT', id: 'client' };
export const AGENCY: Scope = { kind: 'AGENCY', id: 'agency' };

export const DAY: Window = { kind: 'CALENDAR_DAY' };
export const WEEK: Window = { kind: 'CALENDAR_WEEK' };
export const MONTH: Window = { kind: 'CALENDAR_MONTH' };
export const MINUTE = rolling(60);

export const CLEAR: Ask['states'] = {
  seatPaused: false,
  holderAgreed: true,
  clientAccountStatus: 'ACTIVE',
  campaignStatus: null,
};

export function at(text: string): Instant {
  return Date.parse(text);
}

/** A limit on a seat's direct messages, unless told otherwise. */
export function limitOf(max: number, window: Window, other: Partial<Limit> = {}): Limit {
  const counter = counterOf(['DIRECT_MESSAGE'], false, window);
  return { scope: SEAT, counter, max, origin: 'CUSTOM', limitId: null, recommended: null, ...other };
}

export function askOf(limits: readonly Limit[], other: Partial<Ask> = {}): Ask {
  return { action: 'DIRECT_MESSAGE', noted: false, states: CLEAR, history: 'DECLARED', limits, ...other };
}

/** A book at an instant, with nothing used. */
export function bookAt(
  now: Instant,
  limits: readonly Limit[],
  holds: readonly LiveHold[] = [],
  timeZone = 'UTC',
): ScopeBook {
  const zones = [{ from: 0, timeZone }];
  const book = new ScopeBook(limits[0]?.scope ?? SEAT, zones, now, holds);
  for (const { counter } of limits) book.open(counter, emptyTally(counter, zones, now));
  return book;
}

/** One seat of one client account of one agency, as plain sentences. Every call is a batch of its own. */
export class Seat {
  readonly world = new World();
  private readonly scopes: readonly Scope[];

  constructor(
    readonly limits: readonly Limit[],
    timeZone = 'UTC',
  ) {
    this.scopes = [SEAT, CLIENT_ACCOUNT, AGENCY];
    for (const scope of this.scopes) this.world.addScope(scope, [{ from: 0, timeZone }]);
  }

  moveTo(timeZone: string, from: Instant): void {
    for (const scope of this.scopes) {
      this.world.setZones(scope, [...this.world.ledger(scope).zones, { from, timeZone }]);
    }
  }

  batch<T>(now: Instant, work: (batch: Batch) => T): T {
    const batch = this.world.begin(now, this.scopes, this.limits);
    const result = work(batch);
    batch.end();
    return result;
  }

  /** What a request would be told. */
  ask(now: Instant, other: Partial<Ask> = {}): Verdict {
    return this.batch(now, (batch) => batch.decide(askOf(this.limits, other)));
  }

  usage(now: Instant): Usage[] {
    return this.batch(now, (batch) => batch.usage(this.limits));
  }

  record(now: Instant, sentAt: Instant = now, count = 1, action: Action = 'DIRECT_MESSAGE'): void {
    this.batch(now, (batch) => batch.charge(this.scopes, { at: sentAt, action, noted: false, count }));
  }

  void(now: Instant, sentAt: Instant, count = 1): void {
    this.record(now, sentAt, -count);
  }

  /** The hold of a request, which has to be allowed. */
  reserve(now: Instant, expiresAt: Instant): WorldHold {
    return this.batch(now, (batch) => {
      expect(batch.decide(askOf(this.limits)).outcome).toBe('ALLOWED');
      const hold = { action: 'DIRECT_MESSAGE', noted: false, expiresAt, scopes: this.scopes } as const;
      batch.hold(hold);
      return hold;
    });
  }

  commit(now: Instant, hold: WorldHold, sentAt: Instant): void {
    this.batch(now, (batch) => batch.commit(hold, sentAt));
  }

  release(now: Instant, hold: WorldHold): void {
    this.batch(now, (batch) => batch.release(hold));
  }
}

/** A book of a limit of a minute: what was sent in it, and so many holds that lapse in the next seventy seconds. */
export function bookOfMinute(
  limit: Limit,
  now: number,
  { sent, held }: { readonly sent: readonly Entry[]; readonly held: number },
): ScopeBook {
  const holds = Array.from({ length: held }, (_, index) => ({
    ...({ action: 'DIRECT_MESSAGE', noted: false } as const),
    expiresAt: now + (1 + (index % 70)) * 1_000,
  }));
  const book = bookAt(now, [limit], holds);
  book.open(limit.counter, { used: countOf(sent), tail: now - 60_000, first: sent[0]!.at });
  return book;
}

/** What work that yields after each of its steps comes to. */
export function through<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
