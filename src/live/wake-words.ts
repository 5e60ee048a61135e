import type { Touched } from '../ledger/told/touched.js';

/** What processes tell each other: an agency whose book moved, and what was touched, where that is known. */
export interface Moved {
  readonly agencyId: string;
  readonly touched: Touched | null;
}

/** A notification holds less than 8,000 bytes. */
const BYTES_MAX = 7_900;
/** Scopes of one agency that are told; with more of them, only that its book moved. */
const SCOPES_MAX = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A uuid's 16 bytes. */
const SHORT = /^[A-Za-z0-9_-]{22}$/;
const NUMBER = /^\d{1,15}$/;

/** What moved since it was last told, gathered: batches that follow each other become one. */
export class GatheredMoves {
  private readonly moves = new Map<string, Touched | null>();

  get size(): number {
    return this.moves.size;
  }

  add({ agencyId, touched }: Moved): void {
    const before = this.moves.get(agencyId);
    this.moves.set(agencyId, before === undefined ? touched : joined(before, touched));
  }

  /** As many as one notification holds, taken; the others are left for the next one. */
  take(): string {
    const words: string[] = [];
    let bytes = 0;
    for (const [agencyId, touched] of this.moves) {
      const word = wordOf(agencyId, touched);
      bytes += word.length + 1;
      if (bytes > BYTES_MAX) break;
      this.moves.delete(agencyId);
      words.push(word);
    }
    return words.join(',');
  }
}

/** What a notification says; what is not said as we say it is passed over. */
export function movesIn(payload: string): Moved[] {
  return payload.split(',').flatMap((word): Moved[] => {
    const [agencyId = '', ...rest] = word.split(':');
    return UUID.test(agencyId) ? [{ agencyId, touched: touchedIn(agencyId, rest) }] : [];
  });
}

/** Of one that is missing between them nothing is known: then they are not told, and who listens reads everything. */
function joined(before: Touched | null, after: Touched | null): Touched | null {
  if (!before || after?.revision !== before.revision || before.to !== after.from) return null;
  return { ...after, from: before.from, scopeIds: new Set([...before.scopeIds, ...after.scopeIds]) };
}

function wordOf(agencyId: string, touched: Touched | null): string {
  if (!touched || touched.scopeIds.size > SCOPES_MAX) return agencyId;
  const { revision, from, to, scopeIds } = touched;
  const short = [...scopeIds].map((id) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url'));
  return [agencyId, revision, from, to, short.join('+')].join(':');
}

function touchedIn(agencyId: string, [revision, from, to, ids]: readonly string[]): Touched | null {
  const numbers = [revision, from, to].map((text) => (NUMBER.test(text ?? '') ? Number(text) : NaN));
  const short = ids === undefined || ids === '' ? [] : ids.split('+');
  if (ids === undefined || numbers.some(Number.isNaN) || !short.every((id) => SHORT.test(id))) return null;
  const scopeIds = new Set(short.map(uuidOf));
  return { agencyId, revision: numbers[0]!, from: numbers[1]!, to: numbers[2]!, scopeIds };
}

function uuidOf(short: string): string {
  const hex = Buffer.from(short, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
