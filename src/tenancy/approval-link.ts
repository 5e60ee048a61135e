import { timingSafeEqual } from 'node:crypto';
import type { Fingerprints } from './fingerprint.js';
import { bytesOf, uuidFrom } from './uuid.js';

/** Where the page of an approval is; the token of the link follows. */
export const APPROVAL_PATH = '/approval/';

/**
 * The link by which a client answers whether a campaign may be sent, without sign-in: what it was asked, and a keyed
 * fingerprint of that. It is good for this one question.
 */
export interface ApprovalLink {
  readonly agencyId: string;
  readonly approvalId: string;
}

/** The way of writing it; another one begins with another byte. */
const FORM = 1;
const UUID_BYTES = 16;
const NAMED_BYTES = 1 + 2 * UUID_BYTES;
const FINGERPRINT_BYTES = 32;

/** What stands in the address. */
export function writeApprovalLink(
  fingerprints: Fingerprints,
  { agencyId, approvalId }: ApprovalLink,
): string {
  const named = Buffer.concat([Buffer.from([FORM]), bytesOf(agencyId), bytesOf(approvalId)]);
  return Buffer.concat([named, fingerprints.of('APPROVAL_LINK', agencyId, approvalId)]).toString('base64url');
}

/** Null for whatever was not made with the server's secret, or with the one before it. Nothing is asked of the database for that. */
export function readApprovalLink(fingerprints: Fingerprints, token: string): ApprovalLink | null {
  const bytes = Buffer.from(token, 'base64url');
  // One spelling for each link: what decodes to the same bytes otherwise is none.
  const isWhole = bytes.length === NAMED_BYTES + FINGERPRINT_BYTES && bytes.toString('base64url') === token;
  if (!isWhole || bytes.readUInt8(0) !== FORM) return null;
  const agencyId = uuidFrom(bytes.subarray(1, 1 + UUID_BYTES));
  const approvalId = uuidFrom(bytes.subarray(1 + UUID_BYTES, NAMED_BYTES));
  const given = bytes.subarray(NAMED_BYTES);
  const isOurs = fingerprints
    .makers('APPROVAL_LINK', agencyId)
    .some(({ of }) => timingSafeEqual(of(approvalId), given));
  return isOurs ? { agencyId, approvalId } : null;
}
