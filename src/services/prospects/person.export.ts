import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { readTextsOfPeople } from '../../ledger/told/kept-texts.js';
import type { Instant } from '../../quota/window.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import { openText } from '../decisions/kept-texts.js';
import { PERSON_PARTS, type PersonPart } from './person.parts.js';
import { toSnapshot } from './person.words.js';

/** Rows of each kind that an export holds: of one person there are never so many. */
const ROWS_MAX = 10_000;

/**
 * Everything that an agency has of a person, as JSON: fields are named as in the schema, instants are written out. `texts` are
 * what was written to them, where the agency keeps it. docs/prospects.md says what each part is, and what is in none.
 */
export type PersonExport = Readonly<Record<PersonPart | 'texts', readonly object[]>>;

export async function readPersonExport(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
  { at, textVault }: { readonly at: Instant; readonly textVault: TextVault | null },
): Promise<PersonExport> {
  const parts: [string, readonly object[]][] = [];
  for (const [part, text] of Object.entries(PERSON_PARTS)) {
    const statement = { name: `export_person_${part}`, text: `${text} LIMIT ${ROWS_MAX}` };
    // PostgreSQL takes no value that a statement does not ask for.
    const now = text.includes('$3') ? [at] : [];
    const rows = await transaction.query(statement, [agencyId, recipientIds, ...now]);
    parts.push([part, rows.map(toSnapshot)]);
  }
  const texts = await readTexts(transaction, agencyId, recipientIds, textVault);
  return { ...(Object.fromEntries(parts) as Readonly<Record<PersonPart, readonly object[]>>), texts };
}

async function readTexts(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
  textVault: TextVault | null,
): Promise<object[]> {
  const kept = await readTextsOfPeople(transaction, agencyId, recipientIds, ROWS_MAX);
  return kept.map((record) => {
    const { subject, body, unreadable, keptUntil: kept_until } = openText(textVault, record);
    const { reservationId: reservation, clientAccountId: client, keptAt: kept_at } = record;
    return toSnapshot({ reservation, client, subject, body, unreadable, kept_at, kept_until });
  });
}
