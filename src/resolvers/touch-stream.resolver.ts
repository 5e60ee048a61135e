import { Args, Ctx, Resolver, Root, Subscription } from 'type-graphql';
import type { TouchFeed } from '../live/touch-feed.js';
import * as schema from '../schema/touch.schema.js';
import type { NextTouches } from '../services/campaigns/queue.today.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import type { Subscriber } from './streams.js';
import { showNextTouches } from './touch.show.js';

@Resolver(() => schema.NextTouches)
export class TouchStreamResolver {
  @Subscription(() => schema.NextTouches, {
    description:
      'What is next to be done from a seat: how it stands first, then whenever it is another, the newest each time. For those who may ask for nextTouches.',
    subscribe: ({ args, context }: { args: schema.NextTouchesArgs; context: RequestContext }) =>
      context.streams.touches.open(context, args),
  })
  touchesDue(
    @Root() event: NextTouches,
    // The arguments are for the opening alone.
    @Args(() => schema.NextTouchesArgs) _args: schema.NextTouchesArgs,
    @Ctx() context: RequestContext,
  ): Promise<schema.NextTouches> {
    return showNextTouches(context, event);
  }
}

/** Opens the streams of `touchesDue`. */
export class TouchStreamOpener {
  constructor(private readonly feed: TouchFeed) {}

  /** Throws FORBIDDEN, NOT_FOUND where the viewer sees no such seat, or BAD_USER_INPUT. */
  open(
    { viewer }: Subscriber,
    { seatId, first }: schema.NextTouchesArgs,
  ): Promise<AsyncIterable<NextTouches>> {
    return this.feed.subscribe(viewer, uuidOf('seat', seatId), first ?? schema.TOUCHES_DEFAULT);
  }
}
