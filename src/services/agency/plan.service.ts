import type { DataSource, EntityManager } from 'typeorm';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { PlanEntity } from '../../entities/plan.entity.js';
import { ScopeLimitEntity } from '../../entities/scope-limit.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { counted } from '../../quota/counted.js';
import { judgeAgain } from '../../ledger/manager-desk.js';
import type { Instant } from '../../quota/window.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkAll, checkInteger, checkName, checkNotNull } from '../checks.js';
import { columnsOf, readLimits, toSetLimit, type LimitInput, type LimitTerms } from './limit-terms.js';
import { afterText, byId, pageOf, type Page, type PageAsked } from '../page.js';
import { plansSeen } from '../visible.js';

const SEAT_ALLOWANCE_MAX = 100_000;

export interface CreatePlan {
  readonly name: string;
  readonly seatAllowance: number;
  readonly limits?: readonly LimitInput[] | null | undefined;
}

/** What is left out stays. */
export interface UpdatePlan {
  readonly planId: string;
  readonly name?: string | null | undefined;
  readonly seatAllowance?: number | null | undefined;
  /** All of them, replacing those before; null for none. */
  readonly limits?: readonly LimitInput[] | null | undefined;
}

/** What client accounts buy: how many seats, and limits over all seats of one together. */
export class PlanService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** Refuses with INVALID, TAKEN (the name) and FORBIDDEN_FOR_ROLE. */
  async createPlan(viewer: Viewer, input: CreatePlan): Promise<PlanEntity | Refusal> {
    const limits = readLimits(input.limits ?? []);
    const refusal = forbiddenBeyondClientAccount(viewer, 'createPlan') ?? checkPlan(input);
    if (refusal) return refusal;
    if (limits instanceof Refusal) return limits;
    return this.changes.make(viewer, async (manager, at) => {
      if (await isNameTaken(manager, viewer, input.name)) return nameTaken();
      const plan = manager.create(PlanEntity, {
        agencyId: viewer.agencyId,
        id: uuidAt(at),
        name: input.name,
        seatAllowance: input.seatAllowance,
        createdAt: at,
      });
      await manager.createQueryBuilder().insert().into(PlanEntity).values(plan).execute();
      await insertLimits(manager, plan, limits, at);
      await this.audit.write(manager, viewer, at, {
        verb: 'createPlan',
        subjectKind: 'PLAN',
        subjectId: plan.id,
        before: {},
        after: { ...plan, limits: limits.map(inShort) },
      });
      return plan;
    });
  }

  /**
   * Changes a plan for all client accounts that have it. Refuses with NOT_FOUND, INVALID, TAKEN, FORBIDDEN_FOR_ROLE,
   * and SEAT_ALLOWANCE_REACHED where one of them has more seats already.
   */
  async updatePlan(viewer: Viewer, input: UpdatePlan): Promise<PlanEntity | Refusal> {
    const limits = input.limits === undefined ? undefined : readLimits(input.limits ?? []);
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'updatePlan') ??
      checkNotNull(input, 'name', 'seatAllowance') ??
      checkPlan(input);
    if (refusal) return refusal;
    if (limits instanceof Refusal) return limits;
    return this.changes.make(viewer, async (manager, at) => {
      const plan = await findPlan(manager, viewer, input.planId);
      if (!plan) return refuse('NOT_FOUND', 'There is no such plan.', 'planId');
      const name = input.name ?? plan.name;
      if (name !== plan.name && (await isNameTaken(manager, viewer, name))) return nameTaken();
      const seatAllowance = input.seatAllowance ?? plan.seatAllowance;
      if (seatAllowance < plan.seatAllowance) {
        const refusedByUse = await checkStillEnough(manager, plan, seatAllowance);
        if (refusedByUse) return refusedByUse;
      }
      const changed = manager.create(PlanEntity, { ...plan, name, seatAllowance });
      await manager.update(PlanEntity, keyOf(plan), { name, seatAllowance });
      const limitsChanged = limits && (await replaceLimits(manager, plan, limits, at));
      await this.audit.write(manager, viewer, at, {
        verb: 'updatePlan',
        subjectKind: 'PLAN',
        subjectId: plan.id,
        before: { ...plan, limits: limitsChanged },
        after: { ...changed, limits: limits?.map(inShort) },
      });
      if (limits) await judgeAccounts(manager, plan, at);
      return changed;
    });
  }

  /** In order of name. A viewer of one client account sees its own plan. */
  plans(viewer: Viewer, asked: PageAsked): Promise<Page<PlanEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const query = plansSeen(manager, viewer);
      const after = afterText(asked);
      if (after) query.andWhere('(plan.name, plan.id) > (:text, CAST(:id AS uuid))', after);
      const found = await query
        .orderBy('plan.name')
        .addOrderBy('plan.id')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, ({ name, id }) => [name, id]);
    });
  }

  countPlans(viewer: Viewer): Promise<number> {
    return inAgency(this.dataSource, viewer, (manager) => plansSeen(manager, viewer).getCount());
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, PlanEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await plansSeen(manager, viewer).andWhere('plan.id = ANY(:ids)', { ids }).getMany()),
    );
  }
}

/** A plan that the viewer sees. */
export function findPlan(manager: EntityManager, viewer: Viewer, id: string): Promise<PlanEntity | null> {
  return plansSeen(manager, viewer).andWhere('plan.id = :id', { id }).getOne();
}

function checkPlan(input: Partial<Pick<UpdatePlan, 'name' | 'seatAllowance'>>): Refusal | null {
  return checkAll(
    checkName(input.name ?? undefined, 'name'),
    checkInteger(input.seatAllowance, 0, SEAT_ALLOWANCE_MAX, 'seatAllowance'),
  );
}

function keyOf({ agencyId, id }: PlanEntity): Pick<PlanEntity, 'agencyId' | 'id'> {
  return { agencyId, id };
}

function isNameTaken(manager: EntityManager, viewer: Viewer, name: string): Promise<boolean> {
  return manager.existsBy(PlanEntity, { agencyId: viewer.agencyId, name });
}

function nameTaken(): Refusal {
  return refuse('TAKEN', 'Another plan has this name.', 'name');
}

/** A plan never allows fewer seats than a client account that has it uses. */
async function checkStillEnough(
  manager: EntityManager,
  plan: PlanEntity,
  seatAllowance: number,
): Promise<Refusal | null> {
  const most = await manager
    .createQueryBuilder(SeatEntity, 'seat')
    .innerJoin(
      ClientAccountEntity,
      'account',
      'account.agencyId = seat.agencyId AND account.id = seat.clientAccountId',
    )
    .select('account.name', 'name')
    .addSelect('count(*)', 'seats')
    .where('seat.agencyId = :agencyId', { agencyId: plan.agencyId })
    .andWhere(`account.planId = :planId AND seat.status <> 'REMOVED'`, { planId: plan.id })
    .groupBy('account.id')
    .addGroupBy('account.name')
    .orderBy('seats', 'DESC')
    .limit(1)
    .getRawOne<{ name: string; seats: string }>();
  if (!most || Number(most.seats) <= seatAllowance) return null;
  const message = `The client account “${most.name}” has this plan and uses ${counted(most.seats, 'seat')}: remove or move some of them, or give it another plan first.`;
  return refuse('SEAT_ALLOWANCE_REACHED', message, 'seatAllowance');
}

/** Answers with the limits that were there before, in short. */
async function replaceLimits(
  manager: EntityManager,
  plan: PlanEntity,
  limits: readonly LimitTerms[],
  at: Instant,
): Promise<string[]> {
  const ofPlan = { agencyId: plan.agencyId, scopeKind: 'PLAN', scopeId: plan.id } as const;
  const before = await manager.find(ScopeLimitEntity, { where: ofPlan, order: { id: 'ASC' } });
  await manager.delete(ScopeLimitEntity, ofPlan);
  await insertLimits(manager, plan, limits, at);
  return before.map((limit) => inShort(toSetLimit(limit)));
}

/** The counters of every client account that has the plan, by its new limits. */
async function judgeAccounts(
  manager: EntityManager,
  { agencyId, id }: PlanEntity,
  at: Instant,
): Promise<void> {
  const accounts = await manager.find(ClientAccountEntity, {
    select: { id: true },
    where: { agencyId, planId: id },
  });
  const scopes = accounts.map((account) => ({ kind: 'CLIENT_ACCOUNT', id: account.id }) as const);
  await judgeAgain(manager, { agencyId, at }, { scopes }, () => true);
}

async function insertLimits(
  manager: EntityManager,
  plan: PlanEntity,
  limits: readonly LimitTerms[],
  at: Instant,
): Promise<void> {
  if (limits.length === 0) return;
  const rows = limits.map(({ counter, max }) => ({
    agencyId: plan.agencyId,
    id: uuidAt(at),
    scopeKind: 'PLAN' as const,
    scopeId: plan.id,
    ...columnsOf(counter),
    max,
    createdAt: at,
  }));
  await manager.createQueryBuilder().insert().into(ScopeLimitEntity).values(rows).execute();
}

/** `DIRECT_MESSAGE@86400=50`: for the audit log. */
function inShort({ counter, max }: LimitTerms): string {
  return `${counter.key}=${max}`;
}
