import { hkdfSync } from 'node:crypto';
import { Sealer } from './sealed.js';

/** A text as it was handed over. */
export interface PlainText {
  readonly subject: string | null;
  readonly body: string;
}

/** Whose text it is: sealed for one, it opens for no other agency, reservation, client account, seat, person or caller. */
export interface TextOwner {
  readonly agencyId: string;
  readonly reservationId: string;
  readonly seatId: string;
  /** That of its time. */
  readonly clientAccountId: string;
  readonly recipientId: string;
  readonly askedBy: string;
}

/** A text as it is kept, with the number of its key. */
export interface SealedText {
  readonly keyVersion: number;
  readonly sealed: Buffer;
}

/** Seals one text for whoever it turns out to be of. The text itself goes nowhere else. */
export type TextSealing = (owner: TextOwner) => SealedText;

export type OpenedText =
  | { readonly text: PlainText }
  /** Its key is none of this server's, or it was altered, or it is in somebody else's row. */
  | { readonly unreadable: 'KEY_MISSING' | 'DAMAGED' };

interface Key {
  readonly version: number;
  readonly sealer: Sealer;
}

const VERSION_BYTES = 4;
/** Of an integer of PostgreSQL, 0 left out. */
const VERSION_MAX = 0x7fff_fffe;

/**
 * The texts that agencies keep, sealed under keys of their own: whoever throws these away makes every copy unreadable, those in
 * backups too, and nothing else. A key can be replaced: what is new is sealed under the newest, what was kept opens under its own.
 */
export class TextVault {
  private readonly keys: readonly [Key, ...Key[]];

  /** `onDamaged` is told of what does not open although its key is at hand. */
  constructor(
    [newest, ...previous]: readonly [string, ...string[]],
    private readonly onDamaged: (owner: TextOwner) => void = () => undefined,
  ) {
    this.keys = [keyOf(newest), ...previous.map(keyOf)];
    if (new Set(this.keys.map(({ version }) => version)).size < this.keys.length) {
      throw new RangeError('Two keys of texts have one number: take another new one.');
    }
  }

  sealing(text: PlainText): TextSealing {
    const { subject, body } = text;
    const [{ version, sealer }] = this.keys;
    return (owner) => ({
      keyVersion: version,
      sealed: sealer.seal(`TEXT ${owner.agencyId}`, rowOf(owner), JSON.stringify({ subject, body })),
    });
  }

  open(owner: TextOwner, { keyVersion, sealed }: SealedText): OpenedText {
    const key = this.keys.find(({ version }) => version === keyVersion);
    if (!key) return { unreadable: 'KEY_MISSING' };
    const text = key.sealer.tryToOpen(`TEXT ${owner.agencyId}`, rowOf(owner), sealed);
    if (text !== null) return { text: JSON.parse(text) as PlainText };
    this.onDamaged(owner);
    return { unreadable: 'DAMAGED' };
  }
}

/** The vault of a server's keys, the newest first; null where it has none. */
export function textVaultOf(
  [newest, ...previous]: readonly string[],
  onDamaged?: (owner: TextOwner) => void,
): TextVault | null {
  return newest === undefined ? null : new TextVault([newest, ...previous], onDamaged);
}

function rowOf(owner: TextOwner): string[] {
  const { agencyId, reservationId, seatId, clientAccountId, recipientId, askedBy } = owner;
  return [agencyId, reservationId, seatId, clientAccountId, recipientId, askedBy];
}

function keyOf(key: string): Key {
  return { version: numberOf(key), sealer: new Sealer(key) };
}

/** Made from the key, so that it stays the same whichever keys come and go. It tells one of few from another. */
function numberOf(key: string): number {
  const derived = Buffer.from(hkdfSync('sha256', key, '', 'headroom text key number 1', VERSION_BYTES));
  return 1 + (derived.readUInt32BE() % VERSION_MAX);
}
