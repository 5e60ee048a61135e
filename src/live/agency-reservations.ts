import { positionBehind, type ChangesPosition } from '../ledger/told/reservation-changes.js';
import type { ChangesRead, ReadAt, ReservationReader } from '../ledger/told/reservation-reader.js';
import type { AgencyHome } from './agency-feed.js';
import type { Ringing } from './alarms.js';
import type { BookPosition, Watched } from './book-watch.js';
import type { ChangeOfAgency, ReservationHome, ReservationSubscription } from './reservation-subscription.js';
import { ToldChanges } from './told-changes.js';

/** Looks at one agency come no closer to each other. */
const LOOK_GAP_MS = 50;
/** Changes that are kept for those who read slowly; they go back to the books for what came before. */
const KEPT_MAX = 2_000;

/** The reservations of one agency that somebody watches: what becomes of them, once for all who watch. */
export class AgencyReservations implements ReservationHome, Ringing {
  private readonly subscriptions = new Set<ReservationSubscription>();
  private readonly told = new ToldChanges();
  private changes: ChangeOfAgency[] = [];
  /** The number of the first one that is kept. */
  private first = 0;
  private position: ChangesPosition | null = null;
  private turn = -1;
  private state: 'IDLE' | 'TOUCHED' | 'LOOKING' = 'IDLE';
  private isTouchedAgain = false;
  private lookedAt = -Infinity;
  private stopWatching: (() => void) | null = null;
  private coming = 0;
  private isClosed = false;
  /** Rings when a hold has expired. */
  private readonly expiry: Ringing = { ring: () => this.touch() };

  constructor(
    readonly agencyId: string,
    readonly reader: ReservationReader,
    private readonly parts: AgencyHome<AgencyReservations>,
  ) {}

  get watchers(): number {
    return this.subscriptions.size + this.coming;
  }

  get end(): number {
    return this.first + this.changes.length;
  }

  get settledAt(): number {
    return this.position?.settledAt ?? 0;
  }

  /** Where the next look begins. */
  get since(): ChangesPosition {
    if (!this.position) throw new Error('An agency that is looked at has a position.');
    return this.position;
  }

  /** Follows the book, from where it stands. */
  follow({ stop }: Watched, { now, turn }: ReadAt): void {
    if (this.isClosed) {
      stop();
      return;
    }
    this.stopWatching = stop;
    this.position = now;
    this.turn = turn;
    // For the next expiry, and for whatever moved in between.
    this.touch();
  }

  moved({ turn }: Pick<BookPosition, 'turn'>): void {
    if (turn > this.turn) this.touch();
  }

  /** Those who are on their way to subscribe keep it, until `went`. */
  came(): void {
    this.coming += 1;
  }

  went(): void {
    this.coming -= 1;
    this.leaveIfEmpty();
  }

  add(subscription: ReservationSubscription): void {
    this.subscriptions.add(subscription);
  }

  leave(subscription: ReservationSubscription): void {
    this.subscriptions.delete(subscription);
    this.leaveIfEmpty();
  }

  changeAt(number: number): ChangeOfAgency | null | 'LOST' {
    if (number < this.first) return 'LOST';
    return this.changes[number - this.first] ?? null;
  }

  touch(): void {
    if (this.state === 'LOOKING') this.isTouchedAgain = true;
    if (this.state !== 'IDLE' || this.isClosed || !this.position) return;
    this.state = 'TOUCHED';
    const wait = this.lookedAt + LOOK_GAP_MS - performance.now();
    if (wait > 0) this.parts.later(this, wait);
    else this.ring();
  }

  /** It may be looked at again now. */
  ring(): void {
    if (!this.isClosed) this.parts.due(this);
  }

  looking(): void {
    this.state = 'LOOKING';
    this.isTouchedAgain = false;
    this.lookedAt = performance.now();
  }

  found({ changes, now, turn, nextExpiryAt }: ChangesRead): void {
    this.state = 'IDLE';
    if (this.isClosed) return;
    const added = changes.filter((change) => !this.told.has(change));
    for (const change of added) {
      this.told.add(change);
      this.changes.push({ change, behind: positionBehind(change, now), turn });
    }
    this.position = now;
    this.turn = turn;
    this.told.forget(now.settledAt);
    const tooMany = this.changes.length - KEPT_MAX;
    if (tooMany > 0) {
      this.changes = this.changes.slice(tooMany);
      this.first += tooMany;
    }
    this.parts.wake(this.expiry, nextExpiryAt);
    if (added.length > 0) for (const subscription of this.subscriptions) subscription.changed();
    if (this.isTouchedAgain) this.touch();
  }

  /** It is looked at again a little later. */
  failed(ms: number): void {
    this.state = 'TOUCHED';
    if (!this.isClosed) this.parts.later(this, ms);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopWatching?.();
    this.parts.cancel(this);
    this.parts.wake(this.expiry, null);
    for (const subscription of [...this.subscriptions]) subscription.end();
    this.parts.empty(this);
  }

  private leaveIfEmpty(): void {
    if (this.watchers === 0) this.close();
  }
}
