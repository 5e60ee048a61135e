import { randomFillSync } from 'node:crypto';
import { v4, v7 } from 'uuid';

const UUID_BYTES = 16;
/** Randomness for so many ids is fetched at once: for each by itself it would be a twentieth of what a decision takes here. */
const pool = new Uint8Array(256 * UUID_BYTES);
let used = pool.length;

function random(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += UUID_BYTES;
  return pool.subarray(used - UUID_BYTES, used);
}

/** A new id for an instant: a uuidv7, so that ids of a table are in the order of their instants. */
export function uuidAt(at: number): string {
  return v7({ msecs: at, random: random() });
}

/** A new id that tells nothing of when it was made. */
export function uuidRandom(): string {
  return v4();
}

/** The instant that a uuidv7 was made from, in epoch milliseconds. */
export function instantOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The lowest uuid of an instant: a bound for ranges of uuidv7s. */
export function uuidFloor(at: number): string {
  const hex = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** The 16 bytes of a uuid, as tokens have it. */
export function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidFrom(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
