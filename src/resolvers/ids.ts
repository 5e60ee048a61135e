import { createHash } from 'node:crypto';
import { fromId, type IdKind } from '../schema/ids.js';

/**
 * An id that nobody has. What is malformed, or of another kind, becomes it: then the same statements answer as for any
 * other id that is not there.
 */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The uuid that an argument names; NOBODY where it names nothing of this kind. */
export function uuidOf(kind: IdKind, id: string): string {
  return fromId(kind, id) ?? NOBODY;
}

/** The same for an argument that may be left out: then it is null. */
export function uuidOrNull(kind: IdKind, id: string | null | undefined): string | null {
  return id === null || id === undefined ? null : uuidOf(kind, id);
}

/** The same for a field of an update: what is left out stays left out, and null stays null. */
export function uuidIfGiven(kind: IdKind, id: string | null | undefined): string | null | undefined {
  return typeof id === 'string' ? uuidOf(kind, id) : id;
}

const UUID_BYTES = 16;

/**
 * The uuid of something that follows from other things and is kept nowhere: always the same for the same parts
 * (SHA-256, as version 8 of RFC 9562).
 */
export function uuidFrom(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, UUID_BYTES);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
