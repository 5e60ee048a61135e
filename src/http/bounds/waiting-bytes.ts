import { budgetNameOf, nameOfParts, type Payer } from './cost-limit.js';

/** Bytes of those who share a budget, of those of one client account among them, and of all of a role who see a part of an agency. */
const OF_BUDGET_MAX = 16_777_216;
const OF_ACCOUNT_MAX = 8_388_608;
const OF_PARTS_MAX = 16_777_216;
/** Of an agency: of those who look, and of those who see a part as clients, there is as much left to those who send. */
const OF_AGENCY_MAX = 67_108_864;
/** Of one key or member. */
const OF_CREDENTIAL_MAX = 8_388_608;
/** Of all who show no key, where they may ask. */
const OF_NOBODY = [['', 33_554_432]] as const;

/**
 * Bodies that came in, and whose requests are not answered yet: what they are read as is kept as long. Who only looks has room besides that
 * of those who send, and who sees a part of an agency besides that of those who see the whole, as with what they may send.
 */
export class WaitingBytes {
  private readonly waiting = new Map<string, number>();

  hasRoom(payer: Payer | null, bytes: number): boolean {
    return boundsOf(payer).every(([name, max]) => (this.waiting.get(name) ?? 0) + bytes <= max);
  }

  /** Room for so many bytes more, until the answer is called; null where there is none. */
  take(payer: Payer | null, bytes: number): (() => void) | null {
    if (!this.hasRoom(payer, bytes)) return null;
    const names = boundsOf(payer).map(([name]) => name);
    for (const name of names) this.add(name, bytes);
    let isTaken = true;
    return () => {
      if (isTaken) for (const name of names) this.add(name, -bytes);
      isTaken = false;
    };
  }

  private add(name: string, bytes: number): void {
    const waiting = (this.waiting.get(name) ?? 0) + bytes;
    if (waiting > 0) this.waiting.set(name, waiting);
    else this.waiting.delete(name);
  }
}

function boundsOf(payer: Payer | null): readonly (readonly [name: string, max: number])[] {
  if (!payer) return OF_NOBODY;
  const { credential } = payer;
  const parts = nameOfParts(payer);
  const bounds: [string, number][] = [
    [payer.agencyId, OF_AGENCY_MAX],
    [budgetNameOf(payer), parts === null ? OF_BUDGET_MAX : OF_ACCOUNT_MAX],
  ];
  if (parts !== null) bounds.push([parts, OF_PARTS_MAX]);
  if (credential) bounds.push([credential.id, OF_CREDENTIAL_MAX]);
  return bounds;
}
