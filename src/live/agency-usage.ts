import type { Failure } from '../errors.js';
import { LongWork } from '../ledger/long-work.js';
import type { AgencyScopes } from '../ledger/told/agency-scopes.js';
import type { Touched } from '../ledger/told/touched.js';
import type { AgencyUsageRead, ScopeReading, UsageAsked } from '../ledger/told/usage-reader.js';
import type { Scope } from '../quota/counter.js';
import { BusyWork } from '../services/busy-work.js';
import type { Shares } from '../tenancy/shares.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { AgencyHome } from './agency-feed.js';
import type { Ringing } from './alarms.js';
import { BookLinks, type LinkedTo } from './book-links.js';
import type { BookPosition, Watched } from './book-watch.js';
import { tooManyTold, ToldScopes } from './told-scopes.js';
import { UsageEntry, type ReadsEntries, type ToldOfScope } from './usage-entry.js';
import { isThere, notThere, scopesTold, type UsageFilter } from './usage-scopes.js';
import { UsageSubscription, type SubscriptionHome } from './usage-subscription.js';

/** Scopes of one agency that are read at once; the others come next. Each may be held to hundreds of limits. */
const AT_ONCE_MAX = 100;

/** How long after a look that failed the next one comes. */
const RETRY_MS = 500;

type Looker = (failure: Error | null) => void;

/** One agency that somebody watches: its scopes, as far as they are watched, and who watches them. */
export class AgencyUsage implements SubscriptionHome, ReadsEntries, LinkedTo, Ringing {
  private readonly entries = new Map<string, UsageEntry>();
  private readonly due = new Set<UsageEntry>();
  private readonly subscriptions = new Set<UsageSubscription>();
  /** Those of them that are told of what there was before. */
  private readonly outdated = new Set<UsageSubscription>();
  private isUpdating = false;
  private readonly told: ToldScopes;
  /** Of thousands of scopes each is put down for each who comes, and hundreds may come at once. */
  private readonly lettingIn = new BusyWork();
  private lookers: Looker[] = [];
  private scopes: AgencyScopes | null = null;
  private revision: number | null = null;
  private links: BookLinks | null = null;
  private stopWatching: (() => void) | null = null;
  private isClosed = false;
  /** Those who are on their way to subscribe. */
  private coming = 0;
  /** Rings when what could not be read is to be tried again. */
  private readonly retry: Ringing = { ring: () => this.parts.due(this) };

  constructor(
    readonly agencyId: string,
    private readonly parts: AgencyHome<AgencyUsage>,
    toldMax?: Shares,
  ) {
    this.told = new ToldScopes(toldMax);
  }

  /** How many watch it, or are about to. */
  get watchers(): number {
    return this.subscriptions.size + this.coming;
  }

  /** Begins to follow the book. Who stopped meanwhile is let go at once. */
  follow({ position, stop }: Watched): void {
    this.links = new BookLinks(position, this);
    if (this.isClosed) stop();
    else this.stopWatching = stop;
  }

  moved(position: BookPosition): void {
    this.links?.moved(position);
  }

  linked(touched: Touched): void {
    this.links?.add(touched);
  }

  /**
   * Subscribes, once the agency was read: whose everything is is known as of now. Null where there is no such thing. Throws THROTTLED
   * where those who watch it are told of too much together.
   */
  async subscribe(
    viewer: Viewer,
    filter: UsageFilter,
    following: Promise<void>,
  ): Promise<UsageSubscription | null> {
    this.coming += 1;
    try {
      await following;
      await this.look();
      return await this.lettingIn.run(viewer, () => Promise.resolve(this.letIn(viewer, filter)));
    } finally {
      this.coming -= 1;
      this.leaveIfEmpty();
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopWatching?.();
    this.parts.cancel(this);
    this.parts.cancel(this.retry);
    for (const subscription of [...this.subscriptions]) subscription.end();
    this.answer(new Error('Nobody watches the agency any more.'), this.lookers.splice(0));
    this.parts.empty(this);
  }

  attach(scope: Scope, told: ToldOfScope): UsageEntry {
    const known = this.entries.get(scope.id);
    const entry = known ?? new UsageEntry(scope, this);
    this.entries.set(scope.id, entry);
    entry.subscribers.add(told);
    if (!known) this.touchEntry(entry);
    return entry;
  }

  detach(entry: UsageEntry, told: ToldOfScope): void {
    entry.subscribers.delete(told);
    if (entry.subscribers.size > 0) return;
    this.entries.delete(entry.scope.id);
    this.due.delete(entry);
    this.parts.cancel(entry);
    this.parts.wake(entry.wake, null);
  }

  later(what: Ringing, ms: number): void {
    this.parts.later(what, ms);
  }

  cancel(what: Ringing): void {
    this.parts.cancel(what);
  }

  removedFrom(seatId: string): string | null {
    const seat = this.scopes?.seats.get(seatId);
    return seat?.status === 'REMOVED' ? seat.clientAccountId : null;
  }

  leave(subscription: UsageSubscription): void {
    this.subscriptions.delete(subscription);
    this.told.set(subscription, 0);
    this.leaveIfEmpty();
  }

  touch(scopeIds: Iterable<string>): void {
    for (const id of scopeIds) {
      const entry = this.entries.get(id);
      if (entry) this.touchEntry(entry);
    }
  }

  touchAll(turn: number): void {
    for (const entry of this.entries.values()) if (entry.turn < turn) this.touchEntry(entry);
    // What there is at all may be another one as well.
    this.parts.due(this);
  }

  wait(ms: number): void {
    this.parts.later(this, ms);
  }

  /** Rings when the links of the book were waited for. */
  ring(): void {
    this.links?.waited();
  }

  touchEntry(entry: UsageEntry): void {
    if (entry.state === 'READING') entry.isTouchedAgain = true;
    if (entry.state !== 'IDLE') return;
    entry.state = 'TOUCHED';
    const wait = entry.pace.waitMs();
    if (wait > 0) this.parts.later(entry, wait);
    else this.read(entry);
  }

  read(entry: UsageEntry): void {
    if (!this.isWatched(entry)) return;
    this.due.add(entry);
    this.parts.due(this);
  }

  /** What is to be read now, taken; `lookers` wait for it. */
  take(): Taken {
    const entries = [...this.due].slice(0, AT_ONCE_MAX);
    for (const entry of entries) {
      this.due.delete(entry);
      entry.pace.take();
      Object.assign(entry, { state: 'READING', isTouchedAgain: false });
    }
    const asked = {
      agencyId: this.agencyId,
      scopes: entries.map(({ scope }) => scope),
      knownRevision: this.revision,
    };
    return { asked, entries, lookers: this.lookers.splice(0), isLast: this.due.size === 0 };
  }

  found({ book, scopes, readings }: AgencyUsageRead, { entries, lookers }: Taken): void {
    for (const entry of entries) this.foundEntry(entry, readings.get(entry.scope.id) ?? null, book.turn);
    if (scopes) {
      this.scopes = scopes;
      this.revision = book.revision;
      for (const one of this.subscriptions) this.outdated.add(one);
      void this.update();
    }
    if (!this.isClosed) this.links?.moved(book);
    this.answer(null, lookers);
  }

  /** What could not be read stays due, and is read again a little later; nobody else's waits for it. */
  failed(error: Error, { entries, lookers }: Taken): void {
    for (const entry of entries) {
      entry.state = 'TOUCHED';
      if (this.isWatched(entry)) this.due.add(entry);
    }
    if (!this.isClosed) this.parts.later(this.retry, RETRY_MS);
    this.answer(error, lookers);
  }

  private letIn(viewer: Viewer, filter: UsageFilter): UsageSubscription | null {
    if (this.scopes === null || this.isClosed || !isThere(viewer, filter, this.scopes)) return null;
    const subscription = new UsageSubscription(viewer, filter, this);
    // Before all that there is is gone through for nothing.
    if (!this.hasRoom(subscription, 1)) throw tooManyTold();
    this.subscriptions.add(subscription);
    const failure = this.setScopes(subscription, this.scopes);
    if (failure === null) return subscription;
    subscription.end();
    throw failure;
  }

  /** Tells all who watch of what there is now, one after the other, with turns of everybody else in between. */
  private async update(): Promise<void> {
    if (this.isUpdating) return;
    this.isUpdating = true;
    try {
      const long = new LongWork(this.agencyId);
      for (const one of this.outdated) {
        await long.goOn();
        this.outdated.delete(one);
        // By the newest, which may have been found meanwhile.
        const failure = this.subscriptions.has(one) && this.scopes && this.setScopes(one, this.scopes);
        if (failure) one.fail(failure);
      }
    } finally {
      this.isUpdating = false;
    }
  }

  /** Answers with what it ends with where it would be told of too much, or of what is not there for it any more. */
  private setScopes(one: UsageSubscription, all: AgencyScopes): Failure | null {
    if (!isThere(one.viewer, one.filter, all)) return notThere();
    const scopes = scopesTold(one.viewer, one.filter, all);
    if (!this.hasRoom(one, scopes.length)) return tooManyTold();
    one.setScopes(scopes);
    this.told.set(one, one.scopesCount);
    return null;
  }

  /** One seat there is room for always. */
  private hasRoom(one: UsageSubscription, scopes: number): boolean {
    return one.filter.seatId !== null || this.told.hasRoom(one, scopes);
  }

  private foundEntry(entry: UsageEntry, reading: ScopeReading | null, turn: number): void {
    entry.state = 'IDLE';
    if (!this.isWatched(entry)) return;
    this.parts.wake(entry.wake, reading?.changesAt ?? null);
    entry.take(reading, turn);
    if (entry.isTouchedAgain && this.isWatched(entry)) this.touchEntry(entry);
  }

  private isWatched(entry: UsageEntry): boolean {
    return this.entries.get(entry.scope.id) === entry;
  }

  private look(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.lookers.push((failure) => (failure ? reject(failure) : resolve()));
      this.parts.due(this);
    });
  }

  private answer(failure: Error | null, lookers: readonly Looker[]): void {
    for (const answer of lookers) answer(failure);
  }

  private leaveIfEmpty(): void {
    if (this.watchers === 0) this.close();
  }
}

/** What is being read of an agency, and who waits for it. */
export interface Taken {
  readonly asked: UsageAsked;
  readonly entries: readonly UsageEntry[];
  readonly lookers: readonly Looker[];
  /** Nothing else is due. */
  readonly isLast: boolean;
}
