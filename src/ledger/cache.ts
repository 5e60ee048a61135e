import type { Authority } from './facts.js';
import type { Standing } from './standing.js';

/** Agencies whose standings are kept in the process; the one that was asked for longest ago goes first. */
const AGENCIES_KEPT_MAX = 2_000;
/** Seats that are kept of one agency; beyond, all of them are read anew. */
const SEATS_KEPT_MAX = 20_000;

interface KeptAgency {
  readonly revision: number;
  readonly standings: Map<string, Standing>;
  readonly authorities: Map<string, Authority>;
}

/**
 * Standings and authorities as they were at a revision of their agency's book. They count only if that is the book's
 * revision under the lock: whoever changes one of them takes the book and makes the revision grow.
 */
export class StandingCache {
  private readonly agencies = new Map<string, KeptAgency>();

  peek(agencyId: string): KeptAgency | undefined {
    const kept = this.agencies.get(agencyId);
    if (kept) {
      this.agencies.delete(agencyId);
      this.agencies.set(agencyId, kept);
    }
    return kept;
  }

  keep(
    agencyId: string,
    revision: number,
    standings: readonly Standing[],
    authorities: readonly Authority[],
  ): void {
    let kept = this.agencies.get(agencyId);
    if (kept && kept.revision > revision) return;
    if (kept?.revision !== revision || kept.standings.size + standings.length > SEATS_KEPT_MAX) {
      kept = { revision, standings: new Map(), authorities: new Map() };
      this.agencies.set(agencyId, kept);
      const [oldest] = this.agencies.keys();
      if (this.agencies.size > AGENCIES_KEPT_MAX && oldest !== undefined) this.agencies.delete(oldest);
    }
    for (const standing of standings) kept.standings.set(standing.seatId, standing);
    for (const authority of authorities) kept.authorities.set(authority.keyId, authority);
  }
}
