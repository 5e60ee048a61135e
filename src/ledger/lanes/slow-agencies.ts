/** Whoever was slow goes by itself for so long after that, unless a batch of its own was not. */
const KEPT_MS = 60_000;
/** Agencies that are remembered; the one that was slow longest ago is forgotten first. */
const AGENCIES_MAX = 1_000;

/**
 * Agencies whose batches took long of late, as where a seat has tens of thousands of invitations pending that have to be counted. Which
 * one of a batch it was is not known: each of them goes by itself once, and whoever is not slow then is among the others again.
 */
export class SlowAgencies {
  private readonly until = new Map<string, number>();

  constructor(private readonly slowMs: number) {}

  has(agencyId: string, now = performance.now()): boolean {
    return (this.until.get(agencyId) ?? 0) > now;
  }

  /** A batch of these was decided, and when it was begun. */
  took(agencyIds: Iterable<string>, startedAt: number, now = performance.now()): void {
    for (const agencyId of agencyIds) {
      this.until.delete(agencyId);
      if (now - startedAt >= this.slowMs) this.until.set(agencyId, now + KEPT_MS);
    }
    for (const agencyId of this.until.keys()) {
      if (this.until.size <= AGENCIES_MAX) return;
      this.until.delete(agencyId);
    }
  }
}
