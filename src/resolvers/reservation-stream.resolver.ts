import { randomInt } from 'node:crypto';
import { Args, Ctx, Resolver, Root, Subscription } from 'type-graphql';
import { Failure } from '../errors.js';
import type { ReservationFeed } from '../live/reservation-feed.js';
import type { ReservationEvent as Event, ReservationPosition } from '../live/reservation-subscription.js';
import type { CursorPosition } from '../schema/cursor.js';
import { fill } from '../schema/fill.js';
import type { Viewer } from '../tenancy/viewer.js';
import {
  ReservationChanged,
  ReservationChangedArgs,
  ReservationEvent,
  ReservationsHeld,
} from '../schema/reservation-stream.schema.js';
import type { RequestContext } from './context.js';
import { showReservation } from './decision.show.js';
import { uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import type { Subscriber } from './streams.js';

/** The list that the cursors of the stream are of. */
const CHANGES = 'Subscription.reservationChanged';
const SALTS = 2 ** 47;

@Resolver()
export class ReservationStreamResolver {
  constructor(private readonly pages: Pages) {}

  @Subscription(() => ReservationEvent, {
    description:
      'With `since`, first what changed meanwhile, else what is held; then each reservation that is held, committed, released (by us as well, then `releasedBecause` says why) or expires. No change is lost; behind a cursor, what happened at its very instant may be told again. Of the seats that the viewer sees.',
    subscribe: ({ args, context }: { args: ReservationChangedArgs; context: RequestContext }) =>
      context.streams.reservations.open(context, args),
  })
  reservationChanged(
    @Root() event: Event,
    // The arguments are for the opening alone.
    @Args(() => ReservationChangedArgs) _args: ReservationChangedArgs,
    @Ctx() { viewer }: RequestContext,
  ): ReservationsHeld | ReservationChanged {
    const cursor = this.pages.cursor(viewer, CHANGES, written(event.position, viewer));
    if (event.kind === 'HELD') {
      const reservations = event.held.map(showReservation);
      return fill(ReservationsHeld, { cursor, reservations, isLast: event.isLast });
    }
    const { change } = event;
    return fill(ReservationChanged, {
      cursor,
      reservation: showReservation(change),
      changedAt: change.changedAt,
    });
  }
}

/** Opens the streams of `reservationChanged`. */
export class ReservationStreamOpener {
  constructor(
    private readonly feed: ReservationFeed,
    private readonly pages: Pages,
  ) {}

  /** Throws BAD_USER_INPUT where `since` is no cursor of the stream, NOT_FOUND where the viewer sees no such seat or client account. */
  async open({ viewer, loaders }: Subscriber, args: ReservationChangedArgs): Promise<AsyncIterable<Event>> {
    const seatId = uuidOrNull('seat', args.seatId);
    const clientAccountId = uuidOrNull('client', args.clientAccountId);
    const since = typeof args.since === 'string' ? this.positionOf(viewer, args.since) : null;
    const [seat, account] = await Promise.all([
      seatId === null ? true : loaders.seat.load(seatId),
      clientAccountId === null ? true : loaders.clientAccount.load(clientAccountId),
    ]);
    if (!seat || !account) throw new Failure('NOT_FOUND', 'There is no such seat or client account.');
    return this.feed.subscribe(viewer, { seatId, clientAccountId }, since);
  }

  private positionOf(viewer: Subscriber['viewer'], since: string): ReservationPosition {
    const position = read(this.pages.position(viewer, CHANGES, since));
    if (position) return position;
    throw new Failure('BAD_USER_INPUT', '`since` is no cursor of an event of this stream.');
  }
}

/**
 * To whoever sees a part of the agency it never looks the same twice, by a number that says nothing: the position moves with the clock, but
 * for a moment behind whatever anybody of the agency does.
 */
function written({ settledAt, expiredAt, heldAfter }: ReservationPosition, viewer: Viewer): CursorPosition {
  const position = [settledAt, expiredAt, heldAfter];
  return viewer.reach === null ? position : [...position, randomInt(SALTS)];
}

function read(position: CursorPosition | null): ReservationPosition | null {
  const [settledAt, expiredAt, heldAfter] = position ?? [];
  if (typeof settledAt !== 'number' || typeof expiredAt !== 'number') return null;
  return { settledAt, expiredAt, heldAfter: typeof heldAfter === 'string' ? heldAfter : null };
}
