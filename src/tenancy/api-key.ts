import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API keys: `hr_live_<agency>_<key>_<secret><checksum>`. The agency is in it, so that its door can be opened before
 * the key's row is read; the checksum tells a mistyped or cut key without asking anybody.
 */
const MARK = 'hr_live';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
/** The least digits in which every value of so many bits can be written. */
const UUID_DIGITS = 22;
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const UUID_BITS = 128n;

const KEY = new RegExp(
  `^${MARK}_([0-9A-Za-z]{${UUID_DIGITS}})_([0-9A-Za-z]{${UUID_DIGITS}})_([0-9A-Za-z]{${SECRET_DIGITS}})([0-9A-Za-z]{${CHECKSUM_DIGITS}})$`,
);

/** A new key: what is shown once, and what is kept. */
export interface MintedKey {
  readonly key: string;
  /** SHA-256 of the secret. 256 random bits need no slower hash. */
  readonly secretSha256: Buffer;
  /** All that stands before the secret: it tells one key from another and opens nothing. */
  readonly prefix: string;
}

/** A well-formed key: whose it says it is, and the hash to compare with the one kept. */
export interface ParsedKey {
  readonly agencyId: string;
  readonly keyId: string;
  readonly secretSha256: Buffer;
}

export function mintKey(agencyId: string, keyId: string): MintedKey {
  const prefix = `${MARK}_${uuidToDigits(agencyId)}_${uuidToDigits(keyId)}`;
  const secret = toDigits(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_DIGITS);
  const checked = `${prefix}_${secret}`;
  return { key: checked + checksum(checked), secretSha256: sha256(secret), prefix };
}

/** Null for anything that no key looks like, whatever is wrong with it. Asks nobody. */
export function parseKey(key: string): ParsedKey | null {
  const [, agencyDigits, keyDigits, secret, check] = KEY.exec(key) ?? [];
  if (!agencyDigits || !keyDigits || !secret || !check) return null;
  if (checksum(key.slice(0, -CHECKSUM_DIGITS)) !== check) return null;
  const agencyId = digitsToUuid(agencyDigits);
  const keyId = digitsToUuid(keyDigits);
  return agencyId && keyId ? { agencyId, keyId, secretSha256: sha256(secret) } : null;
}

/** Whether a key's secret is the one of which `kept` is the hash; takes as long where it is not. */
export function hasSecret(key: ParsedKey, kept: Buffer): boolean {
  return kept.length === key.secretSha256.length && timingSafeEqual(kept, key.secretSha256);
}

function checksum(text: string): string {
  return toDigits(BigInt(crc32(text)), CHECKSUM_DIGITS);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function uuidToDigits(uuid: string): string {
  return toDigits(BigInt(`0x${uuid.replaceAll('-', '')}`), UUID_DIGITS);
}

/** Null for digits that are more than a uuid holds. */
function digitsToUuid(digits: string): string | null {
  const base = BigInt(DIGITS.length);
  const value = [...digits].reduce((sum, digit) => sum * base + BigInt(DIGITS.indexOf(digit)), 0n);
  if (value >> UUID_BITS > 0n) return null;
  const hex = value.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function toDigits(value: bigint, length: number): string {
  const base = BigInt(DIGITS.length);
  let digits = '';
  for (let rest = value; rest > 0n; rest /= base) digits = DIGITS.charAt(Number(rest % base)) + digits;
  return digits.padStart(length, DIGITS.charAt(0));
}
