import { EntriesAhead } from './entries-ahead.js';
import type { Authority } from './authority.js';
import { RecentPlaces } from './recent-places.js';
import { dayName, type DayLook } from '../alerts/seat-days.js';
import type { Parent, Standing } from './standing.js';

/** Agencies whose standings are kept in the process; the one that was asked for longest ago goes first. */
const AGENCIES_KEPT_MAX = 2_000;
/** What takes one place in the cache has beside its numbers: a few kilobytes. What has more takes more places. */
const PARTS_OF_PLACE = 50;
/** What is kept of one agency, by the places it takes; beyond, all of it is read anew. */
const KEPT_OF_AGENCY_MAX = 20_000;
/** Of all agencies together: a few kilobytes each. */
const KEPT_MAX = 40_000;

interface KeptAgency {
  readonly revision: number;
  /** Places that all of it takes. */
  size: number;
  /** What is set above its seats, by the scope's id: standings share it. */
  readonly parents: Map<string, Parent>;
  readonly standings: Map<string, Standing>;
  readonly authorities: Map<string, Authority>;
  /** What was last found of seats' days, by dayName(): at most three of each seat. */
  readonly looks: Map<string, DayLook>;
}

/** What was read at a revision. */
export interface Read {
  readonly standings: readonly Standing[];
  readonly authorities: readonly Authority[];
  readonly parents: ReadonlyMap<string, Parent>;
}

export interface CacheBounds {
  readonly agenciesMax: number;
  readonly ofAgencyMax: number;
  readonly max: number;
}

const BOUNDS: CacheBounds = {
  agenciesMax: AGENCIES_KEPT_MAX,
  ofAgencyMax: KEPT_OF_AGENCY_MAX,
  max: KEPT_MAX,
};

/**
 * Standings and authorities as they were at a revision of their agency's book. They count only if that is the book's
 * revision under the lock: whoever changes one of them takes the book and makes the revision grow.
 */
export class StandingCache {
  readonly places = new RecentPlaces();
  readonly entriesAhead = new EntriesAhead();
  /** The one that was asked for longest ago first. */
  private readonly agencies = new Map<string, KeptAgency>();
  private size = 0;

  constructor(private readonly bounds: CacheBounds = BOUNDS) {}

  peek(agencyId: string): KeptAgency | undefined {
    const kept = this.agencies.get(agencyId);
    if (kept) {
      this.agencies.delete(agencyId);
      this.agencies.set(agencyId, kept);
    }
    return kept;
  }

  keep(agencyId: string, revision: number, { standings, authorities, parents }: Read): void {
    const known = this.peek(agencyId);
    if (known && known.revision > revision) return;
    const more = [...standings.map(placesOf), ...[...parents.values()].map(placesOfParent)];
    const kept = this.roomFor(
      agencyId,
      revision,
      more.reduce((sum, places) => sum + places, authorities.length),
    );
    const sizeBefore = kept.size;
    for (const standing of standings) {
      const before = kept.standings.get(standing.seatId);
      kept.size += placesOf(standing) - (before ? placesOf(before) : 0);
      kept.standings.set(standing.seatId, standing);
    }
    for (const [id, parent] of parents) {
      if (!kept.parents.has(id)) kept.size += placesOfParent(parent);
      kept.parents.set(id, parent);
    }
    for (const authority of authorities) {
      if (!kept.authorities.has(authority.credentialId)) kept.size += 1;
      kept.authorities.set(authority.credentialId, authority);
    }
    this.size += kept.size - sizeBefore;
    this.dropOldest(agencyId);
  }

  /** Keeps what was found of a seat's day, as long as the seat itself is kept. */
  keepLook(agencyId: string, look: DayLook): void {
    const kept = this.agencies.get(agencyId);
    if (kept?.standings.has(look.seatId)) kept.looks.set(dayName(look), look);
  }

  /** What is kept of an agency at a revision: of another one, or too much, it is begun anew. */
  private roomFor(agencyId: string, revision: number, more: number): KeptAgency {
    const known = this.agencies.get(agencyId);
    if (known?.revision === revision && known.size + more <= this.bounds.ofAgencyMax) return known;
    this.drop(agencyId);
    const kept: KeptAgency = {
      revision,
      size: 0,
      parents: new Map(),
      standings: new Map(),
      authorities: new Map(),
      looks: new Map(),
    };
    this.agencies.set(agencyId, kept);
    return kept;
  }

  private dropOldest(keptAgencyId: string): void {
    for (const agencyId of this.agencies.keys()) {
      if (this.agencies.size <= this.bounds.agenciesMax && this.size <= this.bounds.max) return;
      if (agencyId !== keptAgencyId) this.drop(agencyId);
    }
  }

  private drop(agencyId: string): void {
    const known = this.agencies.get(agencyId);
    if (!known) return;
    this.agencies.delete(agencyId);
    this.size -= known.size;
  }
}

/** One, and more for a seat of very many campaigns, limits, changes of zone or moves: what is set above it is its parents' alone. */
function placesOf({ campaigns, set, zones, assignments }: Standing): number {
  return placesFor([campaigns, set.seat, zones.seat, assignments]);
}

function placesOfParent({ limits, zones }: Parent): number {
  return placesFor([limits, zones]);
}

function placesFor(lists: readonly (readonly unknown[])[]): number {
  return 1 + Math.floor(lists.reduce((sum, { length }) => sum + length, 0) / PARTS_OF_PLACE);
}
