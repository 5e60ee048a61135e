import fc from 'fast-check';
import {
  MATCH_WITHIN_MS,
  matchSightings,
  PAIRS_MAX,
  type Send,
  type Sighting,
} from '../../src/quota/matching.js';
import { DAY, MINUTE } from '../../src/quota/window.js';

const MINUTES = Array.from({ length: 100_000 }, (_, index) => index);

/** The plain way: every pair there is, the nearest first. */
function matchedPlainly(sightings: readonly Sighting[], sends: readonly Send[]): (string | null)[] {
  const pairs = sightings.flatMap((sighting, index) =>
    sends.map((send) => ({ index, id: send.id, apart: apartPlainly(sighting, send) })),
  );
  const matched = sightings.map((): string | null => null);
  const taken = new Set<string>();
  for (const { index, id, apart } of pairs.toSorted(
    (one, other) => one.apart - other.apart || one.index - other.index,
  )) {
    if (apart > MATCH_WITHIN_MS || matched[index] !== null || taken.has(id)) continue;
    matched[index] = id;
    taken.add(id);
  }
  return matched;
}

function apartPlainly({ earliest, latest }: Sighting, send: Send): number {
  return Math.max(0, (send.earliest ?? send.at) - latest, earliest - send.at);
}

/** Instants that are often the same, or as far apart as may just be matched, or one millisecond more. */
const instants = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([steps, more]) => (steps * MATCH_WITHIN_MS) / 2 + more);
const lengths = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(MINUTE, MATCH_WITHIN_MS, 4 * MATCH_WITHIN_MS, DAY),
);
const sighting = fc
  .tuple(instants, lengths)
  .map(([earliest, length]): Sighting => ({ earliest, latest: earliest + length }));
/** A few come twice. */
const ids = fc.integer({ min: 0, max: 60 }).map((number) => `send ${number}`);
const send = fc
  .tuple(ids, instants, fc.option(lengths))
  .map(([id, at, length]): Send => ({ id, at, earliest: length === null ? null : at - length }));

function exact(at: number): Sighting {
  return { earliest: at, latest: at };
}

function sentAt(at: number): Send {
  return { id: `at ${at}`, at, earliest: null };
}

describe('matchSightings', () => {
  it('P14: is no send of another reservation, and leaves it to what may be that send', () => {
    const of = (at: number, reservationId: string | null) => ({ ...exact(at), reservationId });
    const sends = [
      { ...sentAt(0), reservationId: 'first' },
      { ...sentAt(2), reservationId: null },
    ];
    expect(matchSightings([of(0, 'second')], sends)).toEqual(['at 2']);
    expect(matchSightings([of(0, 'second'), of(1, null)], sends)).toEqual(['at 2', 'at 0']);
    expect(matchSightings([of(0, 'first'), exact(1)], sends)).toEqual(['at 0', 'at 2']);
  });

  it('P14: is what comes of all pairs, the nearest first', () => {
    fc.assert(
      fc.property(
        fc.array(sighting, { maxLength: 14 }),
        fc.array(send, { maxLength: 14 }),
        (sightings, sends) => {
          expect(matchSightings(sightings, sends)).toEqual(matchedPlainly(sightings, sends));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('goes along a hundred thousand sightings, each of them near a few sends', () => {
    const sends = MINUTES.map((index) => sentAt(index * 3 * MINUTE));
    const found = matchSightings(
      MINUTES.map((index) => exact(index * 3 * MINUTE + 1_000)),
      sends,
    );
    expect(found).toEqual(sends.map(({ id }) => id));
  });

  it('looks at no pair that is not near, wherever a send may have been', () => {
    // All of them end at one instant, and one of them began long before.
    const sends = [...MINUTES.map((index) => ({ ...sentAt(0), id: `short ${index}` })), longBefore()];
    const found = matchSightings(
      MINUTES.map((index) => exact(-DAY + index)),
      sends,
    );
    expect(found).toEqual(MINUTES.map((index) => (index === 0 ? 'long' : null)));
  });

  it.each([
    ['within a minute', exact(0)],
    ['any time of a day', { earliest: -DAY, latest: DAY }],
  ])('says so where very many are near very many: %s', (_, seen) => {
    const sightings = MINUTES.map(() => seen);
    expect(
      matchSightings(
        sightings,
        MINUTES.map((index) => sentAt(index % MINUTE)),
      ),
    ).toBe('TOO_MANY');
  });

  it('takes as many pairs as it says, and not one more', () => {
    const sends = Array.from({ length: 1_000 }, (_, index) => sentAt(index));
    const sightings = Array.from({ length: PAIRS_MAX / 1_000 }, () => exact(0));
    expect(matchSightings(sightings, sends)).toHaveLength(sightings.length);
    const oneMore = sentAt(MATCH_WITHIN_MS + 1);
    expect(matchSightings([...sightings, exact(oneMore.at + MATCH_WITHIN_MS)], [...sends, oneMore])).toBe(
      'TOO_MANY',
    );
  });
});

function longBefore(): Send {
  return { id: 'long', at: 0, earliest: -2 * DAY };
}
