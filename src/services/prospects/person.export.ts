import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { pagesOf } from '../../ledger/books/row-pages.js';
import { LongWork } from '../../ledger/long-work.js';
import { type KeptTextRecord, textsOfPeople } from '../../ledger/told/kept-texts.js';
import type { Instant } from '../../quota/window.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import { openText } from '../decisions/kept-texts.js';
import { PERSON_PARTS } from './person.parts.js';
import { toSnapshots } from './person.words.js';

/** Bytes of an export in an answer, and of each of its parts, so that one that is long leaves room for others: thousands of rows. */
export const EXPORT_LENGTH_MAX = 8_000_000;
const PART_LENGTH_MAX = 2_000_000;

interface Telling {
  readonly at: Instant;
  readonly textVault: TextVault | null;
  /** A row of a part as JSON. */
  readonly write: (snapshot: object) => string;
}

/**
 * Everything that an agency has of a person, as the text of JSON: fields are named as in the schema, instants are written out. `texts`
 * are what was written to them, where the agency keeps it; `leftOut` names the parts of which there is more than an export holds.
 * docs/prospects.md says what each part is, and what is in none. It is read and written some rows at a time: others have turns in between.
 */
export async function writePersonExport(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
  { at, textVault, write }: Telling,
): Promise<string> {
  const text = new ExportText(agencyId, write);
  for (const [part, statement] of Object.entries(PERSON_PARTS)) {
    // PostgreSQL takes no value that a statement does not ask for.
    const values = [agencyId, recipientIds, ...(statement.includes('$3') ? [at] : [])];
    const named = { name: `export_person_${part}`, text: statement };
    await text.tell(part, pagesOf<Record<string, unknown>>(transaction, named, values));
  }
  await text.tell('texts', openedTexts(textsOfPeople(transaction, agencyId, recipientIds), textVault));
  return text.ended();
}

async function* openedTexts(
  pages: AsyncIterable<readonly KeptTextRecord[]>,
  textVault: TextVault | null,
): AsyncGenerator<readonly Record<string, unknown>[]> {
  for await (const kept of pages) {
    yield kept.map((record) => {
      const { subject, body, unreadable, keptUntil: kept_until } = openText(textVault, record);
      const { reservationId: reservation, clientAccountId: client, keptAt: kept_at } = record;
      return { reservation, client, subject, body, unreadable, kept_at, kept_until };
    });
  }
}

/** The text of an export, as far as it was written. */
class ExportText {
  private readonly parts: string[] = [];
  private readonly leftOut: string[] = [];
  private length = 0;

  constructor(
    private readonly agencyId: string,
    private readonly write: Telling['write'],
  ) {}

  /** Writes a part, as much of it as there is room for. */
  async tell(part: string, pages: AsyncIterable<readonly Record<string, unknown>[]>): Promise<void> {
    const lengthMax = Math.min(this.length + PART_LENGTH_MAX, EXPORT_LENGTH_MAX);
    const told: string[] = [];
    const long = new LongWork(this.agencyId);
    for await (const rows of pages) {
      await long.goOn();
      const texts = toSnapshots(rows).map(this.write);
      const lengths = texts.map(lengthTold);
      const fitting = lengths.findIndex((length) => (this.length += length) > lengthMax);
      told.push(...texts.slice(0, fitting === -1 ? undefined : fitting));
      if (fitting === -1) continue;
      this.length -= lengths[fitting]!;
      this.leftOut.push(part);
      break;
    }
    this.parts.push(`"${part}":[${told.join(',')}]`);
  }

  ended(): string {
    return `{${this.parts.join(',')},"leftOut":${JSON.stringify(this.leftOut)}}`;
  }
}

/** A row stands in the answer as a text in a text. */
function lengthTold(row: string): number {
  return Buffer.byteLength(JSON.stringify(row));
}
