import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What a fingerprint is for. Each has a key of its own: the same text has another fingerprint for each. */
export const FINGERPRINT_PURPOSES = ['RECIPIENT', 'REQUEST', 'ARCHIVE_ROW', 'AUDIT'] as const;
export type FingerprintPurpose = (typeof FINGERPRINT_PURPOSES)[number];

/** The way of making them. Kept beside each fingerprint, for the day that it changes. */
const VERSION = 1;
const KEY_BYTES = 32;

/**
 * Keyed fingerprints: whether two texts are the same can be told with the server's secret, what they say can't be
 * told from them by anybody. HMAC-SHA-256 (32 bytes), under keys derived from the secret by HKDF.
 */
export class Fingerprints {
  readonly version = VERSION;

  private readonly keys: ReadonlyMap<FingerprintPurpose, KeyObject>;

  /** `secret` is the server's; every process with the same one makes the same fingerprints. */
  constructor(secret: string | Uint8Array) {
    if (secret.length === 0) throw new RangeError('Fingerprints need a secret.');
    this.keys = new Map(FINGERPRINT_PURPOSES.map((purpose) => [purpose, deriveKey(secret, purpose)]));
  }

  /** The fingerprint of some texts in their order, within an agency: no two agencies share one. */
  of(purpose: FingerprintPurpose, agencyId: string, ...parts: readonly (string | number | null)[]): Buffer {
    const key = this.keys.get(purpose);
    if (!key) throw new Error(`There is no purpose ${purpose}.`);
    // As JSON, so that ("ab", "c") and ("a", "bc") differ, and null from the text "null".
    return createHmac('sha256', key)
      .update(JSON.stringify([agencyId, ...parts]))
      .digest();
  }
}

function deriveKey(secret: string | Uint8Array, purpose: FingerprintPurpose): KeyObject {
  const info = `headroom fingerprint ${purpose} ${VERSION}`;
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', info, KEY_BYTES)));
}
