import type { DataSource, EntityManager } from 'typeorm';
import { AuditEntryEntity } from '../entities/audit-entry.entity.js';
import { Failure } from '../errors.js';
import type { Instant } from '../quota/window.js';
import type { SubjectKind } from '../quota/words.js';
import { inAgency } from '../tenancy/door.js';
import { uuidFloor } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import { VERBS, WRITTEN_AS } from './audit-log.js';
import { BusyWork } from './busy-work.js';
import { requirePermission } from './members/access.js';
import { afterId, pageOf, type Page, type PageAsked } from './page.js';

/** Null where it does not matter. */
export interface AuditFilter {
  readonly subjectId: string | null;
  readonly subjectKinds: readonly SubjectKind[] | null;
  readonly verbs: readonly string[] | null;
  readonly from: Instant | null;
  /** Not included. */
  readonly until: Instant | null;
}

/** Reads who changed what. Nothing of it can be altered: the server's role may only add to it. */
export class AuditLogReader {
  /** A page of long entries takes a tenth of a second to be taken in. */
  private readonly reading = new BusyWork();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Newest first. Throws FORBIDDEN where the role may not see it, and for whoever was given a part of the agency; BAD_USER_INPUT for a
   * verb that no entry is ever of: an empty list would say that nobody did it.
   */
  async list(viewer: Viewer, filter: AuditFilter, asked: PageAsked): Promise<Page<AuditEntryEntity>> {
    requirePermission(viewer, 'auditLog');
    // It tells of the agency as a whole: of plans, of keys, of what was changed for others.
    if (viewer.reach !== null) {
      throw new Failure('FORBIDDEN', 'auditLog is not for a viewer of a part of the agency.');
    }
    const verbs = filter.verbs && verbsOf(filter.verbs);
    const read = (manager: EntityManager): Promise<AuditEntryEntity[]> => {
      const query = manager
        .createQueryBuilder(AuditEntryEntity, 'entry')
        .where('entry.agencyId = :agencyId', { agencyId: viewer.agencyId });
      const { subjectId, subjectKinds, from, until } = filter;
      if (subjectId !== null) query.andWhere('entry.subjectId = :subjectId', { subjectId });
      if (subjectKinds) query.andWhere('entry.subjectKind = ANY (:subjectKinds)', { subjectKinds });
      if (verbs) query.andWhere('entry.verb = ANY (:verbs)', { verbs });
      // The id is made from the instant: by it an entry finds its place, and its partition.
      if (from !== null) query.andWhere('entry.id >= :from', { from: uuidFloor(from) });
      if (until !== null) query.andWhere('entry.id < :until', { until: uuidFloor(until) });
      const before = afterId(asked);
      if (before !== null) query.andWhere('entry.id < :before', { before });
      return query
        .orderBy('entry.id', 'DESC')
        .limit(asked.rows + 1)
        .getMany();
    };
    const found = await this.reading.run(viewer, () => inAgency(this.dataSource, viewer, read));
    return pageOf(found, asked, ({ id }) => [id]);
  }
}

/** As they are written. */
function verbsOf(asked: readonly string[]): readonly string[] {
  const known: readonly string[] = VERBS;
  const verbs = asked.map((verb) => WRITTEN_AS.get(verb) ?? verb);
  const unknown = verbs.find((verb) => !known.includes(verb));
  if (unknown === undefined) return verbs;
  const all = known.toSorted().join(', ');
  throw new Failure(
    'BAD_USER_INPUT',
    `No entry is ever of the verb “${shorten(unknown)}”. Verbs are: ${all}.`,
  );
}

const SHOWN_LENGTH_MAX = 60;

/** What was asked for is said back, but not a whole text. */
function shorten(text: string): string {
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
