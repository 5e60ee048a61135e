import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { DeclareOutsideUseInput } from '../schema/outside-use.schema.js';
import { payload } from '../schema/payload.js';
import { SeatPayload } from '../schema/seat.schema.js';
import type { OutsideUseService } from '../services/seats/outside-use.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showSeat } from './show.js';

@Resolver()
export class OutsideUseResolver {
  constructor(private readonly service: OutsideUseService) {}

  @Mutation(() => SeatPayload, {
    description: 'Sets room of a seat aside for what it does elsewhere, until that is recorded.',
  })
  declareOutsideUse(
    @Arg('input', () => DeclareOutsideUseInput, { description: 'How much a day, and on which days.' })
    input: DeclareOutsideUseInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const seatId = uuidOf('seat', input.seatId);
    return payload('seat', this.service.declareOutsideUse(viewer, { ...input, seatId }), showSeat);
  }
}
