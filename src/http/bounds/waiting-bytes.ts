import { nameOfParts, type Payer } from './cost-limit.js';

/** Bytes that wait of an agency, of those who see a part of it together, and of one key or member. */
const OF_AGENCY_MAX = 33_554_432;
const OF_PARTS_MAX = 16_777_216;
const OF_CREDENTIAL_MAX = 8_388_608;

/**
 * What came in, or is on its way, and waits to be read. Whoever comes where there is no room is sent away before anything of it is read;
 * those who see a part of an agency never take all of its room, so that they keep nobody out who sees the whole.
 */
export class WaitingBytes {
  private readonly waiting = new Map<string, number>();

  /** Room for so many bytes more, until the answer is called; null where there is none. */
  take(payer: Payer, bytes: number): (() => void) | null {
    const bounds = boundsOf(payer);
    if (bounds.some(([name, max]) => (this.waiting.get(name) ?? 0) + bytes > max)) return null;
    for (const [name] of bounds) this.add(name, bytes);
    let isTaken = true;
    return () => {
      if (isTaken) for (const [name] of bounds) this.add(name, -bytes);
      isTaken = false;
    };
  }

  private add(name: string, bytes: number): void {
    const waiting = (this.waiting.get(name) ?? 0) + bytes;
    if (waiting > 0) this.waiting.set(name, waiting);
    else this.waiting.delete(name);
  }
}

function boundsOf(payer: Payer): (readonly [name: string, max: number])[] {
  const { agencyId, credential } = payer;
  const bounds: (readonly [string, number])[] = [[agencyId, OF_AGENCY_MAX]];
  if (nameOfParts(payer) !== null) bounds.push([`${agencyId} parts`, OF_PARTS_MAX]);
  if (credential) bounds.push([credential.id, OF_CREDENTIAL_MAX]);
  return bounds;
}
