import type { EntityManager } from 'typeorm';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import type { Table } from '../../ledger/books/rows.js';
import { readKeptProspectsOfPeople, type KeptProspect } from './prospect.rows.js';

/**
 * Who is one person by what the lists of one client account told, where the books keep them two: of its list they are one row. What
 * others told, and whom they know, shows in none of it.
 */

interface ListedAsOneRow {
  agency_id: string;
  client_account_id: string;
  recipient_id: string;
  person_id: string;
}

const LISTED_AS_ONE: Table<ListedAsOneRow> = {
  name: 'listed_as_one',
  columns: { agency_id: 'uuid', client_account_id: 'uuid', recipient_id: 'uuid', person_id: 'uuid' },
};

/** Whose list it is. */
export interface WhoseList {
  readonly agencyId: string;
  readonly clientAccountId: string;
}

const READ_SAME = `
SELECT t.recipient_id AS id, array_agg(o.recipient_id ORDER BY o.recipient_id) AS same
FROM listed_as_one t JOIN listed_as_one o
  ON o.agency_id = t.agency_id AND o.client_account_id = t.client_account_id AND o.person_id = t.person_id
WHERE t.agency_id = $1 AND t.client_account_id = $2 AND t.recipient_id = ANY ($3::uuid[])
GROUP BY t.recipient_id`;

/** By recipient all those who are one with it, itself among them. */
export class Same {
  private constructor(private readonly known: ReadonlyMap<string, readonly string[]>) {}

  static async read(
    manager: EntityManager,
    { agencyId, clientAccountId }: WhoseList,
    recipientIds: readonly string[],
  ): Promise<Same> {
    const rows = await manager.query<{ id: string; same: string[] }[]>(READ_SAME, [
      ...[agencyId, clientAccountId, recipientIds],
    ]);
    const known = new Map<string, readonly string[]>();
    for (const { same } of rows) for (const id of same) known.set(id, same);
    return new Same(known);
  }

  of(recipientId: string): readonly string[] {
    return this.known.get(recipientId) ?? [recipientId];
  }

  /** Of all of some, each once: those of one person one after the other. */
  ofAll(recipientIds: readonly string[]): string[] {
    return [...new Set(recipientIds.flatMap((id) => [id, ...this.of(id)]))];
  }
}

/** Keeps that some are one, with all who are one with any of them already. Under the agency's book. */
export async function keepSame(
  manager: EntityManager,
  { agencyId, clientAccountId }: WhoseList,
  recipientIds: readonly string[],
): Promise<void> {
  if (recipientIds.length < 2) return;
  const rows = await manager.query<{ id: string; person: string }[]>(
    `SELECT recipient_id AS id, person_id AS person FROM listed_as_one
     WHERE agency_id = $1 AND client_account_id = $2 AND recipient_id = ANY ($3::uuid[]) ORDER BY recipient_id`,
    [agencyId, clientAccountId, recipientIds],
  );
  const [personId = recipientIds[0] ?? '', ...others] = new Set(rows.map(({ person }) => person));
  if (others.length > 0) {
    await manager.query(
      `UPDATE listed_as_one SET person_id = $3
       WHERE agency_id = $1 AND client_account_id = $2 AND person_id = ANY ($4::uuid[])`,
      [agencyId, clientAccountId, personId, others],
    );
  }
  const known = new Set(rows.map(({ id }) => id));
  const added = recipientIds.filter((id) => !known.has(id));
  await writeRows(
    manager,
    LISTED_AS_ONE,
    added.map((id) => ({
      ...{ agency_id: agencyId, client_account_id: clientAccountId },
      ...{ recipient_id: id, person_id: personId },
    })),
  );
}

/** Where people stand on a list. */
export interface Places {
  readonly there: readonly KeptProspect[];
  /** By which recipient each of them is on the list, or is to be put there. */
  readonly of: ReadonlyMap<string, string>;
  /** How many of those who are told to be one are several rows. */
  readonly apart: number;
}

/** `together`: those whom this list tells to be one, and who are two in the books. */
export async function placesOf(
  manager: EntityManager,
  list: WhoseList,
  recipientIds: readonly string[],
  together: readonly (readonly string[])[],
): Promise<Places> {
  const asked = [...recipientIds, ...together.flat()];
  const same = await Same.read(manager, list, asked);
  const there = await readKeptProspectsOfPeople(
    await ledgerOn(manager),
    list.agencyId,
    list.clientAccountId,
    same.ofAll(asked),
  );
  const listed = new Set(there.map(({ recipientId }) => recipientId));
  const of = new Map<string, string>();
  for (const id of recipientIds) {
    const people = together.find((some) => some.includes(id)) ?? [];
    const place =
      same.ofAll([id, ...people]).find((one) => listed.has(one)) ??
      same.of(id).find((one) => of.get(one) === one);
    of.set(id, place ?? id);
  }
  const rowsOf = (some: readonly string[]): number =>
    same.ofAll(some).filter((one) => listed.has(one)).length;
  return { there, of, apart: together.filter((some) => rowsOf(some) > 1).length };
}
