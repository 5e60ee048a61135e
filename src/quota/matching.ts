import { countUntil } from './instants.js';
import { MINUTE, type Instant } from './window.js';

/** How far a record's instant may be from the send it is: five minutes. */
export const MATCH_WITHIN_MS = 5 * MINUTE;

/**
 * How many pairs of a sighting and a send near it are looked at together: some 200 ms and 20 MB. Whoever writes to one person
 * every two minutes for a year has half a million; only rows that were made up have more.
 */
export const PAIRS_MAX = 1_000_000;

/** A send in the books: at `at`, or anywhere from `earliest` to `at` where its source told no zone. */
export interface Send {
  readonly id: string;
  readonly at: Instant;
  readonly earliest: Instant | null;
  /** What it was sent on, where that is known. */
  readonly reservationId?: string | null;
}

/** Something that was reported, and may be one of the sends: an exact instant has earliest = latest. */
export interface Sighting {
  readonly earliest: Instant;
  readonly latest: Instant;
  /** What it was sent on, where whoever reported it says so. */
  readonly reservationId?: string | null;
}

/**
 * Which send each sighting is (P14): the ids of the sends, in the order of the sightings; null where it is a send of its
 * own. One send is at most one sighting, the nearest in time, and none of another reservation. All are of one seat, action
 * and recipient. TOO_MANY where over PAIRS_MAX are near each other: then nothing was looked at.
 */
export function matchSightings(
  sightings: readonly Sighting[],
  sends: readonly Send[],
): (string | null)[] | 'TOO_MANY' {
  const near = nearSends(sightings, sends);
  if (near === 'TOO_MANY') return near;
  const matched = sightings.map((): string | null => null);
  const taken = new Set<string>();
  for (const { index, place } of nearestFirst(sightings, sends, near)) {
    const { id } = sends[place]!;
    if (matched[index] !== null || taken.has(id)) continue;
    if (isOfOther(sightings[index]!, sends[place]!)) continue;
    matched[index] = id;
    taken.add(id);
  }
  return matched;
}

/** A reservation is at most one send: what was sent on two is two. */
function isOfOther(sighting: Sighting, send: Send): boolean {
  const [one, other] = [sighting.reservationId ?? null, send.reservationId ?? null];
  return one !== null && other !== null && one !== other;
}

/** The places of the sends near each sighting, in their order. */
function nearSends(sightings: readonly Sighting[], sends: readonly Send[]): number[][] | 'TOO_MANY' {
  const seen = sightings.map(({ earliest, latest }) => ({
    from: earliest - MATCH_WITHIN_MS,
    until: latest + MATCH_WITHIN_MS,
  }));
  const sent = sends.map((send) => ({ from: startOf(send), until: send.at }));
  const seenByStart = new ByStart(seen);
  const sentByStart = new ByStart(sent);
  // Of two spans that meet, one begins in the other: so nothing is looked at but what is near.
  const pairs =
    sum(seen, ({ from, until }) => sentByStart.count(from - 1, until)) +
    sum(sent, ({ from, until }) => seenByStart.count(from, until));
  if (pairs > PAIRS_MAX) return 'TOO_MANY';
  const near = seen.map(({ from, until }) => sentByStart.places(from - 1, until));
  for (const [place, { from, until }] of sent.entries()) {
    for (const index of seenByStart.places(from, until)) near[index]!.push(place);
  }
  for (const places of near) places.sort((one, other) => one - other);
  return near;
}

interface Pair {
  readonly index: number;
  readonly place: number;
}

/** The pairs by how far they are apart; of equal ones first the first sighting's, and of it the first send's. */
function* nearestFirst(
  sightings: readonly Sighting[],
  sends: readonly Send[],
  near: readonly (readonly number[])[],
): Generator<Pair> {
  const pairs = sum(near, (places) => places.length);
  const [indexes, places] = [new Int32Array(pairs), new Int32Array(pairs)];
  // One number for each pair, which tells its distance and then its turn: numbers are sorted ten times as fast as objects.
  const keys = new Float64Array(pairs);
  let turn = 0;
  for (const [index, sighting] of sightings.entries()) {
    for (const place of near[index]!) {
      [indexes[turn], places[turn]] = [index, place];
      keys[turn] = distance(sighting, sends[place]!) * pairs + turn;
      turn += 1;
    }
  }
  for (const key of keys.sort()) yield { index: indexes[key % pairs]!, place: places[key % pairs]! };
}

interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** Spans in the order in which they begin. */
class ByStart {
  private readonly order: readonly number[];
  private readonly starts: readonly Instant[];

  constructor(spans: readonly Span[]) {
    this.order = [...spans.keys()].sort((one, other) => spans[one]!.from - spans[other]!.from);
    this.starts = this.order.map((place) => spans[place]!.from);
  }

  /** How many begin later than an instant, and by another one. */
  count(after: Instant, until: Instant): number {
    return countUntil(this.starts, until) - countUntil(this.starts, after);
  }

  /** Their places. */
  places(after: Instant, until: Instant): number[] {
    return this.order.slice(countUntil(this.starts, after), countUntil(this.starts, until));
  }
}

/** How far two ranges are apart; 0 where they overlap. */
function distance(sighting: Sighting, send: Send): number {
  return Math.max(0, startOf(send) - sighting.latest, sighting.earliest - send.at);
}

function startOf({ earliest, at }: Send): Instant {
  return earliest ?? at;
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
