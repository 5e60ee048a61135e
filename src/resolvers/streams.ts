import type { AlertStreamEvent } from '../live/alert-stream.js';
import type { AlertRaisedArgs } from '../schema/alert-stream.schema.js';
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
}
