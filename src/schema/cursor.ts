import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** Where a page ends: the sort key of its last row, id included, in the order that the query sorts by. */
export type CursorPosition = readonly (string | number | null)[];

/** The keys of the server's secrets; made once, when the server starts. */
export interface CursorKeys {
  readonly seal: KeyObject;
  readonly nonce: KeyObject;
  /** Of the secrets before, which open what they sealed. */
  readonly sealBefore: readonly KeyObject[];
}

/** Whose list a cursor is of: a cursor opens nowhere else. `connection` is the list's name, `ClientAccount.seats`. */
export interface CursorOwner {
  readonly agencyId: string;
  readonly connection: string;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The first byte of a cursor, for the day that its form changes. */
const VERSION = 1;
/** Texts are padded to a multiple of this, so that a cursor's length doesn't tell the length of a name. */
const PAD_BYTES = 64;
/** Longest cursor that is looked at, in characters; a sort key of 500 characters fits. */
const CURSOR_LENGTH_MAX = 4096;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Derives the keys of cursors from the server's secret, and from those before while it is replaced (HKDF-SHA-256). Every process with the
 * secret opens them.
 */
export function cursorKeys(
  secret: string | Uint8Array,
  ...previous: readonly (string | Uint8Array)[]
): CursorKeys {
  const sealOf = (one: string | Uint8Array): KeyObject => deriveKey(one, 'headroom cursor seal 1');
  return {
    ...{ seal: sealOf(secret), nonce: deriveKey(secret, 'headroom cursor nonce 1') },
    sealBefore: previous.map(sealOf),
  };
}

/** The cursor of a position: sealed, so it tells nothing of the row, and nobody can make one up. */
export function sealCursor(keys: CursorKeys, owner: CursorOwner, position: CursorPosition): string {
  const bound = boundTo(owner);
  const text = pad(JSON.stringify(position));
  // A keyed hash of what is sealed instead of a random nonce: a row always has the same cursor, and no nonce is
  // ever used for two texts, however many cursors a server hands out.
  const nonce = createHmac('sha256', keys.nonce).update(bound).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keys.seal, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  const sealed = [cipher.update(text), cipher.final()];
  return Buffer.concat([Buffer.of(VERSION), nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
}

/**
 * The position that a cursor stands for. Null when it was altered, cut, made up, or is of another agency, another
 * list or of no secret that is known; which of these it was is not told. The caller answers BAD_USER_INPUT.
 */
export function openCursor(keys: CursorKeys, owner: CursorOwner, cursor: string): CursorPosition | null {
  if (cursor.length > CURSOR_LENGTH_MAX || !BASE64URL.test(cursor)) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length <= 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
  // Two texts can decode to the same bytes (spare bits at the end); only the one that we wrote is a cursor.
  if (bytes.toString('base64url') !== cursor) return null;
  for (const key of [keys.seal, ...keys.sealBefore]) {
    const position = openUnder(key, owner, bytes);
    if (position !== null) return position;
  }
  return null;
}

function openUnder(key: KeyObject, owner: CursorOwner, bytes: Buffer): CursorPosition | null {
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(owner));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const sealed = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return toPosition(Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8'));
  } catch {
    return null;
  }
}

function deriveKey(secret: string | Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));
}

/** What a cursor is bound to, written so that no other pair gives the same bytes. */
function boundTo(owner: CursorOwner): Buffer {
  return Buffer.from(JSON.stringify([VERSION, owner.agencyId, owner.connection]));
}

/** JSON ignores blanks at its end. */
function pad(text: string): Buffer {
  const bytes = Buffer.from(text);
  const padding = (PAD_BYTES - (bytes.length % PAD_BYTES)) % PAD_BYTES;
  return Buffer.concat([bytes, Buffer.alloc(padding, ' ')]);
}

/** What is sealed by us is a position; this tells the compiler so without a cast. */
function toPosition(text: string): CursorPosition | null {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) && value.every(isPart) ? value : null;
}

function isPart(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
