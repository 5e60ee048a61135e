import type { AlertStreamEvent } from '../live/alert-stream.js';
import type { AlertRaisedArgs } from '../schema/alert-stream.schema.js';
import type { ReservationEvent } from '../live/reservation-subscription.js';
import type { UsageEvent } from '../live/usage-subscription.js';
import type { ReservationChangedArgs } from '../schema/reservation-stream.schema.js';
import type { NextTouchesArgs } from '../schema/touch.schema.js';
import type { NextTouches } from '../services/campaigns/queue.today.js';
import type { UsageChangedArgs } from '../schema/usage-stream.schema.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { Loaders } from './loaders.js';

/** Who subscribes. */
export interface Subscriber {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}

/** Opens the streams of one subscription. A stream is attached when this answers; `return()` frees it. */
interface Opener<Args, Event> {
  open(subscriber: Subscriber, args: Args): Promise<AsyncIterable<Event>>;
}

/** What opens the streams of subscriptions: of the server, since no instance of a resolver is at hand there. */
export interface Streams {
  readonly alerts: Opener<AlertRaisedArgs, AlertStreamEvent>;
  readonly usage: Opener<UsageChangedArgs, UsageEvent>;
  readonly touches: Opener<NextTouchesArgs, NextTouches>;
  readonly reservations: Opener<ReservationChangedArgs, ReservationEvent>;
}
