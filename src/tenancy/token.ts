import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * What opens a door: `<mark>_<agency>_<id>_<secret><checksum>`. The agency is in it, so that its door can be opened before
 * the row is read; the checksum tells a mistyped or cut one without asking anybody.
 */
const MARKS = {
  /** A key that programs ask with. */
  KEY: 'hr_live',
  /** A session of the console, in a cookie. */
  SESSION: 'hr_session',
  /** A link that is good for one thing, once: an invitation, a new password. */
  LINK: 'hr_link',
  /** An address that a tool sends its events to. */
  INBOUND: 'hr_inbound',
} as const;
export type TokenKind = keyof typeof MARKS;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
/** The least digits in which every value of so many bits can be written. */
const UUID_DIGITS = 22;
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const UUID_BITS = 128n;

const REST = new RegExp(
  `^_([0-9A-Za-z]{${UUID_DIGITS}})_([0-9A-Za-z]{${UUID_DIGITS}})_([0-9A-Za-z]{${SECRET_DIGITS}})([0-9A-Za-z]{${CHECKSUM_DIGITS}})$`,
);

/** A new token: what is shown once, and what is kept. */
export interface MintedToken {
  readonly token: string;
  /** SHA-256 of the secret. 256 random bits need no slower hash. */
  readonly secretSha256: Buffer;
  /** All that stands before the secret: it tells one from another and opens nothing. */
  readonly prefix: string;
}

/** A well-formed token: whose it says it is, and the hash to compare with the one kept. */
export interface ParsedToken {
  readonly agencyId: string;
  readonly id: string;
  readonly secretSha256: Buffer;
}

export function mintToken(kind: TokenKind, agencyId: string, id: string): MintedToken {
  const prefix = `${MARKS[kind]}_${uuidToDigits(agencyId)}_${uuidToDigits(id)}`;
  const secret = toDigits(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_DIGITS);
  const checked = `${prefix}_${secret}`;
  return { token: checked + checksum(checked), secretSha256: sha256(secret), prefix };
}

/** Null for anything that no token of this kind looks like, whatever is wrong with it. Asks nobody. */
export function parseToken(kind: TokenKind, token: string): ParsedToken | null {
  if (!token.startsWith(MARKS[kind])) return null;
  const [, agencyDigits, idDigits, secret, check] = REST.exec(token.slice(MARKS[kind].length)) ?? [];
  if (!agencyDigits || !idDigits || !secret || !check) return null;
  if (checksum(token.slice(0, -CHECKSUM_DIGITS)) !== check) return null;
  const agencyId = digitsToUuid(agencyDigits);
  const id = digitsToUuid(idDigits);
  return agencyId && id ? { agencyId, id, secretSha256: sha256(secret) } : null;
}

/** Whether a token's secret is the one of which `kept` is the hash; takes as long where it is not. */
export function hasSecret(token: Pick<ParsedToken, 'secretSha256'>, kept: Buffer): boolean {
  return kept.length === token.secretSha256.length && timingSafeEqual(kept, token.secretSha256);
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
