import type { EntityManager } from 'typeorm';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';

/** Addresses of one person: so many nobody has. Whatever is asked of a person is asked by all of them. */
export const ADDRESSES_MAX = 50;

/** What is said of a row that names nobody but by further ones. */
export const TOO_MANY_ADDRESSES = `A person is known by ${ADDRESSES_MAX} addresses at most: this one has so many already.`;

// Of all who are one person together; more than may be is not counted.
const COUNT_KEYS = `
SELECT n.id, p.ids[1] AS stays, (
  SELECT count(*)::int4 FROM (
    SELECT 1 FROM unnest(p.ids) AS m (id) CROSS JOIN LATERAL (
      SELECT 1 FROM recipient_key k WHERE k.agency_id = $1 AND k.recipient_id = m.id LIMIT ${ADDRESSES_MAX}) AS k
    LIMIT ${ADDRESSES_MAX}) AS counted) AS keys
FROM unnest($2::uuid[]) AS n (id) CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('$1', 'n.id')} AS ids) AS p`;

/** Recipients who are one person, or are to be made one. */
interface Counted {
  readonly ids: Set<string>;
  keys: number;
}

/** How many addresses people are known by, while more are told of them. */
export class AddressRoom {
  private readonly people = new Map<string, Counted>();

  /** Under the agency's book: nobody else tells of them meanwhile. */
  static async of(manager: EntityManager, agencyId: string, ids: readonly string[]): Promise<AddressRoom> {
    const room = new AddressRoom();
    if (ids.length === 0) return room;
    const rows = await manager.query<{ id: string; stays: string; keys: number }[]>(COUNT_KEYS, [
      ...[agencyId, [...new Set(ids)]],
    ]);
    for (const { id, stays, keys } of rows) {
      const counted = room.people.get(stays) ?? { ids: new Set([stays]), keys };
      counted.ids.add(id);
      room.people.set(stays, counted);
      room.people.set(id, counted);
    }
    return room;
  }

  /**
   * Makes some recipients one person, with as many addresses more as there is room for, of so many that are told. Answers how many
   * fit; null, and nothing is done, where together they would have too many as it is.
   */
  take(ids: readonly string[], more: number): number | null {
    const met = [...new Set(ids.flatMap((id) => this.people.get(id) ?? []))];
    const before = met.reduce((sum, counted) => sum + counted.keys, 0);
    if (met.length > 1 && before > ADDRESSES_MAX) return null;
    const fit = Math.min(more, Math.max(0, ADDRESSES_MAX - before));
    const together: Counted = {
      ids: new Set(met.flatMap((counted) => [...counted.ids])),
      keys: before + fit,
    };
    for (const id of together.ids) this.people.set(id, together);
    return fit;
  }
}
