import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { CampaignEntity } from '../entities/campaign.entity.js';
import { ClientAccountEntity } from '../entities/client-account.entity.js';
import { PlanEntity } from '../entities/plan.entity.js';
import { ScopeLimitEntity } from '../entities/scope-limit.entity.js';
import { SeatEntity } from '../entities/seat.entity.js';
import { isOfGiven, seatsWithAccounts, type Viewer } from '../tenancy/viewer.js';

/**
 * What a viewer sees, in one place. A viewer of some client accounts sees their rows; one of single seats sees these, and
 * of what they stand in the client account itself, its plan and the campaigns that they are in. Whatever else an id names
 * does not exist, and it is the same statement that says so.
 */

export function clientAccountsSeen(
  manager: EntityManager,
  viewer: Viewer,
): SelectQueryBuilder<ClientAccountEntity> {
  const query = manager.createQueryBuilder(ClientAccountEntity, 'account');
  return seen(query, viewer, isSeenAccount('account.id'));
}

/** Those that a viewer was given the whole of: what is done to a client account is done to all its seats. */
export function clientAccountsGiven(
  manager: EntityManager,
  viewer: Viewer,
): SelectQueryBuilder<ClientAccountEntity> {
  const query = manager.createQueryBuilder(ClientAccountEntity, 'account');
  return seen(query, viewer, 'account.id = ANY(:accounts)');
}

export function seatsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<SeatEntity> {
  const isOwn = isOwnOrGiven({ seat: 'seat.id', account: 'seat.clientAccountId' });
  return seen(manager.createQueryBuilder(SeatEntity, 'seat'), viewer, isOwn);
}

export function campaignsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<CampaignEntity> {
  const query = manager.createQueryBuilder(CampaignEntity, 'campaign');
  const campaign = { agency: 'campaign.agencyId', account: 'campaign.clientAccountId', id: 'campaign.id' };
  return seen(query, viewer, isSeenCampaign(campaign));
}

export function apiKeysSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<ApiKeyEntity> {
  const query = manager.createQueryBuilder(ApiKeyEntity, 'key');
  return seen(query, viewer, 'key.clientAccountId = ANY(:accounts)');
}

/** Of plans those of the client accounts seen. */
export function plansSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<PlanEntity> {
  return seen(manager.createQueryBuilder(PlanEntity, 'plan'), viewer, isSeenPlan('plan.id', 'plan.agencyId'));
}

/** Of limits those of its own scopes and of its plans; the agency's are not among them. */
export function limitsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<ScopeLimitEntity> {
  const isOfSeenSeat = `EXISTS (SELECT 1 FROM seat o WHERE o.agency_id = scopeLimit.agencyId AND o.id = scopeLimit.scopeId AND
    ${isOwnOrGiven({ seat: 'o.id', account: 'o.client_account_id' })})`;
  const isOfSeenCampaign = `EXISTS (SELECT 1 FROM campaign o
    WHERE o.agency_id = scopeLimit.agencyId AND o.id = scopeLimit.scopeId AND
    ${isSeenCampaign({ agency: 'o.agency_id', account: 'o.client_account_id', id: 'o.id' })})`;
  // TypeORM knows a property by the blank or bracket behind it: no line ends with one.
  const isVisible = `CASE (scopeLimit.scopeKind)
    WHEN 'CLIENT_ACCOUNT' THEN ${isSeenAccount('scopeLimit.scopeId')}
    WHEN 'SEAT' THEN ${isOfSeenSeat}
    WHEN 'CAMPAIGN' THEN ${isOfSeenCampaign}
    WHEN 'PLAN' THEN ${isSeenPlan('scopeLimit.scopeId', 'scopeLimit.agencyId')}
    ELSE false END`;
  return seen(manager.createQueryBuilder(ScopeLimitEntity, 'scopeLimit'), viewer, isVisible);
}

function isSeenAccount(accountId: string): string {
  return `(${accountId} = ANY(:accounts) OR ${accountId} = ANY(:seatAccounts))`;
}

function isOwnOrGiven(belonging: { readonly seat: string; readonly account: string }): string {
  return `(${belonging.account} = ANY(:accounts) OR ${isOfGiven(':seats', belonging)})`;
}

interface CampaignColumns {
  readonly agency: string;
  readonly account: string;
  readonly id: string;
}

/** One of its own, or that a seat of its own is in. */
function isSeenCampaign({ agency, account, id }: CampaignColumns): string {
  return `(${account} = ANY(:accounts) OR EXISTS (SELECT 1 FROM campaign_seat c
    WHERE c.agency_id = ${agency} AND c.campaign_id = ${id} AND ${isOfGiven(':seats', { seat: 'c.seat_id', account })}))`;
}

function isSeenPlan(planId: string, agencyId: string): string {
  return `EXISTS (SELECT 1 FROM client_account a
    WHERE a.agency_id = ${agencyId} AND a.plan_id = ${planId} AND ${isSeenAccount('a.id')})`;
}

/** `isOwn` says which rows are those of the client accounts `:accounts`, and of the single seats `:seats` of `:seatAccounts`. */
function seen<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  { agencyId, reach }: Viewer,
  isOwn: string,
): SelectQueryBuilder<Row> {
  query.where(`${query.alias}.agencyId = :agencyId`, { agencyId });
  if (reach === null) return query;
  return query.andWhere(`(${isOwn})`, {
    accounts: reach.clientAccountIds,
    seatAccounts: reach.seatAccountIds,
    seats: seatsWithAccounts(reach),
  });
}
