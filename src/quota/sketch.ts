/**
 * A sketch of a text: for each of 64 orders of all that texts may be made of, the part of the text that comes first in it,
 * in 16 bits. Two texts have as many of them in common as they share of their parts (minhash), so that likeness is told
 * without the texts. What the parts are hashed with is the caller's: with a key, nobody else can tell either.
 */
export type Sketch = Uint8Array;

const MINIMA = 64;
const SKETCH_BYTES = 2 * MINIMA;

/**
 * Each band is three of the minima, and two texts are compared where they have a band in common: those of which half is
 * alike in seven cases of eight, three fifths in 49 of 50; of which a tenth is, in one of 60.
 */
const BANDS = 16;
const MINIMA_OF_BAND = 3;

/** Words of a hash that the orders are taken from in turn. */
const HASH_WORDS = 8;

/**
 * From which likeness on two texts are the same one to those who get them. A name and a company that nobody took out
 * of a text of 35 words leave 0.75 alike on average, 0.6 at least; two texts that were written each by itself share
 * a sixteenth at most (measured in the tests, test/services/decisions/text-marks.test.ts).
 */
export const NEAR = 0.5;

/** The sketch of a text by the hashes of its parts: 32 bytes each, one part at least. */
export function sketchOf(hashes: readonly Uint8Array[]): Sketch {
  const minima = new Uint32Array(MINIMA).fill(0xff_ff_ff_ff);
  for (const { buffer, byteOffset } of hashes) {
    const hash = new DataView(buffer, byteOffset);
    for (let order = 0; order < MINIMA; order += 1) {
      const place = mix(hash.getUint32((order % HASH_WORDS) * 4) ^ Math.imul(order + 1, 0x9e_37_79_b9));
      if (place < minima[order]!) minima[order] = place;
    }
  }
  const sketch = new Uint8Array(SKETCH_BYTES);
  for (const [order, minimum] of minima.entries()) {
    sketch[2 * order] = minimum & 0xff;
    sketch[2 * order + 1] = (minimum >>> 8) & 0xff;
  }
  return sketch;
}

/** What each two sketches that may be near have one of in common; numbers that a bigint column and JSON keep exactly. */
export function bandsOf(sketch: Sketch): number[] {
  return Array.from({ length: BANDS }, (_, band) => {
    const start = band * MINIMA_OF_BAND * 2;
    const value = sketch.slice(start, start + MINIMA_OF_BAND * 2).reduce((sum, byte) => sum * 256 + byte, 0);
    return value * BANDS + band;
  });
}

/** How much of two texts is alike, from 0 to 1, by the same key: off by a sixteenth where it is one half. */
export function likeness(one: Sketch, other: Sketch): number {
  let same = 0;
  for (let order = 0; order < MINIMA; order += 1) {
    if (one[2 * order] === other[2 * order] && one[2 * order + 1] === other[2 * order + 1]) same += 1;
  }
  return same / MINIMA;
}

/** Murmur's last step: every bit of what goes in changes half of what comes out. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85_eb_ca_6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
