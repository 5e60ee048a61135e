import type { Place } from './places.js';

/** About a hundred bytes each: what a busy process holds in some minutes. */
const PLACES_MAX = 20_000;

/**
 * Where this process held room lately, by the reservation. Its place never changes, so whoever commits or releases it is
 * spared the round trip in which it would be looked up first.
 */
export class RecentPlaces {
  /** The oldest first. */
  private readonly places = new Map<string, Place>();

  constructor(private readonly max = PLACES_MAX) {}

  add(reservationId: string, { agencyId, seatId, clientAccountId, campaignId }: Place): void {
    this.places.set(reservationId, { agencyId, seatId, clientAccountId, campaignId });
    if (this.places.size <= this.max) return;
    for (const [oldest] of this.places) {
      this.places.delete(oldest);
      return;
    }
  }

  get(agencyId: string, reservationId: string): Place | undefined {
    const place = this.places.get(reservationId);
    return place?.agencyId === agencyId ? place : undefined;
  }
}
