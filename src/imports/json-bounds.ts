import { randomInt } from 'node:crypto';

/**
 * What JSON may be made of, found out before it is read: half a million brackets are a body of a megabyte, and take a process forty
 * times as long as a megabyte of what people send; so do objects with ever other names of fields, or with the same in ever other orders.
 */

/** Values within values. A filter of people goes 17 deep, and no tool's event a tenth as far. */
const DEPTH_MAX = 100;
/** Lists and objects that any JSON may have, and for how many bytes one more: the shortest that anybody has a use for are longer. */
const PARTS_MIN = 1_000;
const BYTES_OF_PART = 16;
/** Different names of fields: no request and no tool's event has half of them. */
const NAMES_MAX = 250;
/**
 * Beginnings of objects that differ in their names or the order of these: for each one V8 makes a class. A thousand people of whom each
 * has other columns filled, out of fifteen, have half as many.
 */
const BEGINNINGS_MAX = 10_000;
/** Of a hash of names: by chance, so that nobody writes names that seem to be one. */
const FACTOR = randomInt(2 ** 16, 2 ** 31) | 1;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPENS_LIST, CLOSES_LIST, OPENS_OBJECT, CLOSES_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether it lies too deep, or is of too many lists, objects or names of fields. What is no JSON may be either. */
export function isTooMuchJson(bytes: Uint8Array): boolean {
  const partsMax = PARTS_MIN + bytes.length / BYTES_OF_PART;
  const names = new Set<number>();
  const beginnings = new Set<number>();
  /** Of the object at each depth, as far as it was gone through. */
  const begun = new Int32Array(DEPTH_MAX + 1);
  let [depth, parts, isText, hash] = [0, 0, false, 0];
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (isText) {
      if (byte === QUOTE) {
        isText = false;
        continue;
      }
      hash = mix(hash, byte!);
      if (byte === BACKSLASH) hash = mix(hash, bytes[(place += 1)] ?? 0);
    } else if (byte === QUOTE) {
      isText = true;
      hash = 0;
    } else if (byte === COLON) {
      const beginning = mix(begun[depth] ?? 0, mix(hash, COLON));
      begun[depth] = beginning;
      names.add(hash);
      beginnings.add(beginning);
      if (names.size > NAMES_MAX || beginnings.size > BEGINNINGS_MAX) return true;
    } else if (byte === OPENS_LIST || byte === OPENS_OBJECT) {
      depth += 1;
      parts += 1;
      if (depth > DEPTH_MAX || parts > partsMax) return true;
      begun[depth] = 0;
    } else if (byte === CLOSES_LIST || byte === CLOSES_OBJECT) {
      depth -= 1;
    }
  }
  return false;
}

function mix(hash: number, more: number): number {
  return (Math.imul(hash, FACTOR) + more) | 0;
}
