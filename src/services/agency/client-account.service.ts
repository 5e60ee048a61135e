import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { counted } from '../../quota/counted.js';
import { releaseHoldsOfClientAccount } from '../../ledger/release-holds.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden, forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { pauseAllUnapproved } from '../campaigns/campaign.approved.js';
import type { Changes } from '../changes.js';
import {
  changedBy,
  checkClientAccount,
  type CreateClientAccount,
  type UpdateClientAccount,
} from './client-account.changes.js';
import { countSeatsTaken, judgeAccount } from './client-account.seats.js';
import { canBeKept, checkNotNull, searchPattern } from '../checks.js';
import { afterText, byId, pageOf, type Page, type PageAsked } from '../page.js';
import { findPlan } from './plan.service.js';
import { followZone, refuseZoneChange } from '../seats/scope-zones.js';
import { clientAccountsGiven, clientAccountsSeen } from '../visible.js';

/** The agency's customers. */
export class ClientAccountService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** Refuses with NOT_FOUND (the plan), INVALID, TAKEN (the reference) and FORBIDDEN_FOR_ROLE. */
  async createClientAccount(
    viewer: Viewer,
    input: CreateClientAccount,
  ): Promise<ClientAccountEntity | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'createClientAccount') ?? checkClientAccount(input);
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const plan = await findPlan(manager, viewer, input.planId);
      if (!plan) return planNotFound();
      const externalRef = input.externalRef ?? null;
      if (await isRefTaken(manager, viewer, externalRef)) return refTaken();
      const account = manager.create(ClientAccountEntity, {
        agencyId: viewer.agencyId,
        id: uuidAt(at),
        planId: plan.id,
        name: input.name,
        externalRef,
        timeZone: input.timeZone,
        status: 'ACTIVE',
        limitMode: input.limitMode ?? 'CEILING',
        poolsContacts: input.poolsContacts ?? false,
        approvalRequired: false,
        approverEmail: null,
        approverSetAt: null,
        createdAt: at,
      });
      await manager.createQueryBuilder().insert().into(ClientAccountEntity).values(account).execute();
      await followZone(manager, zoneScope(account), account.timeZone, at);
      await this.audit.write(manager, viewer, at, {
        verb: 'createClientAccount',
        subjectKind: 'CLIENT_ACCOUNT',
        subjectId: account.id,
        before: {},
        after: account,
      });
      return account;
    });
  }

  /**
   * Refuses with NOT_FOUND, INVALID, TAKEN, FORBIDDEN_FOR_ROLE, and SEAT_ALLOWANCE_REACHED for a plan of fewer seats
   * than are taken. Another zone holds from the old one's next boundary of each calendar limit on. A pause (an archived
   * one is paused for good) releases what the seats hold.
   */
  async updateClientAccount(
    viewer: Viewer,
    input: UpdateClientAccount,
  ): Promise<ClientAccountEntity | Refusal> {
    const refusal =
      forbidden(viewer, 'updateClientAccount') ??
      checkNotNull(
        input,
        'name',
        'planId',
        'timeZone',
        'status',
        'limitMode',
        'poolsContacts',
        'approvalRequired',
      ) ??
      checkClientAccount(input) ??
      refusePool(viewer, input);
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const account = await findClientAccount(manager, viewer, input.clientAccountId);
      if (!account) return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
      const changed = changedBy(account, input, at);
      const refused =
        (await refuseChange(manager, viewer, account, changed)) ??
        (await refuseZoneChange(manager, zoneScope(account), [account, changed], at));
      if (refused) return refused;
      const { agencyId, id, createdAt: _createdAt, ...columns } = changed;
      await manager.update(ClientAccountEntity, { agencyId, id }, columns);
      if (changed.timeZone !== account.timeZone) {
        await followZone(manager, zoneScope(account), changed.timeZone, at);
      }
      if (changed.status !== 'ACTIVE') {
        const releasing = { because: 'CLIENT_ACCOUNT_PAUSED', at, by: viewer.actor } as const;
        await releaseHoldsOfClientAccount(manager, account, releasing);
      }
      await this.audit.write(manager, viewer, at, {
        verb: 'updateClientAccount',
        subjectKind: 'CLIENT_ACCOUNT',
        subjectId: id,
        before: account,
        after: changed,
      });
      if (changed.planId !== account.planId || changed.limitMode !== account.limitMode) {
        await judgeAccount(manager, changed, at);
      }
      const telling = { audit: this.audit, at };
      if (changed.approvalRequired) await pauseAllUnapproved(manager, viewer, telling, id);
      return manager.create(ClientAccountEntity, changed);
    });
  }

  /** In order of name; `search` is a part of the name or the reference, in any case. */
  clientAccounts(
    viewer: Viewer,
    search: string | null,
    asked: PageAsked,
  ): Promise<Page<ClientAccountEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const query = searched(manager, viewer, search);
      const after = afterText(asked);
      if (after) query.andWhere('(account.name, account.id) > (:text, CAST(:id AS uuid))', after);
      const found = await query
        .orderBy('account.name')
        .addOrderBy('account.id')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, ({ name, id }) => [name, id]);
    });
  }

  countClientAccounts(viewer: Viewer, search: string | null): Promise<number> {
    return inAgency(this.dataSource, viewer, (manager) => searched(manager, viewer, search).getCount());
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, ClientAccountEntity>> {
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(await clientAccountsSeen(manager, viewer).andWhere('account.id = ANY(:ids)', { ids }).getMany()),
    );
  }

  byExternalRef(viewer: Viewer, externalRef: string): Promise<ClientAccountEntity | null> {
    const kept = canBeKept(externalRef) ? externalRef : null;
    return inAgency(this.dataSource, viewer, (manager) =>
      clientAccountsSeen(manager, viewer).andWhere('account.externalRef = :kept', { kept }).getOne(),
    );
  }

  /**
   * Seats that are not removed, by client account; none is 0. All of them, also for a viewer of single seats: what is left of the
   * allowance would be wrong by those that they don't see.
   */
  async seatsTakenByClientAccountIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, number>> {
    const taken = new Map(ids.map((id) => [id, 0]));
    const isTaken = `seat.agencyId = account.agencyId AND seat.clientAccountId = account.id AND seat.status <> 'REMOVED'`;
    const counted = await inAgency(this.dataSource, viewer, (manager) =>
      clientAccountsSeen(manager, viewer)
        .innerJoin(SeatEntity, 'seat', isTaken)
        .andWhere('account.id = ANY(:ids)', { ids })
        .select('account.id', 'id')
        .addSelect('count(*)', 'seats')
        .groupBy('account.id')
        .getRawMany<{ id: string; seats: string }>(),
    );
    for (const { id, seats } of counted) taken.set(id, Number(seats));
    return taken;
  }
}

/** A client account that the viewer sees the whole of. */
export function findClientAccount(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
): Promise<ClientAccountEntity | null> {
  return clientAccountsGiven(manager, viewer).andWhere('account.id = :id', { id }).getOne();
}

/** To join the pool is to be told of what other client accounts did: it is not for those who see a part of the agency. */
function refusePool(
  viewer: Viewer,
  { poolsContacts }: Pick<UpdateClientAccount, 'poolsContacts'>,
): Refusal | null {
  if (poolsContacts !== true || viewer.reach === null) return null;
  const message = 'To pool contacts is for those who see the whole agency.';
  return refuse('FORBIDDEN_FOR_ROLE', message, 'poolsContacts');
}

async function refuseChange(
  manager: EntityManager,
  viewer: Viewer,
  account: ClientAccountEntity,
  changed: ClientAccountEntity,
): Promise<Refusal | null> {
  if (changed.externalRef !== account.externalRef) {
    if (await isRefTaken(manager, viewer, changed.externalRef)) return refTaken();
  }
  if (changed.planId === account.planId) return null;
  const plan = await findPlan(manager, viewer, changed.planId);
  if (!plan) return planNotFound();
  const taken = await countSeatsTaken(manager, account);
  if (taken <= plan.seatAllowance) return null;
  const message = `The client account has ${counted(taken, 'seat')}, the plan allows ${plan.seatAllowance}: remove or move some of them first.`;
  return refuse('SEAT_ALLOWANCE_REACHED', message, 'planId');
}

function searched(
  manager: EntityManager,
  viewer: Viewer,
  search: string | null,
): SelectQueryBuilder<ClientAccountEntity> {
  const query = clientAccountsSeen(manager, viewer);
  const pattern = searchPattern(search);
  if (pattern !== null) {
    query.andWhere('(account.name ILIKE :pattern OR account.externalRef ILIKE :pattern)', { pattern });
  }
  return query;
}

function isRefTaken(manager: EntityManager, viewer: Viewer, externalRef: string | null): Promise<boolean> {
  if (externalRef === null) return Promise.resolve(false);
  return manager.existsBy(ClientAccountEntity, { agencyId: viewer.agencyId, externalRef });
}

function refTaken(): Refusal {
  return refuse('TAKEN', 'Another client account has this reference.', 'externalRef');
}

function planNotFound(): Refusal {
  return refuse('NOT_FOUND', 'There is no such plan.', 'planId');
}

function zoneScope({ agencyId, id }: ClientAccountEntity) {
  return { agencyId, scopeKind: 'CLIENT_ACCOUNT', scopeId: id } as const;
}
