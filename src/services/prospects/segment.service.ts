import type { DataSource, EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { FilterError, readFilter } from '../../outreach/segment-reading.js';
import { conditionOf, seatsIn, type FilterTerms } from '../../outreach/segment.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { pauseForChangedSegment, refuseInUse } from '../campaigns/campaign.segment.js';
import { checkName, checkNotNull } from '../checks.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { afterText, byId, pageOf, type Page, type PageAsked } from '../page.js';
import { seatsSeen } from '../visible.js';
import {
  alterSegment,
  countSegments,
  deleteSegment,
  findSegment,
  insertSegment,
  isNameTaken,
  listSegments,
  readSegments,
  type Segment,
} from './segment.rows.js';

export interface CreateSegment {
  readonly clientAccountId: string;
  readonly name: string;
  /** As a caller says it, ids as uuids. */
  readonly filter: object;
}

/** What is left out stays. */
export interface UpdateSegment {
  readonly segmentId: string;
  readonly name?: string | null | undefined;
  readonly filter?: object | null | undefined;
}

/** Of one client account: more are a list that nobody reads. */
const SEGMENTS_MAX = 500;

/** Saved filters of client accounts' lists. Nothing is kept of whom they mean: that is found out whenever somebody asks. */
export class SegmentService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** In order of name. */
  segments(viewer: Viewer, clientAccountId: string | null, page: PageAsked): Promise<Page<Segment>> {
    const place = { rows: page.rows + 1, after: afterText(page) };
    return inAgency(this.dataSource, viewer, async (manager) => {
      const found = await listSegments(manager, viewer, clientAccountId, place);
      return pageOf(found, page, ({ name, id }) => [name, id]);
    });
  }

  countSegments(viewer: Viewer, clientAccountId: string | null): Promise<number> {
    return inAgency(this.dataSource, viewer, (manager) => countSegments(manager, viewer, clientAccountId));
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Segment>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await readSegments(manager, viewer, ids)),
    );
  }

  /** Refuses with FORBIDDEN_FOR_ROLE, INVALID, NOT_FOUND (the client account, a seat of the filter), TAKEN, WRONG_STATE (too many). */
  async createSegment(viewer: Viewer, input: CreateSegment): Promise<Segment | Refusal> {
    const refusal = forbidden(viewer, 'createSegment') ?? checkName(input.name, 'name');
    if (refusal) return refusal;
    const filter = filterSaid(input.filter);
    if (filter instanceof Refusal) return filter;
    return this.changes.make(viewer, async (manager, at) => {
      const { clientAccountId, name } = input;
      const account = await findClientAccount(manager, viewer, clientAccountId);
      if (!account || !seesWhole(viewer, clientAccountId)) {
        return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
      }
      const segment = { id: uuidAt(at), clientAccountId, name, filter, createdAt: at, updatedAt: at };
      const wrong =
        (await checkSeats(manager, viewer, segment)) ?? (await checkTaken(manager, viewer, segment));
      if (wrong) return wrong;
      if ((await countSegments(manager, viewer, clientAccountId)) >= SEGMENTS_MAX) {
        return refuse('WRONG_STATE', `A client account has ${SEGMENTS_MAX} segments at most.`);
      }
      await insertSegment(manager, viewer, segment);
      await this.tell(manager, viewer, at, 'createSegment', null, segment);
      return segment;
    });
  }

  /** Refuses as createSegment does. Whoever uses it means others from then on: a campaign that its client approved as it was is paused, and asks again. */
  async updateSegment(viewer: Viewer, input: UpdateSegment): Promise<Segment | Refusal> {
    const refusal =
      forbidden(viewer, 'updateSegment') ??
      checkNotNull(input, 'name', 'filter') ??
      checkName(input.name ?? undefined, 'name');
    if (refusal) return refusal;
    const filter = input.filter ? filterSaid(input.filter) : null;
    if (filter instanceof Refusal) return filter;
    return this.changes.make(viewer, async (manager, at) => {
      const segment = await findSegment(manager, viewer, input.segmentId);
      if (!segment) return noSegment();
      const next = { ...segment, name: input.name ?? segment.name, filter: filter ?? segment.filter };
      // A seat may be another client account's by now: what was said before is let be.
      const wrong =
        (filter && (await checkSeats(manager, viewer, next))) ?? (await checkTaken(manager, viewer, next));
      if (wrong) return wrong;
      const changed = { ...next, updatedAt: at };
      await alterSegment(manager, viewer, changed);
      await this.tell(manager, viewer, at, 'updateSegment', segment, changed);
      await pauseForChangedSegment(manager, viewer, { audit: this.audit, at }, changed);
      return changed;
    });
  }

  /** Nobody leaves the list by it. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND, WRONG_STATE (a campaign is for it that has not ended). */
  async deleteSegment(viewer: Viewer, segmentId: string): Promise<Segment | Refusal> {
    const refusal = forbidden(viewer, 'deleteSegment');
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const segment = await findSegment(manager, viewer, segmentId);
      if (!segment) return noSegment();
      const inUse = await refuseInUse(manager, viewer, segment);
      if (inUse) return inUse;
      await deleteSegment(manager, viewer, segmentId);
      await this.tell(manager, viewer, at, 'deleteSegment', segment, null);
      return segment;
    });
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: number,
    verb: 'createSegment' | 'updateSegment' | 'deleteSegment',
    before: Segment | null,
    after: Segment | null,
  ): Promise<void> {
    const kept = (segment: Segment | null): object =>
      segment ? { clientAccountId: segment.clientAccountId, name: segment.name, filter: segment.filter } : {};
    return this.audit.write(manager, viewer, at, {
      ...{ verb, subjectKind: 'SEGMENT', subjectId: (after ?? before)?.id ?? '' },
      ...{ before: kept(before), after: kept(after) },
    });
  }
}

function noSegment(): Refusal {
  return refuse('NOT_FOUND', 'There is no such segment.', 'segmentId');
}

function filterSaid(said: object): FilterTerms | Refusal {
  try {
    return readFilter(said);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return refuse('INVALID', error.message, 'filter', ...error.path);
  }
}

async function checkSeats(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, filter }: Pick<Segment, 'clientAccountId' | 'filter'>,
): Promise<Refusal | null> {
  const seatIds = [...new Set(seatsIn(conditionOf(filter)))];
  if (seatIds.length === 0) return null;
  const known = await seatsSeen(manager, viewer)
    .andWhere('seat.id = ANY(:seatIds) AND seat.clientAccountId = :clientAccountId', {
      seatIds,
      clientAccountId,
    })
    .getCount();
  if (known < seatIds.length) return refuse('NOT_FOUND', 'The client account has no such seat.', 'filter');
  return null;
}

async function checkTaken(manager: EntityManager, viewer: Viewer, segment: Segment): Promise<Refusal | null> {
  if (!(await isNameTaken(manager, viewer, segment))) return null;
  return refuse('TAKEN', 'Another segment of the client account has this name.', 'name');
}
