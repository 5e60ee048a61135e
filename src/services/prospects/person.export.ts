import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { readTextsOfPeople } from '../../ledger/told/kept-texts.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import { openText } from '../decisions/kept-texts.js';
import { toSnapshot } from './person.words.js';

/** Rows of each kind that an export holds: of one person there are never so many. */
const ROWS_MAX = 10_000;

/** Everything that an agency has of a person, as JSON: fields are named as in the schema, instants are written out. */
export interface PersonExport {
  readonly people: readonly object[];
  readonly prospects: readonly object[];
  readonly decisions: readonly object[];
  readonly activities: readonly object[];
  readonly engagements: readonly object[];
  readonly connections: readonly object[];
  readonly doNotContact: readonly object[];
  /** What was written to them, where the agency keeps texts. */
  readonly texts: readonly object[];
}

/** What is asked of the agency `$1` and the recipients `$2`. */
const PARTS: Readonly<Record<Exclude<keyof PersonExport, 'texts'>, string>> = {
  people: `SELECT profile_url, name, company, company_domain, created_at, erased_at FROM recipient
    WHERE agency_id = $1 AND id = ANY ($2::uuid[])`,
  prospects: `SELECT id AS prospect, client_account_id AS client, profile_url, sales_navigator_url, first_name, last_name,
      company, company_domain, position, industry, location, notes, tags, custom->'fields' AS custom_fields, added_at
    FROM prospect WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY id`,
  decisions: `SELECT id AS decision, seat_id AS seat, client_account_id AS client, action, outcome FROM decision
    WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY id`,
  activities: `SELECT id AS activity, seat_id AS seat, client_account_id AS client, action, origin, effective_at
    FROM charge WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY effective_at`,
  engagements: `SELECT e.seat_id AS seat, e.client_account_id AS client, e.kind, e.occurred_at FROM seat s
    CROSS JOIN LATERAL (SELECT * FROM engagement e WHERE e.agency_id = $1 AND e.seat_id = s.id
      AND e.recipient_id = ANY ($2::uuid[])) AS e WHERE s.agency_id = $1 ORDER BY e.occurred_at`,
  connections: `SELECT seat_id AS seat, connected_at FROM connection
    WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) ORDER BY connected_at`,
  doNotContact: `SELECT DISTINCT d.kind, d.scope_kind,
      CASE d.scope_kind WHEN 'CLIENT_ACCOUNT' THEN d.scope_id END AS client,
      CASE d.scope_kind WHEN 'SEAT' THEN d.scope_id END AS seat
    FROM (SELECT 'PERSON' AS kind, key_version, fingerprint FROM recipient_key
        WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])
      UNION ALL SELECT kind, key_version, fingerprint FROM recipient_employer
        WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])) AS k
    JOIN do_not_contact d ON d.agency_id = $1 AND d.kind = k.kind AND d.key_version = k.key_version
      AND d.fingerprint = k.fingerprint`,
};

export async function readPersonExport(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
  textVault: TextVault | null,
): Promise<PersonExport> {
  const read = async (part: keyof typeof PARTS): Promise<object[]> => {
    const statement = { name: `export_person_${part}`, text: `${PARTS[part]} LIMIT ${ROWS_MAX}` };
    const rows = await transaction.query(statement, [agencyId, recipientIds]);
    return rows.map(toSnapshot);
  };
  return {
    people: await read('people'),
    prospects: await read('prospects'),
    decisions: await read('decisions'),
    activities: await read('activities'),
    engagements: await read('engagements'),
    connections: await read('connections'),
    doNotContact: await read('doNotContact'),
    texts: await readTexts(transaction, agencyId, recipientIds, textVault),
  };
}

async function readTexts(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
  textVault: TextVault | null,
): Promise<object[]> {
  const kept = await readTextsOfPeople(transaction, agencyId, recipientIds, ROWS_MAX);
  return kept.map((record) => {
    const { subject, body, unreadable, keptUntil } = openText(textVault, record);
    const { reservationId: reservation, clientAccountId: client, keptAt: kept_at } = record;
    const text = { subject, body, unreadable };
    return {
      ...toSnapshot({ reservation, client, ...text, kept_at }),
      keptUntil: new Date(keptUntil).toISOString(),
    };
  });
}
