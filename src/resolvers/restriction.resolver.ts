import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { payload } from '../schema/payload.js';
import { LiftRestrictionInput, ReportRestrictionInput, Restriction } from '../schema/restriction.schema.js';
import { SeatPayload } from '../schema/seat.schema.js';
import type { RestrictionService } from '../services/seats/restriction.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showSeat } from './show.js';

@Resolver(() => Restriction)
export class RestrictionResolver {
  constructor(private readonly service: RestrictionService) {}

  @Mutation(() => SeatPayload, {
    description: 'Stops what LinkedIn restricted, and releases what the seat holds for it.',
  })
  reportRestriction(
    @Arg('input', () => ReportRestrictionInput, { description: 'What happened.' })
    input: ReportRestrictionInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const seatId = uuidOf('seat', input.seatId);
    return payload('seat', this.service.report(viewer, { ...input, seatId }), showSeat);
  }

  @Mutation(() => SeatPayload, {
    description: 'Ends a restriction now; half of every cap holds for a time from then on.',
  })
  liftRestriction(
    @Arg('input', () => LiftRestrictionInput, { description: 'The restriction.' })
    { restrictionId }: LiftRestrictionInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload('seat', this.service.lift(viewer, uuidOf('restriction', restrictionId)), showSeat);
  }
}
