import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { CampaignEntity } from '../entities/campaign.entity.js';
import { ClientAccountEntity } from '../entities/client-account.entity.js';
import { PlanEntity } from '../entities/plan.entity.js';
import { ScopeLimitEntity } from '../entities/scope-limit.entity.js';
import { SeatEntity } from '../entities/seat.entity.js';
import type { Viewer } from '../tenancy/viewer.js';

/**
 * What a viewer sees, in one place. A viewer of one client account sees that one's rows; whatever else an id names
 * does not exist, and it is the same statement that says so.
 */

export function clientAccountsSeen(
  manager: EntityManager,
  viewer: Viewer,
): SelectQueryBuilder<ClientAccountEntity> {
  return seen(manager.createQueryBuilder(ClientAccountEntity, 'account'), viewer, 'account.id = :own');
}

export function seatsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<SeatEntity> {
  return seen(manager.createQueryBuilder(SeatEntity, 'seat'), viewer, 'seat.clientAccountId = :own');
}

export function campaignsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<CampaignEntity> {
  const query = manager.createQueryBuilder(CampaignEntity, 'campaign');
  return seen(query, viewer, 'campaign.clientAccountId = :own');
}

export function apiKeysSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<ApiKeyEntity> {
  return seen(manager.createQueryBuilder(ApiKeyEntity, 'key'), viewer, 'key.clientAccountId = :own');
}

/** Of plans the client account's own one. */
export function plansSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<PlanEntity> {
  return seen(manager.createQueryBuilder(PlanEntity, 'plan'), viewer, isOwnPlan('plan.id', 'plan.agencyId'));
}

/** Of limits those of its own scopes and of its plan; the agency's are not among them. */
export function limitsSeen(manager: EntityManager, viewer: Viewer): SelectQueryBuilder<ScopeLimitEntity> {
  const isOwn = (table: string): string =>
    `EXISTS (SELECT 1 FROM ${table} o
      WHERE o.agency_id = scopeLimit.agencyId AND o.id = scopeLimit.scopeId AND o.client_account_id = :own)`;
  // TypeORM knows a property by the blank or bracket behind it: no line ends with one.
  const isVisible = `CASE (scopeLimit.scopeKind)
    WHEN 'CLIENT_ACCOUNT' THEN (scopeLimit.scopeId = :own)
    WHEN 'SEAT' THEN ${isOwn('seat')}
    WHEN 'CAMPAIGN' THEN ${isOwn('campaign')}
    WHEN 'PLAN' THEN ${isOwnPlan('scopeLimit.scopeId', 'scopeLimit.agencyId')}
    ELSE false END`;
  return seen(manager.createQueryBuilder(ScopeLimitEntity, 'scopeLimit'), viewer, isVisible);
}

function isOwnPlan(planId: string, agencyId: string): string {
  return `EXISTS (SELECT 1 FROM client_account a
    WHERE a.agency_id = ${agencyId} AND a.id = :own AND a.plan_id = ${planId})`;
}

/** `isOwn` says which rows are those of the client account `:own`. */
function seen<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  viewer: Viewer,
  isOwn: string,
): SelectQueryBuilder<Row> {
  return query
    .where(`${query.alias}.agencyId = :agencyId`, { agencyId: viewer.agencyId })
    .andWhere(`(CAST(:own AS uuid) IS NULL OR ${isOwn})`, { own: viewer.clientAccountId });
}
