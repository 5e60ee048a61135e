/** Whoever was slow goes by itself for so long after that. */
const KEPT_MS = 60_000;
/** Agencies that are remembered; the one that was slow longest ago is forgotten first. */
const AGENCIES_MAX = 1_000;

interface Slow {
  readonly until: number;
  /** Whether it was found out by itself: no other agency of the batch can have been it. */
  readonly isSure: boolean;
}

/**
 * Agencies whose batches took long of late, as where requests of very many seats are counted anew. Which
 * one of a batch it was is not known: each of them goes by itself once, and whoever is not slow then is among the others again. Whoever
 * is, stays by itself, whatever else it asks meanwhile.
 */
export class SlowAgencies {
  private readonly slow = new Map<string, Slow>();

  constructor(private readonly slowMs: number) {}

  has(agencyId: string, now = performance.now()): boolean {
    return (this.slow.get(agencyId)?.until ?? 0) > now;
  }

  /** A batch of these was decided, and when it was begun. */
  took(agencyIds: Iterable<string>, startedAt: number, now = performance.now()): void {
    const ids = [...agencyIds];
    const isSlow = now - startedAt >= this.slowMs;
    for (const agencyId of ids) {
      const known = this.slow.get(agencyId);
      if (!isSlow && known?.isSure === true && known.until > now) continue;
      this.slow.delete(agencyId);
      if (isSlow) this.slow.set(agencyId, { until: now + KEPT_MS, isSure: ids.length === 1 });
    }
    for (const agencyId of this.slow.keys()) {
      if (this.slow.size <= AGENCIES_MAX) return;
      this.slow.delete(agencyId);
    }
  }
}
