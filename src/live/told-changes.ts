import type { ReservationChange } from '../ledger/told/reservation-changes.js';
import type { Instant } from '../quota/window.js';
import type { ReservationStatus } from '../quota/words.js';

type Change = Pick<ReservationChange, 'id' | 'status' | 'changedAt'>;

/** Fewer of them are not worth looking through. */
const KEPT_MIN = 64;

/** What was told of the last instants: what is read again from there on is told once. */
export class ToldChanges {
  private readonly told = new Map<
    string,
    { readonly status: ReservationStatus; readonly changedAt: Instant }
  >();

  /** Whether it was told already, or something that came of it. */
  has({ id, status }: Change): boolean {
    const told = this.told.get(id);
    return told !== undefined && (told.status === status || status === 'HELD');
  }

  add({ id, status, changedAt }: Change): void {
    this.told.set(id, { status, changedAt });
  }

  /** What changed before an instant will not be read again. */
  forget(before: Instant): void {
    if (this.told.size < KEPT_MIN) return;
    for (const [id, { changedAt }] of this.told) if (changedAt < before) this.told.delete(id);
  }
}
