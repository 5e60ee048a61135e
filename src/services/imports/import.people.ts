import type { DataSource, EntityManager } from 'typeorm';
import type { LinkedInExport } from '../../imports/linkedin-export.js';
import { nameKey } from '../../imports/people.js';
import { comparedAddress } from '../../imports/profile-url.js';
import type { RecipientKey } from '../../ledger/people/recipients.js';
import { waitForBook } from '../../ledger/books/lock.js';
import { alterRows, writeRows } from '../../ledger/books/manager-rows.js';
import { personOf } from '../../ledger/people/one-person.js';
import { employerRows, writeEmployers, type ListedEmployerRow } from '../../ledger/people/employers.js';
import { LongWork } from '../../ledger/long-work.js';
import { releaseHoldsOfMarked } from '../../ledger/release-holds.js';
import { RECIPIENT, RECIPIENT_KEY } from '../../ledger/books/tables.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { uuidRandom } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { checkAuthorityUnderLock } from '../changes.js';
import { NAME_LENGTH_MAX } from '../checks.js';
import { nthFingerprint } from './import.books.js';
import { inTurns } from '../in-turns.js';
import { RECIPIENTS_DESCRIBED } from './import.tables.js';
import { employerKey, recipientKey } from '../decisions/recipient-input.js';

/** People that are looked up in one statement, or told more of. */
const LOOKED_UP_AT_ONCE = 2_000;
/** People that are made while the agency's book is held: some 40 ms. */
const MADE_AT_ONCE = 500;
/** People that are collected before others get a turn. */
const COLLECTED_AT_ONCE = 5_000;

/** Somebody whom an archive names. */
interface Person {
  /** Normalised; null where the archive tells the name alone. */
  readonly profileUrl: string | null;
  name: string | null;
  company: string | null;
  /** Told apart by it where neither address nor name is known. */
  readonly unnamed: string | null;
  /** Of the recipient; set once the person is in the database. */
  id: string | null;
  /** Of the one that stays, of several who are one. */
  personId: string | null;
}

/** Of a record of the archive. */
interface Named {
  readonly recipientUrl: string | null;
  readonly recipientName: string | null;
}

/** The people of one archive, each once: by address, or, without one, by name among the people of the seat. */
export class ArchivePeople {
  private readonly byAddress = new Map<string, Person>();
  private readonly byName = new Map<string, Person>();
  private readonly unnamed = new Map<string, Person>();

  constructor(
    private readonly fingerprints: Fingerprints,
    private readonly viewer: Viewer,
    private readonly seat: { readonly id: string; readonly clientAccountId: string },
  ) {}

  async collect(archive: LinkedInExport, signal: AbortSignal | undefined): Promise<void> {
    await inTurns(archive.connections, COLLECTED_AT_ONCE, signal, (connections) => {
      for (const { profileUrl, name, company } of connections) {
        const person = this.add(profileUrl, name);
        if (person) person.company ??= company;
      }
    });
    await inTurns(archive.sends, COLLECTED_AT_ONCE, signal, (sends) => {
      for (const { recipientUrl, recipientName } of sends) this.add(recipientUrl, recipientName);
    });
    await inTurns(archive.engagements, COLLECTED_AT_ONCE, signal, (engagements) => {
      for (const { recipientUrl, recipientName, fingerprint } of engagements) {
        if (this.add(recipientUrl, recipientName)) continue;
        // Somebody hidden answered: nobody can be named, and yet it was somebody.
        this.unnamed.set(fingerprint, newPerson({ unnamed: fingerprint }));
      }
    });
  }

  /** The recipient of a send; null where it went to nobody in particular. */
  recipientId({ recipientUrl, recipientName }: Named): string | null {
    return this.find(recipientUrl, recipientName)?.id ?? null;
  }

  /** The person of a send, by whichever address; null where it went to nobody in particular. */
  personId({ recipientUrl, recipientName }: Named): string | null {
    return this.find(recipientUrl, recipientName)?.personId ?? null;
  }

  /** Whoever did something in answer, known or not. */
  actorId(engagement: Named & { readonly fingerprint: string }): string {
    const id = this.recipientId(engagement) ?? this.unnamed.get(engagement.fingerprint)?.id;
    if (!id) throw new Error('Everybody who answered was made known.');
    return id;
  }

  /**
   * Finds everybody's id, and makes those who are new: a row with their address and no other word of them, and the fingerprints to
   * find it by. In transactions of their own, because other requests make people as well: whoever waited for the rest of
   * an import to find out who is who would keep the agency waiting. They stay where the import is refused: whoever tells of one of
   * them is told the address again.
   */
  async makeKnown(dataSource: DataSource, at: Instant, signal: AbortSignal | undefined): Promise<void> {
    const everybody = this.everybody();
    await inTurns(everybody, LOOKED_UP_AT_ONCE, signal, (people) =>
      inAgency(dataSource, this.viewer, (manager) => this.lookUp(manager, people)),
    );
    const strangers = everybody.filter(({ id }) => id === null);
    await inTurns(strangers, MADE_AT_ONCE, signal, (people) =>
      inAgency(dataSource, this.viewer, (manager) => this.make(manager, people, at)),
    );
  }

  /**
   * Tells what is known of people where it wasn't yet. Of whom the archive tells no address the fingerprint of the name is all that is
   * kept: nobody could be asked for by address to have what is written in clear exported, or erased.
   */
  async describe(manager: EntityManager, signal: AbortSignal | undefined): Promise<void> {
    await inTurns(this.everybody(), LOOKED_UP_AT_ONCE, signal, async (people) => {
      const told = people.flatMap(({ id, unnamed, profileUrl, name, company }) => {
        if (unnamed !== null || id === null) return [];
        const { agencyId } = this.viewer;
        return {
          ...{ agency_id: agencyId, id, profile_url: profileUrl },
          name: shortened(name),
          company: shortened(company),
        };
      });
      await alterRows(
        manager,
        RECIPIENTS_DESCRIBED,
        told.filter(({ profile_url }) => profile_url !== null),
      );
      const employers = await new LongWork(this.viewer.agencyId).each(told, ({ id, company }) =>
        this.employersOf(id, company),
      );
      await writeEmployers(manager, employers.flat());
    });
  }

  /** Gives back what is held for whom it told to be of a company that is marked (P13); under the agency's book, once they are described. */
  async giveBackHeld(manager: EntityManager, at: Instant): Promise<void> {
    const { agencyId, actor: by } = this.viewer;
    const told = new Set(
      this.everybody().flatMap(({ company, id, personId }) => (company === null ? [] : [id, personId])),
    );
    // By what is held, of which there is less than there are people in an archive.
    const held = await manager.query<{ id: string; personId: string }[]>(HELD, [agencyId, at]);
    const ids = held.filter(({ id, personId }) => told.has(id) || told.has(personId)).map(({ id }) => id);
    if (ids.length === 0) return;
    await releaseHoldsOfMarked(manager, agencyId, ids, { because: 'DO_NOT_CONTACT', at, by });
  }

  private employersOf(recipientId: string, company: string | null): ListedEmployerRow[] {
    const { agencyId } = this.viewer;
    const key = company === null ? null : employerKey(this.fingerprints, agencyId, 'COMPANY', company);
    const rows = key ? employerRows({ agencyId, recipientId, scopeId: agencyId }, [key]) : [];
    return rows.map((row) => ({ ...row, client_account_id: this.seat.clientAccountId }));
  }

  private add(profileUrl: string | null, name: string | null): Person | null {
    if (profileUrl === null && name === null) return null;
    const known = this.find(profileUrl, name);
    if (known) {
      known.name ??= name;
      return known;
    }
    const person = newPerson({ profileUrl, name });
    if (profileUrl === null) this.byName.set(nameKey(name), person);
    else this.byAddress.set(comparedAddress(profileUrl), person);
    return person;
  }

  private find(profileUrl: string | null, name: string | null): Person | undefined {
    if (profileUrl !== null) return this.byAddress.get(comparedAddress(profileUrl));
    return name === null ? undefined : this.byName.get(nameKey(name));
  }

  private everybody(): Person[] {
    return [...this.byAddress.values(), ...this.byName.values(), ...this.unnamed.values()];
  }

  private keyOf({ profileUrl, name, unnamed }: Person): RecipientKey {
    const { agencyId } = this.viewer;
    if (profileUrl !== null) return recipientKey(this.fingerprints, agencyId, profileUrl);
    // A name says who it is among the people of one seat at most.
    const told = (nth: number) =>
      unnamed === null
        ? ['NAME', this.seat.id, nameKey(name)]
        : ['UNNAMED', this.seat.id, nthFingerprint(unnamed, nth)];
    return {
      kind: 'NAME',
      version: this.fingerprints.version,
      fingerprint: this.fingerprints.of('RECIPIENT', agencyId, ...told(0)),
      // The row of somebody unnamed had another fingerprint under an older secret as well.
      older: this.fingerprints
        .olderOf('RECIPIENT', agencyId)
        .flatMap(
          (_, index) => this.fingerprints.olderOf('RECIPIENT', agencyId, ...told(index + 1))[index] ?? [],
        ),
    };
  }

  private async lookUp(manager: EntityManager, people: readonly Person[]): Promise<void> {
    for (const person of people) person.id = null;
    const asked = new Map<string, Map<string, Person>>();
    for (const person of people) {
      const { kind, ...newest } = this.keyOf(person);
      for (const { version, fingerprint } of [newest, ...(newest.older ?? [])]) {
        const name = `${kind} ${version}`;
        const ofName = asked.get(name) ?? new Map<string, Person>();
        asked.set(name, ofName.set(fingerprint.toString('latin1'), person));
      }
    }
    for (const [name, ofName] of asked) {
      const fingerprints = [...ofName.keys()].map((text) => Buffer.from(text, 'latin1'));
      const rows = await manager.query<FoundRow[]>(LOOK_UP, [
        this.viewer.agencyId,
        ...name.split(' '),
        fingerprints,
      ]);
      for (const { fingerprint, recipient_id: id, person_id: personId } of rows) {
        const person = ofName.get(fingerprint.toString('latin1'));
        if (person) Object.assign(person, { id, personId });
      }
    }
  }

  private async make(manager: EntityManager, people: readonly Person[], at: Instant): Promise<void> {
    const { agencyId } = this.viewer;
    // Decisions make people under the book: who holds it finds out for good who is new. Nothing that decisions rest on
    // is changed, so the revision stays.
    await waitForBook(manager, agencyId);
    await checkAuthorityUnderLock(manager, this.viewer, await clockOf(manager));
    await this.lookUp(manager, people);
    const strangers = people.filter(({ id }) => id === null);
    for (const person of strangers) person.personId = person.id = uuidRandom();
    const recipients = strangers.map(({ id, profileUrl }) => ({
      ...{ agency_id: agencyId, id: id ?? '', profile_url: profileUrl, created_at: at },
      ...{ name: null, company: null, company_domain: null },
    }));
    await writeRows(manager, RECIPIENT, recipients);
    const keys = strangers.map((person) => {
      const { kind, version, fingerprint } = this.keyOf(person);
      return { agency_id: agencyId, kind, key_version: version, fingerprint, recipient_id: person.id ?? '' };
    });
    await writeRows(manager, RECIPIENT_KEY, keys);
  }
}

// = ANY, not a join: whatever plan is made of it, on tables that have just grown too, reads no row twice.
const LOOK_UP = `
SELECT fingerprint, recipient_id, ${personOf('k.agency_id', 'k.recipient_id')} AS person_id FROM recipient_key k
WHERE agency_id = $1 AND kind = $2 AND key_version = $3 AND fingerprint = ANY ($4)`;

const HELD = `
SELECT h.id, ${personOf('$1::uuid', 'h.id')} AS "personId" FROM (
  SELECT DISTINCT recipient_id AS id FROM hold WHERE agency_id = $1 AND expires_at > $2) AS h`;

interface FoundRow {
  readonly fingerprint: Buffer;
  readonly recipient_id: string;
  readonly person_id: string;
}

function newPerson(told: Partial<Person>): Person {
  return { profileUrl: null, name: null, company: null, unnamed: null, id: null, personId: null, ...told };
}

/** As long as the name that a caller may give. */
function shortened(name: string | null): string | null {
  return name === null ? null : [...name].slice(0, NAME_LENGTH_MAX).join('');
}
