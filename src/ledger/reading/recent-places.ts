import { LRUCache } from 'lru-cache';
import type { Place } from './places.js';

/** About a hundred bytes each: what a busy process holds in some minutes. */
const PLACES_MAX = 20_000;

/**
 * Where this process held room lately, by the reservation. Its place never changes, so whoever commits or releases it is
 * spared the round trip in which it would be looked up first.
 */
export class RecentPlaces {
  private readonly places: LRUCache<string, Place>;

  constructor(max = PLACES_MAX) {
    this.places = new LRUCache({ max });
  }

  add(reservationId: string, { agencyId, seatId, clientAccountId, campaignId }: Place): void {
    this.places.set(reservationId, { agencyId, seatId, clientAccountId, campaignId });
  }

  get(agencyId: string, reservationId: string): Place | undefined {
    // A reservation is asked for where it ends: that is no reason to keep it for longer.
    const place = this.places.peek(reservationId);
    return place?.agencyId === agencyId ? place : undefined;
  }
}
