import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Connection } from '../schema/connection.js';
import { payload, payloads } from '../schema/payload.js';
import {
  CommitReservationInput,
  ReleaseReservationInput,
  Reservation,
  ReservationConnection,
  ReservationPayload,
  ReservationsArgs,
} from '../schema/reservation.schema.js';
import { Seat } from '../schema/seat.schema.js';
import type { ReleaseService } from '../services/decisions/release.service.js';
import type { ReservationService } from '../services/decisions/reservation.service.js';
import type { RequestContext } from './context.js';
import { showReservation } from './decision.show.js';
import { uuidOrNull } from './ids.js';
import { notTooMany, reservationTerms } from './inputs.js';
import type { Pages } from './pages.js';
import { showLoaded, showSeat } from './show.js';

@Resolver(() => Reservation)
export class ReservationResolver {
  constructor(
    private readonly service: ReservationService,
    private readonly releases: ReleaseService,
    private readonly pages: Pages,
  ) {}

  @Query(() => ReservationConnection, { description: 'Newest hold first.' })
  reservations(
    @Args(() => ReservationsArgs) args: ReservationsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Reservation>> {
    const filter = {
      seatId: uuidOrNull('seat', args.seatId),
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      statuses: args.statuses ?? null,
      from: null,
      until: null,
    };
    return this.pages.of(viewer, {
      type: ReservationConnection,
      name: 'Query.reservations',
      args,
      read: (asked) => this.service.listReservations(viewer, filter, asked),
      show: showReservation,
    });
  }

  @Mutation(() => ReservationPayload, { description: 'It was sent: from now on it counts when it was sent.' })
  commitReservation(
    @Arg('input', () => CommitReservationInput, { description: 'What was sent, and when.' })
    input: CommitReservationInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReservationPayload> {
    return payload('reservation', this.service.commit(viewer, reservationTerms(input)), showReservation);
  }

  @Mutation(() => [ReservationPayload], { description: '100 at most, each by itself.' })
  commitReservations(
    @Arg('inputs', () => [CommitReservationInput], { description: 'Each as for commitReservation.' })
    inputs: CommitReservationInput[],
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReservationPayload[]> {
    const answers = notTooMany(inputs).map((input) => this.service.commit(viewer, reservationTerms(input)));
    return payloads('reservation', Promise.all(answers), showReservation);
  }

  @Mutation(() => ReservationPayload, { description: 'It was not sent: it leaves no trace in any window.' })
  releaseReservation(
    @Arg('input', () => ReleaseReservationInput, { description: 'What was not sent.' })
    input: ReleaseReservationInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReservationPayload> {
    return payload('reservation', this.releases.release(viewer, reservationTerms(input)), showReservation);
  }

  @Mutation(() => [ReservationPayload], { description: '100 at most, each by itself.' })
  releaseReservations(
    @Arg('inputs', () => [ReleaseReservationInput], { description: 'Each as for releaseReservation.' })
    inputs: ReleaseReservationInput[],
    @Ctx() { viewer }: RequestContext,
  ): Promise<ReservationPayload[]> {
    const answers = notTooMany(inputs).map((input) => this.releases.release(viewer, reservationTerms(input)));
    return payloads('reservation', Promise.all(answers), showReservation);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat that it is of; null where the viewer may no longer see it.',
  })
  seat(@Root() { seatId }: Reservation, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The address of the person that it is for, normalised; null once erased.',
  })
  recipientProfileUrl(
    @Root() reservation: Reservation,
    @Ctx() { loaders }: RequestContext,
  ): Promise<string | null> {
    return loaders.profileUrl.load(reservation);
  }
}
