import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { fill } from '../schema/fill.js';
import { PlanSendsInput, SendPlan } from '../schema/plan-sends.schema.js';
import type { ReservationService } from '../services/decisions/reservation.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showLimitInZone } from './limit.show.js';
import { showReason } from './reason.show.js';

@Resolver(() => SendPlan)
export class PlanSendsResolver {
  constructor(private readonly service: ReservationService) {}

  @Query(() => SendPlan, {
    description:
      'When sends of a seat could go out. Nothing is held, counted or kept. For those who may reserve.',
  })
  async planSends(
    @Arg('input', () => PlanSendsInput, { description: 'Which sends, and until when.' })
    input: PlanSendsInput,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<SendPlan> {
    const terms = { ...input, seatId: uuidOf('seat', input.seatId), from: input.from ?? null };
    const { slots, binding } = await this.service.planSends(viewer, terms);
    const limit = binding?.limit ? await showLimitInZone(loaders, binding.limit) : null;
    return fill(SendPlan, {
      slots,
      fits: slots.length,
      doesNotFit: input.count - slots.length,
      binding: binding && showReason(viewer, binding, limit),
    });
  }
}
