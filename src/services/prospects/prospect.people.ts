import type { EntityManager } from 'typeorm';
import { comparedAddress } from '../../imports/profile-url.js';
import type { RecipientKey } from '../../ledger/reading/facts.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { RECIPIENT, RECIPIENT_KEY } from '../../ledger/books/tables.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { uuidRandom } from '../../tenancy/uuid.js';
import { joinPeople } from './prospect.joining.js';
import { ADDRESSES_MAX, AddressRoom } from './prospect.keys.js';
import { recipientKey } from '../decisions/recipient-input.js';

/** A person by their addresses, normalised: one of them at least. */
export interface Addresses {
  readonly profileUrl: string | null;
  readonly salesNavigatorUrl: string | null;
}

/** For whose list people are made, when, and by whom. */
interface Making {
  readonly clientAccountId: string;
  readonly at: number;
  readonly by: string;
}

/** Who is who among the people of a list. */
export interface PeopleFound {
  /** Of the recipients, in the order that they were asked for; null where somebody would be known by too many addresses. */
  readonly ids: readonly (string | null)[];
  /** Pairs that are one person, and yet stay two on the list: both have a history of their own. */
  readonly apart: number;
  /** Not all are found out yet who are one: asked again, more are. */
  readonly hasMore: boolean;
  /** Names of the keys of those of whom it was found out. */
  readonly judged: readonly string[];
}

/** People that are made one while the agency's book is held: each by some statements of its own. */
const JOINS_AT_ONCE = 25;

/** A person of a list: all the keys that rows of it have in common. */
interface Person {
  readonly keys: Map<string, RecipientKey>;
  readonly profileUrl: string;
  /** Those that are known, by the name of the key that found them. */
  readonly known: Map<string, string>;
  /** Names of keys that are written down under the newest secret. */
  readonly written: Set<string>;
}

/** A row's person, and the names of the row's own keys. */
interface NamedPerson {
  readonly person: Person;
  readonly names: readonly string[];
}

const LOOK_UP = `
SELECT fingerprint, recipient_id FROM recipient_key
WHERE agency_id = $1 AND kind = $2 AND key_version = $3 AND fingerprint = ANY ($4)`;

/**
 * Finds people by the fingerprints of their addresses, makes those who are new, and joins those whom a row names by an
 * address of the site and one of Sales Navigator. Who a person is, is never told by their name.
 */
export class ListedPeople {
  /** Names of the keys of those who were made one, or were found to stay two, and it was committed: once is enough. */
  private readonly judged = new Set<string>();

  constructor(
    private readonly fingerprints: Fingerprints,
    private readonly agencyId: string,
  ) {}

  /**
   * The ids of some people, in a transaction of its own that is short: it holds the agency's book, because decisions make
   * people under it. Nothing that decisions rest on is changed, so the revision stays. Where very many are to be made one the rest
   * is left to the next time.
   */
  async make(
    manager: EntityManager,
    addresses: readonly Addresses[],
    { clientAccountId, at, by }: Making,
  ): Promise<PeopleFound> {
    const rows = this.gather(addresses);
    const different = [...new Set(rows.flatMap((row) => row?.person ?? []))];
    await this.lookUp(manager, different);
    if (different.some((person) => !isSettled(person))) {
      await manager.query('SELECT 1 FROM agency_book WHERE agency_id = $1 FOR NO KEY UPDATE', [
        this.agencyId,
      ]);
      await this.lookUp(manager, different);
    }
    const crowded = await this.findCrowded(manager, different);
    const taken = different.filter((person) => !crowded.has(person));
    const ids = new Map<Person, string>();
    const apart = new Set<Person>();
    const strangers: Person[] = [];
    const judged: string[] = [];
    let joins = 0;
    let hasMore = false;
    for (const person of taken) {
      const known = [...new Set(person.known.values())];
      const [only] = known;
      if (only === undefined) strangers.push(person);
      const isTwo = known.length > 1;
      const wasJudged = [...person.keys.keys()].some((name) => this.judged.has(name));
      if (isTwo && !wasJudged && joins === JOINS_AT_ONCE) {
        hasMore = true;
        continue;
      }
      if (isTwo && !wasJudged) {
        joins += 1;
        judged.push(...person.keys.keys());
      }
      const isOne = !isTwo || (!wasJudged && (await this.join(manager, person, { clientAccountId, by })));
      if (!isOne) apart.add(person);
      ids.set(person, (isTwo && isOne ? staying(person) : only) ?? uuidRandom());
    }
    await this.write(manager, strangers, taken, ids, at);
    const idOf = (row: NamedPerson | null): string | null => {
      if (row === null) return null;
      const { person, names } = row;
      if (crowded.has(person)) return onlyOne(names.map((name) => person.known.get(name) ?? null));
      const [name = ''] = names;
      return (apart.has(person) ? person.known.get(name) : undefined) ?? ids.get(person) ?? null;
    };
    return { ids: rows.map(idOf), apart: apart.size, hasMore, judged };
  }

  /** To be called once what was found out is committed: a transaction that failed found out nothing. */
  note({ judged }: PeopleFound): void {
    for (const name of judged) this.judged.add(name);
  }

  /** Those who would be known by too many addresses: nothing is written of them. */
  private async findCrowded(manager: EntityManager, people: readonly Person[]): Promise<Set<Person>> {
    const growing = people.flatMap((person) => {
      const known = [...new Set(person.known.values())];
      const more = person.keys.size - person.known.size;
      return known.length > 1 || (known.length === 1 && more > 0) ? { person, known, more } : [];
    });
    const ids = growing.flatMap(({ known }) => known);
    const room = await AddressRoom.of(manager, this.agencyId, ids);
    return new Set(growing.filter(({ known, more }) => !room.take(known, more)).map(({ person }) => person));
  }

  /** The person of each row: rows that share a key are one. Null for a row by which one would have too many. */
  private gather(addresses: readonly Addresses[]): (NamedPerson | null)[] {
    const byKey = new Map<string, Person>();
    const rows = addresses.map((address) => {
      const keys = this.keysOf(address);
      const met = new Set(keys.flatMap(([name]) => byKey.get(name) ?? []));
      const together = new Map([...[...met].flatMap((person) => [...person.keys]), ...keys]);
      if (together.size > ADDRESSES_MAX) return [];
      const [person = newPerson(address)] = met;
      for (const [name, key] of together) {
        person.keys.set(name, key);
        byKey.set(name, person);
      }
      return keys.map(([name]) => name);
    });
    return rows.map((names) => {
      const person = byKey.get(names[0] ?? '');
      return person ? { person, names } : null;
    });
  }

  private keysOf({ profileUrl, salesNavigatorUrl }: Addresses): [string, RecipientKey][] {
    return [profileUrl, salesNavigatorUrl].flatMap((url): [string, RecipientKey][] =>
      url === null ? [] : [[comparedAddress(url), recipientKey(this.fingerprints, this.agencyId, url)]],
    );
  }

  private async lookUp(manager: EntityManager, people: readonly Person[]): Promise<void> {
    const asked = new Map<string, Map<string, { person: Person; name: string; isNewest: boolean }>>();
    for (const person of people) {
      person.known.clear();
      for (const [name, { kind, older = [], ...newest }] of person.keys) {
        for (const made of [newest, ...older]) {
          const table = `${kind} ${made.version}`;
          const ofTable =
            asked.get(table) ?? new Map<string, { person: Person; name: string; isNewest: boolean }>();
          ofTable.set(made.fingerprint.toString('latin1'), { person, name, isNewest: made === newest });
          asked.set(table, ofTable);
        }
      }
    }
    for (const [table, ofTable] of asked) {
      const fingerprints = [...ofTable.keys()].map((text) => Buffer.from(text, 'latin1'));
      const rows = await manager.query<{ fingerprint: Buffer; recipient_id: string }[]>(LOOK_UP, [
        this.agencyId,
        ...table.split(' '),
        fingerprints,
      ]);
      for (const { fingerprint, recipient_id: id } of rows) {
        const found = ofTable.get(fingerprint.toString('latin1'));
        found?.person.known.set(found.name, id);
        if (found?.isNewest) found.person.written.add(found.name);
      }
    }
  }

  /** Whether they are one since; false where none is given up. */
  private async join(
    manager: EntityManager,
    person: Person,
    { clientAccountId, by }: Pick<Making, 'clientAccountId' | 'by'>,
  ): Promise<boolean> {
    const stays = staying(person) ?? '';
    const others = [...new Set(person.known.values())].filter((id) => id !== stays);
    const isOne = await joinPeople(manager, { agencyId: this.agencyId, clientAccountId, stays, others, by });
    return isOne;
  }

  private async write(
    manager: EntityManager,
    strangers: readonly Person[],
    people: readonly Person[],
    ids: ReadonlyMap<Person, string>,
    at: number,
  ): Promise<void> {
    const recipients = strangers.map((person) => ({
      ...{ agency_id: this.agencyId, id: ids.get(person) ?? '', profile_url: person.profileUrl },
      ...{ name: null, company: null, company_domain: null, created_at: at },
    }));
    await writeRows(manager, RECIPIENT, recipients);
    const keys = people.flatMap((person) => {
      // Two that stay apart keep each its own.
      if (new Set(person.known.values()).size > 1) return [];
      return [...person.keys]
        .filter(([name]) => !person.written.has(name))
        .map(([, { kind, version, fingerprint }]) => ({
          ...{ agency_id: this.agencyId, kind, key_version: version, fingerprint },
          recipient_id: ids.get(person) ?? '',
        }));
    });
    await writeRows(manager, RECIPIENT_KEY, keys);
  }
}

/** Of several the one whom the address of the site names. */
function staying({ known }: Person): string | undefined {
  const [first] = known.values();
  return [...known].find(([name]) => name.includes('/in/'))?.[1] ?? first;
}

function newPerson({ profileUrl, salesNavigatorUrl }: Addresses): Person {
  return {
    keys: new Map(),
    profileUrl: profileUrl ?? salesNavigatorUrl ?? '',
    known: new Map(),
    written: new Set(),
  };
}

/** What all of them are; null where they are not all the same. */
function onlyOne(ids: readonly (string | null)[]): string | null {
  const [first = null, ...others] = new Set(ids);
  return others.length === 0 ? first : null;
}

/** Whether one person is known, by all keys, under the newest secret. */
function isSettled({ keys, known, written }: Person): boolean {
  return new Set(known.values()).size === 1 && written.size === keys.size;
}
