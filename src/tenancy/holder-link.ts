import { timingSafeEqual } from 'node:crypto';
import type { Fingerprints } from './fingerprint.js';
import { bytesOf, uuidFrom } from './uuid.js';

/**
 * The link by which the holder of a LinkedIn account stops its seat, without sign-in: which seat, which generation of its
 * links, and a keyed fingerprint of both. It is good for that one thing, for as long as the seat is of that generation.
 */
export interface HolderLink {
  readonly agencyId: string;
  readonly seatId: string;
  readonly generation: number;
}

/** The way of writing it; another one begins with another byte. */
const FORM = 1;
const UUID_BYTES = 16;
const GENERATION_BYTES = 4;
const NAMED_BYTES = 1 + 2 * UUID_BYTES + GENERATION_BYTES;
const FINGERPRINT_BYTES = 32;

/** What stands in the address. */
export function writeHolderLink(fingerprints: Fingerprints, link: HolderLink): string {
  const { agencyId, seatId, generation } = link;
  const named = Buffer.alloc(NAMED_BYTES);
  named.writeUInt8(FORM, 0);
  bytesOf(agencyId).copy(named, 1);
  bytesOf(seatId).copy(named, 1 + UUID_BYTES);
  named.writeUInt32BE(generation, 1 + 2 * UUID_BYTES);
  const fingerprint = fingerprints.of('HOLDER_LINK', agencyId, seatId, generation);
  return Buffer.concat([named, fingerprint]).toString('base64url');
}

/**
 * Null for whatever was not made with the server's secret, or with the one before it. Nothing is asked of the database for
 * that; whether the seat is still of that generation is for whoever reads it.
 */
export function readHolderLink(fingerprints: Fingerprints, token: string): HolderLink | null {
  const bytes = Buffer.from(token, 'base64url');
  // One spelling for each link: what decodes to the same bytes otherwise is none.
  const isWhole = bytes.length === NAMED_BYTES + FINGERPRINT_BYTES && bytes.toString('base64url') === token;
  if (!isWhole || bytes.readUInt8(0) !== FORM) return null;
  const agencyId = uuidFrom(bytes.subarray(1, 1 + UUID_BYTES));
  const seatId = uuidFrom(bytes.subarray(1 + UUID_BYTES, 1 + 2 * UUID_BYTES));
  const generation = bytes.readUInt32BE(1 + 2 * UUID_BYTES);
  const given = bytes.subarray(NAMED_BYTES);
  const isOurs = fingerprints
    .makers('HOLDER_LINK', agencyId)
    .some(({ of }) => timingSafeEqual(of(seatId, generation), given));
  return isOurs ? { agencyId, seatId, generation } : null;
}
