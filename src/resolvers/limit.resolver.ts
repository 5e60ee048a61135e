import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { LedgerReader } from '../ledger/told/reader.js';
import { Limit, LimitPayload, RemoveLimitInput, SetLimitInput, Usage } from '../schema/limit.schema.js';
import { payload } from '../schema/payload.js';
import type { LimitService } from '../services/agency/limit.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import {
  limitOf,
  scopeOf,
  settableScopeOf,
  showLimitInZone,
  showPlanLimit,
  showSetLimit,
} from './limit.show.js';
import { shown } from './show.js';

@Resolver(() => Limit)
export class LimitResolver {
  constructor(
    private readonly service: LimitService,
    private readonly ledger: LedgerReader,
  ) {}

  @Query(() => [Limit], { description: 'Of a scope: policy, plan and custom ones, each by itself.' })
  async limits(
    @Arg('scopeId', () => ID, {
      description:
        'An agency, a client account, a campaign, a seat or a plan; of any other id there are none.',
    })
    scopeId: string,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Limit[]> {
    const { kind, id } = scopeOf(scopeId);
    if (kind === 'PLAN') {
      const ofPlan = await this.service.limitsOfScope(viewer, { kind, id });
      return ofPlan.map((limit) => showPlanLimit(id, limit));
    }
    const { agencyId } = viewer;
    const limits = await this.ledger.limitsOfScope(viewer, { agencyId, scope: { kind, id } });
    return Promise.all((limits ?? []).map((limit) => showLimitInZone(loaders, limit)));
  }

  @Mutation(() => LimitPayload, {
    description: 'Sets a custom limit at a scope. The lowest of all limits on a counter holds.',
  })
  setLimit(
    @Arg('input', () => SetLimitInput, { description: 'The limit, and where.' })
    { scopeId, limit }: SetLimitInput,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<LimitPayload> {
    const set = this.service.setLimit(viewer, { scope: settableScopeOf(scopeId), limit });
    return payload(
      'limit',
      shown(set, (done) => showSetLimit(loaders, done)),
    );
  }

  @Mutation(() => LimitPayload, { description: 'Removes a custom limit.' })
  removeLimit(
    @Arg('input', () => RemoveLimitInput, { description: 'The limit.' }) { limitId }: RemoveLimitInput,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<LimitPayload> {
    const removed = this.service.removeLimit(viewer, uuidOf('limit', limitId));
    return payload(
      'limit',
      shown(removed, (done) => showSetLimit(loaders, done)),
    );
  }
}

@Resolver(() => Usage)
export class UsageFields {
  @FieldResolver(() => Limit, { description: 'The limit that binds on this counter.' })
  limit(@Root() usage: Usage): Limit {
    return limitOf(usage);
  }
}
