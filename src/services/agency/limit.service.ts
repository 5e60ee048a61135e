import type { DataSource, EntityManager } from 'typeorm';
import { ScopeLimitEntity } from '../../entities/scope-limit.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { judgeAgain, type LookedAt } from '../../ledger/manager-desk.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { readCourses } from '../../ledger/reading/policies.js';
import { ceilingOf, type Limit, type SetLimit } from '../../quota/limit.js';
import type { Instant } from '../../quota/window.js';
import type { ScopeKind } from '../../quota/words.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { pauseUnapproved } from '../campaigns/campaign.approved.js';
import { findWholeCampaign } from '../campaigns/campaign.changes.js';
import type { Changes } from '../changes.js';
import { findClientAccount } from './client-account.service.js';
import {
  columnsOf,
  LIMITS_MAX,
  readLimit,
  toSetLimit,
  type LimitInput,
  type LimitTerms,
} from './limit-terms.js';
import { groupBy } from '../page.js';
import { findSeat } from '../seats/seat.service.js';
import { limitsSeen } from '../visible.js';

/** Where people set limits: a scope, or a plan. */
export interface LimitScope {
  readonly kind: ScopeKind | 'PLAN';
  readonly id: string;
}

export interface SetLimitRequest {
  readonly scope: { readonly kind: ScopeKind; readonly id: string };
  readonly limit: LimitInput;
}

/** Custom limits at an agency, a client account, a campaign, a seat; reads those of plans as well. */
export class LimitService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Sets a custom limit; one with the same scope, actions, note flag and window is replaced. Refuses with NOT_FOUND (the
   * scope), INVALID, ABOVE_CEILING (at a seat) and FORBIDDEN_FOR_ROLE.
   */
  async setLimit(viewer: Viewer, { scope, limit }: SetLimitRequest): Promise<ScopeLimitEntity | Refusal> {
    const refusal = forbidden(viewer, 'setLimit');
    if (refusal) return refusal;
    const terms = readLimit(limit, 'limit');
    if (terms instanceof Refusal) return terms;
    return this.changes.make(viewer, async (manager, at) => {
      const refused = await refuseAtScope(manager, viewer, scope, terms, at);
      if (refused) return refused;
      const ofScope = await manager.findBy(ScopeLimitEntity, {
        agencyId: viewer.agencyId,
        scopeKind: scope.kind,
        scopeId: scope.id,
      });
      const before = ofScope.find((other) => toSetLimit(other).counter.key === terms.counter.key);
      if (!before && ofScope.length >= LIMITS_MAX) {
        return refuse('INVALID', `A scope has ${LIMITS_MAX} custom limits at most.`, 'scopeId');
      }
      const set = manager.create(ScopeLimitEntity, {
        agencyId: viewer.agencyId,
        id: before?.id ?? uuidAt(at),
        scopeKind: scope.kind,
        scopeId: scope.id,
        ...columnsOf(terms.counter),
        max: terms.max,
        createdAt: before?.createdAt ?? at,
      });
      await store(manager, set, before !== undefined);
      await this.audit.write(manager, viewer, at, {
        verb: 'setLimit',
        subjectKind: 'LIMIT',
        subjectId: set.id,
        before: before ?? {},
        after: set,
      });
      const isThis = ({ counter }: Limit): boolean => counter.key === terms.counter.key;
      await judgeAgain(manager, { agencyId: viewer.agencyId, at }, lookAt(scope), isThis);
      await this.pauseUnapproved(manager, viewer, scope, at);
      return set;
    });
  }

  /** Removes a custom limit and answers with it. Refuses with NOT_FOUND, INVALID (a plan's) and FORBIDDEN_FOR_ROLE. */
  async removeLimit(viewer: Viewer, limitId: string): Promise<ScopeLimitEntity | Refusal> {
    const refusal = forbidden(viewer, 'removeLimit');
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const limit = await limitsSeen(manager, viewer)
        .andWhere('scopeLimit.id = :limitId', { limitId })
        .getOne();
      if (!limit) return refuse('NOT_FOUND', 'There is no such custom limit.', 'limitId');
      if (limit.scopeKind === 'PLAN') {
        return refuse('INVALID', 'The limit is its plan’s: change it with updatePlan.', 'limitId');
      }
      await manager.delete(ScopeLimitEntity, { agencyId: limit.agencyId, id: limit.id });
      await this.audit.write(manager, viewer, at, {
        verb: 'removeLimit',
        subjectKind: 'LIMIT',
        subjectId: limit.id,
        before: limit,
        after: {},
      });
      const scope = { kind: limit.scopeKind, id: limit.scopeId };
      await judgeAgain(manager, { agencyId: viewer.agencyId, at }, lookAt(scope));
      await this.pauseUnapproved(manager, viewer, scope, at);
      return limit;
    });
  }

  /** Caps are part of what a client approves: with others it is another campaign. */
  private async pauseUnapproved(
    manager: EntityManager,
    viewer: Viewer,
    { kind, id }: LimitScope,
    at: Instant,
  ): Promise<void> {
    const campaign = kind === 'CAMPAIGN' ? await findWholeCampaign(manager, viewer, id) : null;
    if (campaign) await pauseUnapproved(manager, viewer, { audit: this.audit, at }, campaign);
  }

  /** What people set at a scope, oldest first; nothing of a scope that the viewer doesn't see. */
  async limitsOfScope(viewer: Viewer, scope: LimitScope): Promise<SetLimit[]> {
    const found = await this.limitsOfScopes(viewer, scope.kind, [scope.id]);
    return found.get(scope.id) ?? [];
  }

  /** The same for several scopes of a kind, in one statement. */
  async limitsOfScopes(
    viewer: Viewer,
    kind: LimitScope['kind'],
    scopeIds: readonly string[],
  ): Promise<Map<string, SetLimit[]>> {
    const limits = await inAgency(this.dataSource, viewer, (manager) =>
      limitsSeen(manager, viewer)
        .andWhere('scopeLimit.scopeKind = :kind AND scopeLimit.scopeId = ANY(:scopeIds)', { kind, scopeIds })
        .orderBy('scopeLimit.id')
        .getMany(),
    );
    const groups = groupBy(limits, ({ scopeId }) => scopeId);
    return new Map(scopeIds.map((id) => [id, (groups.get(id) ?? []).map(toSetLimit)]));
  }
}

/** Whether the viewer can set this limit at the scope: it sees it, and a seat's ceiling is not gone over. */
async function refuseAtScope(
  manager: EntityManager,
  viewer: Viewer,
  { kind, id }: SetLimitRequest['scope'],
  { counter, max }: LimitTerms,
  at: Instant,
): Promise<Refusal | null> {
  const seat = kind === 'SEAT' ? await findSeat(manager, viewer, id) : null;
  if (!seat && !(await isSeen(manager, viewer, kind, id))) {
    return refuse('NOT_FOUND', 'There is no such agency, client account, campaign or seat.', 'scopeId');
  }
  if (!seat) return null;
  if (seat.status === 'REMOVED') return refuse('WRONG_STATE', 'The seat is removed.', 'scopeId');
  const course = (await readCourses(await ledgerOn(manager), [viewer.agencyId]))(viewer.agencyId);
  const ceiling = ceilingOf(course.at(at), seat.tier, counter);
  if (ceiling === null || max <= ceiling) return null;
  const message = `The policy's ceiling for a seat of tier ${seat.tier} is ${ceiling}.`;
  return refuse('ABOVE_CEILING', message, 'limit', 'max');
}

/** A seat's limits follow from where it stands; those of other scopes are set there alone. */
function lookAt(scope: SetLimitRequest['scope']): LookedAt {
  return scope.kind === 'SEAT' ? { seatIds: [scope.id] } : { scopes: [scope] };
}

async function isSeen(manager: EntityManager, viewer: Viewer, kind: ScopeKind, id: string): Promise<boolean> {
  // A viewer of a part of the agency sees no limits of the agency, and sets none.
  if (kind === 'AGENCY') return id === viewer.agencyId && viewer.reach === null;
  if (kind === 'CLIENT_ACCOUNT') return (await findClientAccount(manager, viewer, id)) !== null;
  return kind === 'CAMPAIGN' && (await findWholeCampaign(manager, viewer, id)) !== null;
}

async function store(manager: EntityManager, limit: ScopeLimitEntity, isThere: boolean): Promise<void> {
  const { agencyId, id, max } = limit;
  if (isThere) await manager.update(ScopeLimitEntity, { agencyId, id }, { max });
  else await manager.createQueryBuilder().insert().into(ScopeLimitEntity).values(limit).execute();
}
