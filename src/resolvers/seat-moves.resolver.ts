import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { payload, payloadOfFacts } from '../schema/payload.js';
import { MoveSeatInput, MoveSeatPayload } from '../schema/seat-moves.schema.js';
import { SeatInput } from '../schema/seat.input.js';
import { SeatPayload } from '../schema/seat.schema.js';
import type { SeatMoves } from '../services/seats/seat.moves.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showCampaign, shown, showSeat } from './show.js';

@Resolver()
export class SeatMovesResolver {
  constructor(private readonly moves: SeatMoves) {}

  @Mutation(() => MoveSeatPayload, {
    description:
      'Gives a seat to another client account: its ledger goes with it, what it holds is released, what it did stays with the old one.',
  })
  moveSeat(
    @Arg('input', () => MoveSeatInput, { description: 'Which seat, and where to.' }) input: MoveSeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MoveSeatPayload> {
    const seatId = uuidOf('seat', input.seatId);
    const clientAccountId = uuidOf('client', input.clientAccountId);
    const moved = shown(this.moves.moveSeat(viewer, { seatId, clientAccountId }), (done) => ({
      seat: showSeat(done.seat),
      releasedReservations: done.releasedReservations,
      leftCampaigns: done.leftCampaigns.map(showCampaign),
    }));
    return payloadOfFacts<Omit<MoveSeatPayload, 'userErrors'>>(moved, {
      seat: null,
      releasedReservations: 0,
      leftCampaigns: [],
    });
  }

  @Mutation(() => SeatPayload, {
    description:
      'Takes a seat out of use and releases what it holds. Its history stays, it takes no allowance, and restoreSeat brings it back.',
  })
  removeSeat(
    @Arg('input', () => SeatInput, { description: 'The seat.' }) { seatId }: SeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload('seat', this.moves.removeSeat(viewer, uuidOf('seat', seatId)), showSeat);
  }

  @Mutation(() => SeatPayload, {
    description: 'Brings a removed seat back as it was, where the plan still has a seat free.',
  })
  restoreSeat(
    @Arg('input', () => SeatInput, { description: 'The seat.' }) { seatId }: SeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload('seat', this.moves.restoreSeat(viewer, uuidOf('seat', seatId)), showSeat);
  }
}
