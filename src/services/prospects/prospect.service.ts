import type { DataSource, EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { LongWork } from '../../ledger/long-work.js';
import { isSame, TAGS_MAX } from '../../outreach/prospect.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Permission } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { checkAuthorityUnderLock } from '../changes.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { byId, type Page, type PageAsked } from '../page.js';
import { ListEntry } from './list.entry.js';
import { checkTags, checkTerms, readNewProspect } from './prospect.checks.js';
import type { NewProspect, ProspectTerms } from './prospect.checks.js';
import { editedBy, retagged, type TagChange } from './prospect.edits.js';
import { releaseHoldsOfListed } from './prospect.holds.js';
import { lockList } from './prospect.locks.js';
import { listedName, readMarked, type Listed } from './prospect.marks.js';
import { TOO_MANY_ADDRESSES } from './prospect.keys.js';
import {
  prospectOf,
  readKeptProspects,
  readProspects,
  type KeptProspect,
  type Prospect,
} from './prospect.rows.js';
import type { ProspectSearch } from './prospect.search.js';
import type { ProspectSearches } from './prospect.searching.js';
import { storeProspects, writeTerms } from './prospect.storing.js';
import type { ListedAs, ProspectWriter } from './prospect.writer.js';

/** Prospects that are named in one request. */
const PROSPECTS_AT_ONCE = 500;

export interface AddProspects {
  readonly clientAccountId: string;
  readonly prospects: readonly NewProspect[];
  readonly replace?: boolean | null | undefined;
}

/** What became of one of many. */
export interface ProspectOutcome {
  readonly as: ListedAs;
  readonly prospect: Prospect | null;
  readonly refusal: Refusal | null;
}

export interface TagProspects extends TagChange {
  readonly prospectIds: readonly string[];
}

/** The people whom client accounts write to. */
export class ProspectService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: ProspectWriter,
    private readonly audit: AuditLog,
    private readonly searches: ProspectSearches,
  ) {}

  /** In order of last name. Throws BAD_USER_INPUT for a search that can't be made, or goes through too much. */
  prospects(viewer: Viewer, asked: ProspectSearch, page: PageAsked): Promise<Page<Prospect>> {
    return this.searches.page(viewer, asked, page);
  }

  countProspects(viewer: Viewer, asked: ProspectSearch): Promise<number> {
    return this.searches.count(viewer, asked);
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Prospect>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await readProspects(await ledgerOn(manager), viewer, ids)),
    );
  }

  /** By listedName(): who of these may not be contacted. */
  marked(viewer: Viewer, listed: readonly Listed[]): Promise<Map<string, boolean>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const marked = await readMarked(await ledgerOn(manager), viewer.agencyId, listed);
      return new Map(listed.map((one) => [listedName(one), marked.has(listedName(one))]));
    });
  }

  /** Each by itself: one that is refused spoils no other. Refuses with FORBIDDEN_FOR_ROLE and NOT_FOUND. */
  async addProspects(viewer: Viewer, input: AddProspects): Promise<readonly ProspectOutcome[] | Refusal> {
    const refusal = forbidden(viewer, 'addProspects') ?? tooMany(input.prospects, 'prospects');
    if (refusal) return refusal;
    const { clientAccountId } = input;
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      findClientAccount(manager, viewer, clientAccountId),
    );
    if (!found) return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
    const read = input.prospects.map(readNewProspect);
    const told = read.flatMap((one) => (one instanceof Refusal ? [] : one));
    const subject = {
      verb: 'addProspects',
      subjectKind: 'CLIENT_ACCOUNT',
      subjectId: clientAccountId,
    } as const;
    const entry = new ListEntry(this.audit, viewer, subject);
    const replaces = input.replace ?? false;
    const listing = { clientAccountId, replaces, seen: new Set<string>(), entry };
    const listed = told.length > 0 ? await this.writer.list(viewer, told, listing, true) : { rows: [] };
    const rows = [...listed.rows];
    return read.map((one): ProspectOutcome => {
      if (one instanceof Refusal) return { as: 'REFUSED', prospect: null, refusal: one };
      const { as = 'UNCHANGED', prospect = null } = rows.shift() ?? {};
      const refused = as === 'REFUSED' ? refuse('INVALID', TOO_MANY_ADDRESSES, 'profileUrl') : null;
      return { as, prospect, refusal: refused };
    });
  }

  /** What is set here no list overwrites. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND and INVALID. */
  async updateProspect(
    viewer: Viewer,
    { prospectId, ...terms }: ProspectTerms & { readonly prospectId: string },
  ): Promise<Prospect | Refusal> {
    const refusal = forbidden(viewer, 'updateProspect') ?? checkTerms(terms);
    if (refusal) return refusal;
    const changed = await this.change(viewer, [prospectId], 'prospectId', async (manager, [prospect], at) => {
      if (!prospect) throw new Error('It was found.');
      const words = editedBy(prospect, terms);
      if (isSame(prospect, words) && words.edited.length === prospect.edited.length) return prospect;
      const next = prospectOf({ ...prospect, ...words });
      await this.store(manager, viewer, [next]);
      await this.audit.write(manager, viewer, at, {
        verb: 'updateProspect',
        subjectKind: 'PROSPECT',
        subjectId: prospectId,
        before: {},
        after: {
          fields: Object.keys(terms).filter((name) => terms[name as keyof ProspectTerms] !== undefined),
        },
      });
      return next;
    });
    if (!(changed instanceof Refusal))
      await releaseHoldsOfListed(this.dataSource, viewer, [changed.recipientId]);
    return changed;
  }

  /** Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND (any of them) and INVALID; answers how many are otherwise since. */
  async tagProspects(viewer: Viewer, input: TagProspects): Promise<{ changed: number } | Refusal> {
    const refusal =
      forbidden(viewer, 'tagProspects') ??
      tooMany(input.prospectIds, 'prospectIds') ??
      checkTags(input.add, 'add') ??
      checkTags(input.remove, 'remove');
    if (refusal) return refusal;
    return this.change(viewer, input.prospectIds, 'prospectIds', async (manager, found, at) => {
      const tagged = await new LongWork(viewer.agencyId).each(found, (prospect) => retagged(prospect, input));
      if (tagged.some((one) => one === null)) {
        return refuse('INVALID', `A prospect has ${TAGS_MAX} tags at most.`, 'add');
      }
      const changed = tagged.filter((one, index) => one !== null && one !== found[index]);
      await this.store(
        manager,
        viewer,
        changed.flatMap((one) => one ?? []),
      );
      await this.tell(
        manager,
        viewer,
        at,
        'tagProspects',
        changed.flatMap((one) => one ?? []),
      );
      return { changed: changed.length };
    });
  }

  /** Takes them off their lists. Who they are, and what was sent to them, stays. Refuses as tagProspects does. */
  async removeProspects(
    viewer: Viewer,
    prospectIds: readonly string[],
  ): Promise<{ changed: number } | Refusal> {
    const refusal = forbidden(viewer, 'removeProspects') ?? tooMany(prospectIds, 'prospectIds');
    if (refusal) return refusal;
    return this.change(viewer, prospectIds, 'prospectIds', async (manager, found, at) => {
      const ids = found.map(({ id }) => id);
      await manager.query('DELETE FROM prospect WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
        viewer.agencyId,
        ids,
      ]);
      await writeTerms(manager, viewer.agencyId, { all: ids, now: [] });
      await this.tell(manager, viewer, at, 'removeProspects', found);
      return { changed: found.length };
    });
  }

  /** Under the locks of their lists, so that no import writes between what is read and what is written. */
  private change<T>(
    viewer: Viewer,
    ids: readonly string[],
    field: string,
    work: (manager: EntityManager, found: readonly KeptProspect[], at: number) => Promise<T | Refusal>,
  ): Promise<T | Refusal> {
    const different = [...new Set(ids)];
    return inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      const lists = new Set(
        (await readProspects(transaction, viewer, different)).map(({ clientAccountId }) => clientAccountId),
      );
      for (const clientAccountId of [...lists].sort())
        await lockList(manager, viewer.agencyId, clientAccountId);
      const at = await clockOf(manager);
      await checkAuthorityUnderLock(manager, viewer, at);
      const found = await readKeptProspects(transaction, viewer, different);
      if (found.length < different.length) return refuse('NOT_FOUND', 'There is no such prospect.', field);
      return work(manager, found, at);
    });
  }

  private async store(
    manager: EntityManager,
    viewer: Viewer,
    prospects: readonly KeptProspect[],
  ): Promise<void> {
    const { agencyId } = viewer;
    await storeProspects(manager, agencyId, { added: [], changed: prospects });
    await this.writer.writeEmployers(manager, agencyId, prospects);
  }

  /** One entry for each client account, with a number and no name. */
  private async tell(
    manager: EntityManager,
    viewer: Viewer,
    at: number,
    verb: Permission & ('tagProspects' | 'removeProspects'),
    prospects: readonly Prospect[],
  ): Promise<void> {
    for (const clientAccountId of new Set(prospects.map((prospect) => prospect.clientAccountId))) {
      const count = prospects.filter((prospect) => prospect.clientAccountId === clientAccountId).length;
      await this.audit.write(manager, viewer, at, {
        verb,
        subjectKind: 'CLIENT_ACCOUNT',
        subjectId: clientAccountId,
        before: {},
        after: { prospects: count },
      });
    }
  }
}

function tooMany(items: readonly unknown[], field: string): Refusal | null {
  if (items.length >= 1 && items.length <= PROSPECTS_AT_ONCE) return null;
  return refuse('INVALID', `${field} are 1 to ${PROSPECTS_AT_ONCE}.`, field);
}
