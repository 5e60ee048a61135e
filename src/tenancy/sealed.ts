import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

/** What is sealed; each has a key of its own. */
export type SealPurpose =
  | 'LETTER'
  | 'SECOND_FACTOR'
  | 'CLIENT_SECRET'
  | 'SIGN_IN_BEGUN'
  | 'DEVICE'
  | 'WEBHOOK_URL'
  | 'WEBHOOK_SECRET'
  | TextPurpose;

/** What an agency wrote, of which there is much: each agency's has a key of its own. */
type TextPurpose = `TEXT ${string}`;

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Secrets that the server must read again: AES-256-GCM under keys derived from the server's secret by HKDF. What is sealed
 * is bound to the row that it stands in, and opens nowhere else. A secret that is replaced still opens what it sealed.
 */
export class Sealer {
  private readonly secrets: readonly (string | Uint8Array)[];

  constructor(secret: string | Uint8Array, ...previous: readonly (string | Uint8Array)[]) {
    this.secrets = [secret, ...previous];
  }

  /** `owner` names the row: what is sealed for one opens for no other. */
  seal(purpose: SealPurpose, owner: readonly string[], text: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, keyOf(this.secrets[0]!, purpose), nonce);
    cipher.setAAD(aadOf(owner));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws where it was sealed for another row or purpose, under another secret, or altered since. */
  open(purpose: SealPurpose, owner: readonly string[], sealed: Buffer): string {
    const text = this.tryToOpen(purpose, owner, sealed);
    if (text !== null) return text;
    throw new Error(`What was sealed as ${purpose} does not open with the secrets of this server.`);
  }

  /** The same for whoever knows what to do then: null. */
  tryToOpen(purpose: SealPurpose, owner: readonly string[], sealed: Buffer): string | null {
    for (const secret of this.secrets) {
      const text = tryToOpen(keyOf(secret, purpose), owner, sealed);
      if (text !== null) return text;
    }
    return null;
  }

  /** What is to be kept in its place, under the newest secret; null where it is under that one already, or opens under none. */
  anew(purpose: SealPurpose, owner: readonly string[], sealed: Buffer): Buffer | null {
    if (tryToOpen(keyOf(this.secrets[0]!, purpose), owner, sealed) !== null) return null;
    const text = this.tryToOpen(purpose, owner, sealed);
    return text === null ? null : this.seal(purpose, owner, text);
  }
}

function tryToOpen(key: KeyObject, owner: readonly string[], sealed: Buffer): string | null {
  const tagAt = 1 + NONCE_BYTES;
  if (sealed[0] !== VERSION || sealed.length < tagAt + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(1, tagAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(aadOf(owner));
  decipher.setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    return null;
  }
}

function aadOf(owner: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(owner), 'utf8');
}

function keyOf(secret: string | Uint8Array, purpose: SealPurpose): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', secret, '', `headroom seal ${purpose} 1`, KEY_BYTES)),
  );
}
