import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, PageArgs } from '../schema/connection.js';
import { Limit } from '../schema/limit.schema.js';
import { payload } from '../schema/payload.js';
import {
  CreatePlanInput,
  Plan,
  PlanConnection,
  PlanPayload,
  UpdatePlanInput,
} from '../schema/plan.schema.js';
import type { PlanService } from '../services/agency/plan.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import type { Pages } from './pages.js';
import { showPlan } from './show.js';

@Resolver(() => Plan)
export class PlanResolver {
  constructor(
    private readonly service: PlanService,
    private readonly pages: Pages,
  ) {}

  @Query(() => PlanConnection, {
    description: 'In order of name. A viewer of one client account sees its own plan.',
  })
  plans(@Args(() => PageArgs) args: PageArgs, @Ctx() { viewer }: RequestContext): Promise<Connection<Plan>> {
    return this.pages.of(viewer, {
      type: PlanConnection,
      name: 'Query.plans',
      args,
      read: (asked) => this.service.plans(viewer, asked),
      show: showPlan,
      countAll: () => this.service.countPlans(viewer),
    });
  }

  @Mutation(() => PlanPayload, { description: 'Makes a plan for client accounts to buy.' })
  createPlan(
    @Arg('input', () => CreatePlanInput, { description: 'The plan.' }) input: CreatePlanInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<PlanPayload> {
    return payload('plan', this.service.createPlan(viewer, input), showPlan);
  }

  @Mutation(() => PlanPayload, { description: 'Changes a plan for all client accounts that have it.' })
  updatePlan(
    @Arg('input', () => UpdatePlanInput, { description: 'The changes.' }) input: UpdatePlanInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<PlanPayload> {
    const planId = uuidOf('plan', input.planId);
    return payload('plan', this.service.updatePlan(viewer, { ...input, planId }), showPlan);
  }

  @FieldResolver(() => [Limit], {
    description: 'Caps over all seats of a client account with this plan together.',
  })
  async limits(@Root() { id }: Plan, @Ctx() { loaders }: RequestContext): Promise<Limit[]> {
    return (await loaders.limitsOfPlan.load(uuidOf('plan', id))) ?? [];
  }
}
