import type { ReservationRecord } from '../ledger/told/history.js';
import type {
  ChangePlace,
  ChangesPosition,
  ReservationChange,
  ReservationFilter,
} from '../ledger/told/reservation-changes.js';
import { positionBehind } from '../ledger/told/reservation-changes.js';
import type { ReadAt, ReservationReader } from '../ledger/told/reservation-reader.js';
import { sees, type Viewer } from '../tenancy/viewer.js';
import { DONE, Subscription } from './subscription.js';
import { ToldChanges } from './told-changes.js';

/** Where a stream stands: what is held is told behind an id first, where that is not over; then what changed since. */
export interface ReservationPosition extends ChangesPosition {
  readonly heldAfter: string | null;
}

export type ReservationEvent =
  | {
      readonly kind: 'HELD';
      readonly held: readonly ReservationRecord[];
      readonly isLast: boolean;
      readonly position: ReservationPosition;
    }
  | { readonly kind: 'CHANGED'; readonly change: ReservationChange; readonly position: ReservationPosition };

/** A change as all who watch the agency are told it. */
export interface ChangeOfAgency {
  readonly change: ReservationChange;
  /** Where a stream stands that was told it and all before it. */
  readonly behind: ChangesPosition;
  /** The turn of the book that it was found at. */
  readonly turn: number;
}

/** What a subscription is part of. */
export interface ReservationHome {
  readonly reader: Pick<ReservationReader, 'changes' | 'held'>;
  /** The number of the next change. */
  readonly end: number;
  /** From when on changes that come will be. */
  readonly settledAt: number;
  /** The change of a number; null where it is still to come, and LOST where it is not kept any more. */
  changeAt(number: number): ChangeOfAgency | null | 'LOST';
  leave(subscription: ReservationSubscription): void;
}

/** Rows of one statement, and reservations of one event. */
const ROWS_MAX = 100;
/** Before all ids. */
const FIRST = '';

type Phase = 'HELD' | 'REPLAY' | 'LIVE';

/**
 * What one subscriber is told: what is held, or what it missed since it last listened, then each change as it comes. It
 * keeps nothing of what is to come but a number: whoever reads too slowly goes back to the books, where nothing is lost.
 */
export class ReservationSubscription extends Subscription<ReservationEvent> {
  private readonly pending: ReservationEvent[] = [];
  private readonly told = new ToldChanges();
  private phase: Phase;
  private position: ReservationPosition | null;
  /** Where the next page of what was missed begins. */
  private place: ChangePlace | null = null;
  /** Of the next change of the agency that is looked at. */
  private number = 0;
  /** What the pages of what was missed are since. */
  private since: ChangesPosition | null = null;
  /** The snapshot that was read last, until what comes is beyond doubt behind it. */
  private handedOver: ReadAt | null = null;
  /** The turn of the first look that was behind it. */
  private newerTurn: number | null = null;
  private pulling: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(
    readonly viewer: Viewer,
    private readonly filter: ReservationFilter,
    since: ReservationPosition | null,
    private readonly home: ReservationHome,
  ) {
    super();
    this.position = since;
    this.phase = since === null || since.heldAfter !== null ? 'HELD' : 'REPLAY';
  }

  /** Something was added to the changes of the agency. */
  changed(): void {
    this.wake();
  }

  next(): Promise<IteratorResult<ReservationEvent, undefined>> {
    const next = this.pulling.then(() => this.pull());
    this.pulling = next.catch(() => this.end());
    return next;
  }

  protected letGo(): void {
    this.pending.length = 0;
    this.home.leave(this);
    this.wake();
  }

  private async pull(): Promise<IteratorResult<ReservationEvent, undefined>> {
    while (!this.isEnded) {
      const event = this.pending.shift();
      if (event) {
        this.position = event.position;
        return { value: event, done: false };
      }
      if (this.phase === 'HELD') await this.readHeld();
      else if (this.phase === 'REPLAY') await this.readMissed();
      else if (!this.takeNext()) await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return DONE;
  }

  /** A page of what is held; what changes meanwhile is told behind it. */
  private async readHeld(): Promise<void> {
    const heldAfter = this.position?.heldAfter ?? FIRST;
    const asked = { ...this.filter, afterId: heldAfter === FIRST ? null : heldAfter, rows: ROWS_MAX };
    const { held, now } = await this.home.reader.held(this.viewer, asked);
    const since = this.position ?? now;
    const isLast = held.length < ROWS_MAX;
    const position = { ...since, heldAfter: isLast ? null : (held.at(-1)?.id ?? null) };
    for (const one of held) this.told.add({ ...one, changedAt: one.heldAt });
    this.pending.push({ kind: 'HELD', held, isLast, position });
    if (isLast) this.phase = 'REPLAY';
  }

  /** A page of what changed since the position; the last one goes over into what comes. */
  private async readMissed(): Promise<void> {
    const since = this.position;
    if (!since) throw new Error('A stream that was told what is held has a position.');
    // Before the books are read: what comes meanwhile is told behind it, and what is among both once.
    const { end, settledAt } = this.home;
    this.number = end;
    const read = await this.home.reader.changes(this.viewer, {
      ...this.filter,
      since: this.since ?? since,
      after: this.place,
      rows: ROWS_MAX,
    });
    this.since ??= since;
    const { changes, now } = read;
    for (const change of changes) this.tell(change, positionBehind(change, now));
    this.place = changes.at(-1) ?? this.place;
    this.told.forget(Math.min(since.settledAt, settledAt));
    if (changes.length === ROWS_MAX) return;
    this.place = null;
    this.since = null;
    this.phase = 'LIVE';
    this.handedOver = read;
    this.newerTurn = null;
  }

  /** Whether there is anything to tell now, or to be read. */
  private takeNext(): boolean {
    for (;;) {
      const next = this.home.changeAt(this.number);
      if (next === null) return false;
      if (next === 'LOST') {
        this.phase = 'REPLAY';
        return true;
      }
      this.number += 1;
      if (this.isKnown(next) || !this.isWanted(next.change)) continue;
      this.tell(next.change, next.behind);
      if (this.pending.length > 0) return true;
    }
  }

  /** Whether what was read last had it: by its turn, and where time alone made it, by its instant. */
  private isKnown({ change, turn }: ChangeOfAgency): boolean {
    const { handedOver } = this;
    if (!handedOver) return false;
    if (turn <= handedOver.turn) return change.changedAt <= handedOver.now.expiredAt;
    this.newerTurn ??= turn;
    // The first look behind it may reach back before it; those behind that one do not.
    if (turn > this.newerTurn) this.handedOver = null;
    return false;
  }

  private isWanted(change: ReservationChange): boolean {
    const { seatId, clientAccountId } = this.filter;
    if (seatId !== null && seatId !== change.seatId) return false;
    if (clientAccountId !== null && clientAccountId !== change.clientAccountId) return false;
    return sees(this.viewer, change);
  }

  private tell(change: ReservationChange, behind: ChangesPosition): void {
    if (this.told.has(change)) return;
    this.told.add(change);
    if (!this.handedOver && this.phase === 'LIVE') this.told.forget(behind.settledAt);
    this.pending.push({ kind: 'CHANGED', change, position: { ...behind, heldAfter: null } });
  }
}
