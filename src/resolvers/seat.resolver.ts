import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Connection } from '../schema/connection.js';
import { LookupArgs } from '../schema/lookup.js';
import { payload } from '../schema/payload.js';
import { AddSeatInput, SeatInput, SetDaysOffInput, UpdateSeatInput } from '../schema/seat.input.js';
import { Seat, SeatConnection, SeatPayload, SeatsArgs } from '../schema/seat.schema.js';
import type { SeatReader } from '../services/seats/seat.reader.js';
import type { SeatService } from '../services/seats/seat.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { find } from './inputs.js';
import type { Pages } from './pages.js';
import type { SeatsAtLevel } from './seats-at-level.js';
import { showSeat } from './show.js';

@Resolver(() => Seat)
export class SeatResolver {
  constructor(
    private readonly service: SeatService,
    private readonly reader: SeatReader,
    private readonly atLevel: SeatsAtLevel,
    private readonly pages: Pages,
  ) {}

  @Query(() => SeatConnection, { description: "In order of holder's name." })
  seats(
    @Args(() => SeatsArgs) args: SeatsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Seat>> {
    const filter = {
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      statuses: args.statuses ?? null,
      search: args.search ?? null,
    };
    const { minLevel } = args;
    return this.pages.of(viewer, {
      type: SeatConnection,
      name: 'Query.seats',
      args,
      read: (asked) =>
        minLevel
          ? this.atLevel.seats(viewer, filter, minLevel, asked)
          : this.reader.seats(viewer, filter, asked),
      show: showSeat,
      countAll: () =>
        minLevel ? this.atLevel.countSeats(viewer, filter, minLevel) : this.reader.countSeats(viewer, filter),
    });
  }

  @Query(() => Seat, { nullable: true, description: "A seat by its id or the agency's own reference." })
  async seat(
    @Args(() => LookupArgs) args: LookupArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Seat | null> {
    const seat = await find(args, {
      byId: (id) => loaders.seat.load(uuidOf('seat', id)),
      byExternalRef: (ref) => this.reader.byExternalRef(viewer, ref),
    });
    return seat && showSeat(seat);
  }

  @Mutation(() => SeatPayload, { description: 'Adds a LinkedIn account, with what it sent before.' })
  addSeat(
    @Arg('input', () => AddSeatInput, { description: 'The seat.' }) input: AddSeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const clientAccountId = uuidOf('client', input.clientAccountId);
    return payload('seat', this.service.addSeat(viewer, { ...input, clientAccountId }), showSeat);
  }

  @Mutation(() => SeatPayload, { description: "Changes a seat's holder, tier, zone, hours or history." })
  updateSeat(
    @Arg('input', () => UpdateSeatInput, { description: 'The changes.' }) input: UpdateSeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const seatId = uuidOf('seat', input.seatId);
    return payload('seat', this.service.updateSeat(viewer, { ...input, seatId }), showSeat);
  }

  @Mutation(() => SeatPayload, {
    description: 'Allows nothing more for a seat until it is resumed, and releases what it holds.',
  })
  pauseSeat(
    @Arg('input', () => SeatInput, { description: 'The seat.' }) { seatId }: SeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload('seat', this.service.pauseSeat(viewer, uuidOf('seat', seatId)), showSeat);
  }

  @Mutation(() => SeatPayload, { description: 'Takes the pause of a seat back.' })
  resumeSeat(
    @Arg('input', () => SeatInput, { description: 'The seat.' }) { seatId }: SeatInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload('seat', this.service.resumeSeat(viewer, uuidOf('seat', seatId)), showSeat);
  }

  @Mutation(() => SeatPayload, {
    description: 'Puts other days off in the place of those that a seat has, 400 at most.',
  })
  setDaysOff(
    @Arg('input', () => SetDaysOffInput, { description: 'The days.' }) { seatId, days }: SetDaysOffInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    return payload(
      'seat',
      this.service.setDaysOff(viewer, { seatId: uuidOf('seat', seatId), days }),
      showSeat,
    );
  }
}
