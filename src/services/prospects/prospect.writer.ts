import type { DataSource, EntityManager } from 'typeorm';
import { alterRows, ledgerOn } from '../../ledger/books/manager-rows.js';
import { RECIPIENTS_SPELLED, spelledAs, type RecipientSpelledRow } from '../../ledger/books/people-tables.js';
import { LongWork } from '../../ledger/long-work.js';
import { merge, NO_WORDS, type ProspectWords } from '../../outreach/prospect.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { checkAuthorityUnderLock } from '../changes.js';
import { writeEmployersOf, type ListedWork } from './prospect.employers.js';
import { releaseHoldsOfListed } from './prospect.holds.js';
import type { ListEntry, Numbers } from './list.entry.js';
import { lockList, lockStanding } from './prospect.locks.js';
import { listedName, readMarked } from './prospect.marks.js';
import type { Addresses } from './prospect.named.js';
import { ListedPeople, type PeopleFound } from './prospect.people.js';
import { prospectOf, readKeptProspectsOfPeople, type KeptProspect, type Prospect } from './prospect.rows.js';
import { storeProspects } from './prospect.storing.js';

/** Somebody as a list tells of them. */
export interface Told extends Addresses {
  readonly words: ProspectWords;
}

/** What became of a row of a list. */
export type ListedAs = 'ADDED' | 'UPDATED' | 'UNCHANGED' | 'DUPLICATE' | 'ERASED' | 'REFUSED';

export interface ListedRow {
  readonly as: ListedAs;
  /** Null for somebody who was erased, who stays so, and for a row that names nobody but by addresses too many. */
  readonly prospect: Prospect | null;
}

export interface Listed {
  /** In the order of what was told. */
  readonly rows: readonly ListedRow[];
  /** People of the list who may not be contacted, of those that come up here for the first time. */
  readonly doNotContact: number;
  readonly apart: number;
  /** Rows that were taken without one of their addresses, because a person is known by so many at most. */
  readonly leftOut: number;
  /** People of whom so many employers are known already that what is told here is not kept: no mark on it binds them. */
  readonly unbound: number;
}

/** Where and how some people are listed. */
export interface Listing {
  readonly clientAccountId: string;
  /** Whether what a list tells takes the place of what another list told. */
  readonly replaces: boolean;
  /** The ids of those who came up in the same list before: what it says of them again fills gaps alone. */
  readonly seen: Set<string>;
  /** What the audit log is told of it. */
  readonly entry: ListEntry;
}

/** What was written of some rows. */
interface Written {
  readonly at: Instant;
  /** Who each of them is by now. */
  readonly ids: readonly (string | null)[];
  readonly rows: readonly ListedRow[];
  readonly unbound: ReadonlySet<string>;
}

/** Puts people on the lists of client accounts: each once, whatever is told of them and how often. */
export class ProspectWriter {
  constructor(
    private readonly dataSource: DataSource,
    private readonly fingerprints: Fingerprints,
  ) {}

  /**
   * Lists some people; a few hundred at a time, so that nobody waits long for the agency's book. A list may come in for minutes:
   * each piece of it is written by what the viewer may do then. Throws as checkAuthorityUnderLock does.
   */
  async list(viewer: Viewer, told: readonly Told[], listing: Listing, isLast: boolean): Promise<Listed> {
    const { agencyId } = viewer;
    const { clientAccountId } = listing;
    const people = new ListedPeople(this.fingerprints, agencyId);
    const make = async (): Promise<PeopleFound> => {
      const made = await inAgency(this.dataSource, viewer, async (manager) => {
        const at = await clockOf(manager);
        const those = await people.make(manager, told, { clientAccountId, at, by: viewer.actor });
        await checkAuthorityUnderLock(manager, viewer, at);
        return those;
      });
      people.note(made);
      return made;
    };
    let found = await make();
    while (found.hasMore) found = await make();
    const taken = told.map((one, index) => ({ ...one, ...found.taken[index] }));
    const { ids, rows, unbound } = await inAgency(this.dataSource, viewer, async (manager) => {
      const { at, ...written } = await this.write(manager, viewer, taken, found.ids, listing);
      await listing.entry.write(manager, at, changedBy(written.rows), isLast);
      return written;
    });
    listing.entry.wrote(changedBy(rows), isLast);
    await releaseHoldsOfListed(
      this.dataSource,
      viewer,
      ids.filter((id) => id !== null),
    );
    const isLess = (one: Told, index: number) =>
      found.ids[index] !== null &&
      (one.profileUrl !== taken[index]?.profileUrl ||
        one.salesNavigatorUrl !== taken[index].salesNavigatorUrl);
    const first = rows.filter(({ as }) => as !== 'DUPLICATE').flatMap(({ prospect }) => prospect ?? []);
    for (const id of ids) if (id !== null) listing.seen.add(id);
    const marked = await inAgency(this.dataSource, viewer, async (manager) =>
      readMarked(await ledgerOn(manager), agencyId, first),
    );
    return {
      rows,
      doNotContact: new Set(first.map(listedName).filter((name) => marked.has(name))).size,
      apart: found.apart,
      leftOut: told.filter(isLess).length,
      unbound: unbound.size,
    };
  }

  private async write(
    manager: EntityManager,
    viewer: Viewer,
    told: readonly Told[],
    found: readonly (string | null)[],
    { clientAccountId, replaces, seen }: Listing,
  ): Promise<Written> {
    const { agencyId } = viewer;
    await lockList(manager, agencyId, clientAccountId);
    const at = await clockOf(manager);
    await checkAuthorityUnderLock(manager, viewer, at);
    const standing = await lockStanding(
      manager,
      agencyId,
      found.filter((id) => id !== null),
    );
    const ids = found.map((id) => (id === null ? null : (standing.get(id)?.recipientId ?? id)));
    const erased = new Set([...standing.values()].flatMap((one) => (one.isErased ? one.recipientId : [])));
    const named = ids.filter((id) => id !== null);
    const transaction = await ledgerOn(manager);
    const there = await readKeptProspectsOfPeople(transaction, agencyId, clientAccountId, named);
    const before = new Map(there.map((prospect) => [prospect.recipientId, prospect]));
    const now = new Map<string, KeptProspect>();
    const isFirst = new Set<string>();
    const long = new LongWork(agencyId);
    for (const [index, one] of told.entries()) {
      await long.goOn();
      const recipientId = ids[index] ?? null;
      if (recipientId === null || erased.has(recipientId)) continue;
      const kept = now.get(recipientId) ?? before.get(recipientId);
      const isAgain = seen.has(recipientId) || isFirst.has(recipientId);
      isFirst.add(recipientId);
      const base = kept ?? this.stranger(recipientId, clientAccountId, one, at);
      const next = withTold(base, one, replaces && !isAgain);
      if (next !== null || !kept) now.set(recipientId, next ?? base);
    }
    await this.store(manager, agencyId, [...now.values()], before);
    const shown = (id: string) => now.get(id) ?? before.get(id);
    const unbound = await this.writeEmployers(manager, agencyId, [
      ...now.values(),
      ...told.flatMap((one, index) => notShown(shown(ids[index] ?? ''), one)),
    ]);
    isFirst.clear();
    const rows = ids.map((recipientId): ListedRow => {
      if (recipientId === null) return { as: 'REFUSED', prospect: null };
      if (erased.has(recipientId)) return { as: 'ERASED', prospect: null };
      const prospect = now.get(recipientId) ?? before.get(recipientId) ?? null;
      const isAgain = seen.has(recipientId) || isFirst.has(recipientId);
      isFirst.add(recipientId);
      if (isAgain) return { as: 'DUPLICATE', prospect };
      if (!before.has(recipientId)) return { as: 'ADDED', prospect };
      return { as: now.has(recipientId) ? 'UPDATED' : 'UNCHANGED', prospect };
    });
    return { at, ids, rows, unbound };
  }

  private stranger(
    recipientId: string,
    clientAccountId: string,
    { profileUrl, salesNavigatorUrl }: Told,
    at: number,
  ): KeptProspect {
    return prospectOf({
      ...NO_WORDS,
      ...{ id: uuidAt(at), clientAccountId, recipientId, addedAt: at },
      profileUrl: profileUrl ?? salesNavigatorUrl ?? '',
      salesNavigatorUrl: profileUrl === null ? null : salesNavigatorUrl,
    });
  }

  private async store(
    manager: EntityManager,
    agencyId: string,
    now: readonly KeptProspect[],
    before: ReadonlyMap<string, KeptProspect>,
  ): Promise<void> {
    const added = now.filter(({ recipientId }) => !before.has(recipientId));
    const changed = now.filter(({ recipientId }) => before.has(recipientId));
    await storeProspects(manager, agencyId, { added, changed });
    await alterRows(manager, RECIPIENTS_SPELLED, spelledBy(agencyId, now));
  }

  /** What a mark on a company or its domain binds a person by. Answers of whom it is not kept. */
  writeEmployers(
    manager: EntityManager,
    agencyId: string,
    people: readonly ListedWork[],
  ): Promise<Set<string>> {
    return writeEmployersOf(manager, { fingerprints: this.fingerprints, agencyId }, people);
  }
}

/** Where a row says that somebody works, and the list goes on showing something else: they are bound by it all the same. */
function notShown(prospect: KeptProspect | undefined, { words }: Told): ListedWork[] {
  if (!prospect) return [];
  const { recipientId, clientAccountId } = prospect;
  const company = words.company === prospect.company ? null : words.company;
  const companyDomain = words.companyDomain === prospect.companyDomain ? null : words.companyDomain;
  return company === null && companyDomain === null
    ? []
    : [{ recipientId, clientAccountId, company, companyDomain }];
}

/** On a list, by what became of them. */
function changedBy(rows: readonly ListedRow[]): Numbers {
  const count = (as: ListedAs): number => rows.filter((row) => row.as === as).length;
  return { added: count('ADDED'), updated: count('UPDATED') };
}

/** By which addresses a list knows people: by these they are told once they are on it no more, whatever others know them by. */
function spelledBy(agencyId: string, listed: readonly KeptProspect[]): RecipientSpelledRow[] {
  return listed.map(({ recipientId: id, clientAccountId, profileUrl }) =>
    spelledAs({ agencyId, id }, clientAccountId, profileUrl),
  );
}

/** A prospect with what is told of it besides; null where that is nothing new. */
function withTold(prospect: KeptProspect, told: Told, replaces: boolean): KeptProspect | null {
  const words = merge(prospect, told.words, replaces);
  const profileUrl = addressOf(prospect, told);
  const known =
    prospect.salesNavigatorUrl ?? (profileUrl === prospect.profileUrl ? null : prospect.profileUrl);
  const besides = profileUrl.includes('/sales/lead/') ? null : told.salesNavigatorUrl;
  const salesNavigatorUrl = known ?? besides;
  const isSameAddress =
    profileUrl === prospect.profileUrl && salesNavigatorUrl === prospect.salesNavigatorUrl;
  if (words === null && isSameAddress) return null;
  return prospectOf({ ...prospect, ...words, profileUrl, salesNavigatorUrl });
}

/** The address of the site stands before that of Sales Navigator, once it is known. */
function addressOf(prospect: Prospect, { profileUrl }: Told): string {
  return profileUrl !== null && prospect.profileUrl.includes('/sales/lead/')
    ? profileUrl
    : prospect.profileUrl;
}
