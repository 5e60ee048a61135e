import { MINUTE, type Instant } from './window.js';

/** How far a record's instant may be from the send it is: five minutes. */
export const MATCH_WITHIN_MS = 5 * MINUTE;

/** A send in the books: at `at`, or anywhere from `earliest` to `at` where its source told no zone. */
export interface Send {
  readonly id: string;
  readonly at: Instant;
  readonly earliest: Instant | null;
}

/** Something that was reported, and may be one of the sends: an exact instant has earliest = latest. */
export interface Sighting {
  readonly earliest: Instant;
  readonly latest: Instant;
}

/**
 * Which send each sighting is (P14): the ids of the sends, in the order of the sightings; null where it is a send of its
 * own. One send is at most one sighting, the nearest in time. All are of one seat, action and recipient.
 */
export function matchSightings(
  sightings: readonly Sighting[],
  sends: readonly Send[],
  within = MATCH_WITHIN_MS,
): (string | null)[] {
  const pairs = sightings.flatMap((sighting, index) =>
    sends
      .map((send) => ({ index, id: send.id, apart: distance(sighting, send) }))
      .filter(({ apart }) => apart <= within),
  );
  const matched = sightings.map((): string | null => null);
  const taken = new Set<string>();
  for (const { index, id } of pairs.toSorted(
    (one, other) => one.apart - other.apart || one.index - other.index,
  )) {
    if (matched[index] !== null || taken.has(id)) continue;
    matched[index] = id;
    taken.add(id);
  }
  return matched;
}

/** How far two ranges are apart; 0 where they overlap. */
function distance(sighting: Sighting, send: Send): number {
  return Math.max(0, (send.earliest ?? send.at) - sighting.latest, sighting.earliest - send.at);
}
