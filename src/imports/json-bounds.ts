/**
 * What JSON may be made of, found out before it is read: half a million brackets are a body of a megabyte, and take a process forty
 * times as long as a megabyte of what people send.
 */

/** Values within values. A filter of people goes 17 deep, and no tool's event a tenth as far. */
const DEPTH_MAX = 100;
/** Lists and objects that any JSON may have, and for how many bytes one more: the shortest that anybody has a use for are longer. */
const PARTS_MIN = 1_000;
const BYTES_OF_PART = 16;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENS_LIST, CLOSES_LIST, OPENS_OBJECT, CLOSES_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether it lies too deep, or is of too many lists and objects. What is no JSON may be either. */
export function isTooMuchJson(bytes: Uint8Array): boolean {
  const partsMax = PARTS_MIN + bytes.length / BYTES_OF_PART;
  let [depth, parts, isText] = [0, 0, false];
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (isText) {
      if (byte === BACKSLASH) place += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) {
      isText = true;
    } else if (byte === OPENS_LIST || byte === OPENS_OBJECT) {
      depth += 1;
      parts += 1;
      if (depth > DEPTH_MAX || parts > partsMax) return true;
    } else if (byte === CLOSES_LIST || byte === CLOSES_OBJECT) {
      depth -= 1;
    }
  }
  return false;
}
