import type { Scope } from '../quota/counter.js';
import type { Usage } from '../quota/usage.js';
import type { Instant } from '../quota/window.js';
import type { SeatStatus } from '../quota/words.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { Ringing } from './alarms.js';
import { Pace } from './pace.js';
import type { ToldOfScope, UsageEntry } from './usage-entry.js';
import { NewestOnly } from './subscription.js';
import { tellsSeat, type UsageFilter } from './usage-scopes.js';

/** The newest usage of one scope. */
export interface UsageEvent {
  readonly scope: Scope;
  /** Whose it is; null for the agency. */
  readonly clientAccountId: string | null;
  readonly usage: readonly Usage[];
  /** The instant that the numbers are of. */
  readonly asOf: Instant;
  /** When they came to be, as far as it was seen. */
  readonly changedAt: Instant;
}

/** What a subscription is part of. */
export interface SubscriptionHome {
  attach(scope: Scope, told: ToldOfScope): UsageEntry;
  detach(entry: UsageEntry, told: ToldOfScope): void;
  later(what: Ringing, ms: number): void;
  cancel(what: Ringing): void;
  /** Whose a removed seat is; null where it is not removed. */
  removedFrom(seatId: string): string | null;
  leave(subscription: UsageSubscription): void;
}

/** What one subscriber was last told of one scope. */
class Telling implements ToldOfScope, Ringing {
  readonly entry: UsageEntry;
  key: string | null = null;
  seatStatus: SeatStatus | null = null;
  private readonly pace = new Pace();
  private isWaiting = false;

  constructor(
    scope: Scope,
    private readonly home: SubscriptionHome,
    private readonly onReady: (telling: Telling) => void,
  ) {
    this.entry = home.attach(scope, this);
    if (this.entry.isCurrent) this.changed();
  }

  changed(): void {
    if (this.isWaiting || !this.isNew) return;
    const wait = this.pace.waitMs();
    this.isWaiting = true;
    if (wait > 0) this.home.later(this, wait);
    else this.ring();
  }

  /** It may be told now. */
  ring(): void {
    this.onReady(this);
  }

  get isNew(): boolean {
    return this.entry.key !== null && this.entry.key !== this.key;
  }

  /** It came up; whether it is told then is for the subscription to say. */
  taken(): void {
    this.isWaiting = false;
  }

  told(): void {
    this.key = this.entry.key;
    this.seatStatus = this.entry.reading?.seatStatus ?? null;
    this.pace.take();
  }

  end(): void {
    this.home.cancel(this);
    this.home.detach(this.entry, this);
  }
}

/**
 * What one subscriber is told. It keeps no events: which scopes have something new, and what it was last told of each, so
 * that a reader who stalls holds up nobody, takes no more memory, and is told the newest when it comes back.
 */
export class UsageSubscription extends NewestOnly<UsageEvent> {
  private readonly tellings = new Map<string, Telling>();
  /** In the order in which they came up. */
  private readonly ready = new Set<Telling>();

  constructor(
    readonly viewer: Viewer,
    readonly filter: UsageFilter,
    private readonly home: SubscriptionHome,
  ) {
    super();
  }

  /** How many scopes it is told of. */
  get scopesCount(): number {
    return this.tellings.size;
  }

  /** The scopes that it is told of from now on. Of a new one it is told how it stands. */
  setScopes(scopes: readonly Scope[]): void {
    const wanted = new Set(scopes.map(({ id }) => id));
    for (const [id, telling] of this.tellings) {
      if (wanted.has(id) || this.isLeaving(telling)) continue;
      this.tellings.delete(id);
      this.ready.delete(telling);
      telling.end();
    }
    for (const scope of scopes) {
      if (this.tellings.has(scope.id)) continue;
      const telling = new Telling(scope, this.home, (ready) => this.isReady(ready));
      this.tellings.set(scope.id, telling);
    }
  }

  protected letGo(): void {
    for (const telling of this.tellings.values()) telling.end();
    this.tellings.clear();
    this.ready.clear();
    this.home.leave(this);
  }

  private isReady(telling: Telling): void {
    this.ready.add(telling);
    this.serve();
  }

  protected take(): UsageEvent | null {
    for (const telling of this.ready) {
      this.ready.delete(telling);
      telling.taken();
      const event = this.eventOf(telling);
      if (event) return event;
    }
    return null;
  }

  /** Null where there is nothing new after all, or it is not this viewer's any more. */
  private eventOf(telling: Telling): UsageEvent | null {
    const { scope, reading, changedAt } = telling.entry;
    if (!reading || !telling.isNew) return null;
    const { clientAccountId, usage, asOf } = reading;
    // By whose it was in the very snapshot that the numbers are of: a seat may just have been moved away.
    if (scope.kind === 'SEAT' && !this.tellsSeat(scope.id, clientAccountId)) return null;
    telling.told();
    return { scope, clientAccountId, usage, asOf, changedAt };
  }

  private tellsSeat(seatId: string, clientAccountId: string | null): boolean {
    return clientAccountId !== null && tellsSeat(this.viewer, this.filter, { seatId, clientAccountId });
  }

  /** A seat that was just removed is told of once more; then it goes with the next change of what there is. */
  private isLeaving({ entry: { scope }, key, seatStatus }: Telling): boolean {
    if (scope.kind !== 'SEAT' || key === null || seatStatus === 'REMOVED') return false;
    return this.tellsSeat(scope.id, this.home.removedFrom(scope.id));
  }
}
