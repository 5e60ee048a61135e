import type { EntityManager } from 'typeorm';
import { comparedAddress } from '../../imports/profile-url.js';
import type { RecipientKey } from '../../ledger/people/recipients.js';
import { waitForBook } from '../../ledger/books/lock.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { RECIPIENT, RECIPIENT_KEY } from '../../ledger/books/tables.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { uuidRandom } from '../../tenancy/uuid.js';
import { joinPeople } from './prospect.joining.js';
import { ADDRESSES_MAX, AddressRoom } from './prospect.keys.js';
import { lockList, lockPeople } from './prospect.locks.js';
import {
  addressesOf,
  find,
  isSettled,
  newPerson,
  staying,
  type Addresses,
  type NamedPerson,
  type Person,
} from './prospect.named.js';
import { recipientKey } from '../decisions/recipient-input.js';

/** For whose list people are made, when, and by whom. */
interface Making {
  readonly clientAccountId: string;
  readonly at: number;
  readonly by: string;
}

/** Who is who among the people of a list. */
export interface PeopleFound {
  /** Of the recipients, in the order that they were asked for; null where a row names nobody but by addresses too many. */
  readonly ids: readonly (string | null)[];
  /** What of the addresses of each row the person is known by: one too many, whoever told of the others, is left out. */
  readonly taken: readonly Addresses[];
  /** Pairs that are one person, and yet stay two on the list: both have a history of their own. */
  readonly apart: number;
  /** Not all are found out yet who are one: asked again, more are. */
  readonly hasMore: boolean;
  /** Names of the keys of those of whom it was found out. */
  readonly judged: readonly string[];
}

/** People that are made one while the agency's book is held: each by some statements of its own. */
const JOINS_AT_ONCE = 25;

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
   * The ids of some people, in a transaction of its own that is short: it holds the list, which may be rewritten, and the agency's
   * book, because decisions make people under it. Nothing that decisions rest on is changed, so the revision stays. Where very many are to be made one the rest
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
      await lockList(manager, this.agencyId, clientAccountId);
      await waitForBook(manager, this.agencyId);
      await this.lookUp(manager, different);
      const several = different
        .map(({ known }) => [...new Set(known.values())])
        .filter(({ length }) => length > 1);
      await lockPeople(manager, this.agencyId, several.flat());
    }
    const crowded = await this.leaveOut(manager, different);
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
    const found = rows.map((row) => find(row, { ids, apart, crowded }));
    return {
      ids: found.map(({ id }) => id),
      taken: found.map(({ names }, index) => addressesOf(addresses[index], names)),
      ...{ apart: apart.size, hasMore, judged },
    };
  }

  /** To be called once what was found out is committed: a transaction that failed found out nothing. */
  note({ judged }: PeopleFound): void {
    for (const name of judged) this.judged.add(name);
  }

  /**
   * Leaves out the addresses by which somebody would be known by too many: what other lists told of a person keeps nobody from being
   * taken by what is known. Answers who can't be made one person for it: nothing is written of them.
   */
  private async leaveOut(manager: EntityManager, people: readonly Person[]): Promise<Set<Person>> {
    const growing = people.flatMap((person) => {
      const known = [...new Set(person.known.values())];
      const more = [...person.keys.keys()].filter((name) => !person.known.has(name));
      return known.length > 1 || (known.length === 1 && more.length > 0) ? { person, known, more } : [];
    });
    const ids = growing.flatMap(({ known }) => known);
    const room = await AddressRoom.of(manager, this.agencyId, ids);
    const crowded = new Set<Person>();
    for (const { person, known, more } of growing) {
      const fit = room.take(known, more.length);
      if (fit === null) crowded.add(person);
      for (const name of more.slice(fit ?? 0)) person.keys.delete(name);
    }
    return crowded;
  }

  /** The person of each row: rows that share a key are one, as far as one may have so many. */
  private gather(addresses: readonly Addresses[]): (NamedPerson | null)[] {
    const byKey = new Map<string, Person>();
    const rows = addresses.map((address) => {
      const keys = this.keysOf(address);
      const names = keys.map(([name]) => name);
      const met = new Set(names.flatMap((name) => byKey.get(name) ?? []));
      const together = new Map([...[...met].flatMap((person) => [...person.keys]), ...keys]);
      if (together.size > ADDRESSES_MAX) return names;
      const [person = newPerson(address)] = met;
      for (const [name, key] of together) {
        person.keys.set(name, key);
        byKey.set(name, person);
      }
      return names;
    });
    return rows.map((names) => {
      const [person] = names.flatMap((name) => byKey.get(name) ?? []);
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
    const { agencyId, fingerprints } = this;
    return joinPeople(manager, { agencyId, fingerprints, clientAccountId, stays, others, by });
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
