import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What a fingerprint is for. Each has a key of its own: the same text has another fingerprint for each. */
export const FINGERPRINT_PURPOSES = [
  'RECIPIENT',
  'REQUEST',
  'ARCHIVE_ROW',
  'AUDIT',
  'TEXT',
  'HOLDER_LINK',
  'APPROVAL_LINK',
  'ACCOUNT',
  'SIGN_IN',
  'DEVICE',
] as const;
export type FingerprintPurpose = (typeof FINGERPRINT_PURPOSES)[number];

/** The way of making them. One that changes makes other versions of the same secrets. */
const SCHEME = 1;
const KEY_BYTES = 32;
const VERSION_MAX = 32_767;

/** A fingerprint, with the number of the secret that it was made with, as it is kept beside it. */
export interface VersionedFingerprint {
  readonly version: number;
  readonly fingerprint: Buffer;
}

/** Makes fingerprints under one secret. */
export interface FingerprintMaker {
  readonly version: number;
  readonly of: (...parts: FingerprintParts) => Buffer;
}

interface Version {
  readonly version: number;
  readonly keys: ReadonlyMap<FingerprintPurpose, KeyObject>;
}

/**
 * Keyed fingerprints: whether two texts are the same can be told with the server's secret, what they say can't be
 * told from them by anybody. HMAC-SHA-256 (32 bytes), under keys derived from the secret by HKDF.
 *
 * A secret can be replaced: what is written is of the newest, what was kept is found and compared under the older ones
 * too, until they are given up. Of a person who was erased nothing but the fingerprint is left, and none can be made anew.
 */
export class Fingerprints {
  /** Of the newest secret. */
  readonly version: number;

  private readonly newest: Version;
  private readonly versions: readonly Version[];

  /** The secrets are the server's; every process with the same ones makes the same fingerprints. */
  constructor(secret: string | Uint8Array, ...previous: readonly (string | Uint8Array)[]) {
    this.newest = versionOf(secret);
    this.versions = [this.newest, ...previous.map(versionOf)];
    this.version = this.newest.version;
    if (new Set(this.versions.map(({ version }) => version)).size < this.versions.length) {
      throw new RangeError('Two secrets have one number: take another new one.');
    }
  }

  /** The fingerprint of some texts in their order, within an agency: no two agencies share one. */
  of(purpose: FingerprintPurpose, agencyId: string, ...parts: FingerprintParts): Buffer {
    return make(this.newest, purpose, agencyId, parts);
  }

  /** A maker for each secret, the newest first: for what is made from many fingerprints together. */
  makers(purpose: FingerprintPurpose, agencyId: string): FingerprintMaker[] {
    return this.versions.map((made) => ({
      version: made.version,
      of: (...parts) => make(made, purpose, agencyId, parts),
    }));
  }

  /** The same under the older secrets: what may have been kept of those texts. None where no secret was replaced. */
  olderOf(purpose: FingerprintPurpose, agencyId: string, ...parts: FingerprintParts): VersionedFingerprint[] {
    return this.versions.slice(1).map((version) => ({
      version: version.version,
      fingerprint: make(version, purpose, agencyId, parts),
    }));
  }
}

export type FingerprintParts = readonly (string | number | null)[];

function make(
  { keys }: Version,
  purpose: FingerprintPurpose,
  agencyId: string,
  parts: FingerprintParts,
): Buffer {
  const key = keys.get(purpose);
  if (!key) throw new Error(`There is no purpose ${purpose}.`);
  // As JSON, so that ("ab", "c") and ("a", "bc") differ, and null from the text "null".
  return createHmac('sha256', key)
    .update(JSON.stringify([agencyId, ...parts]))
    .digest();
}

function versionOf(secret: string | Uint8Array): Version {
  if (secret.length === 0) throw new RangeError('Fingerprints need a secret.');
  const keys = FINGERPRINT_PURPOSES.map((purpose) => {
    const key = createSecretKey(derive(secret, `headroom fingerprint ${purpose} ${SCHEME}`));
    return [purpose, key] as const;
  });
  return { version: numberOf(secret), keys: new Map(keys) };
}

/** Made from the secret, so that it stays the same whichever secrets come and go. It tells one of few from another. */
function numberOf(secret: string | Uint8Array): number {
  return 1 + (derive(secret, `headroom fingerprint number ${SCHEME}`).readUInt32BE() % VERSION_MAX);
}

function derive(secret: string | Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', info, KEY_BYTES));
}
