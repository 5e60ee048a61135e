import type { Live } from '../live/wired.js';
import type { CursorKeys } from '../schema/cursor.js';
import type { AlertService } from '../services/alerts/alert.service.js';
import { AlertStreamOpener } from './alert-stream.resolver.js';
import type { QueueReader } from '../services/campaigns/queue.reading.js';
import { Pages } from './pages.js';
import { ReservationStreamOpener } from './reservation-stream.resolver.js';
import type { Streams } from './streams.js';
import { TouchStreamOpener } from './touch-stream.resolver.js';
import { UsageStreamOpener } from './usage-stream.resolver.js';

/** What opens the streams of a server's subscriptions, made by hand. */
export function makeStreams(
  { alerts, touches }: { readonly alerts: AlertService; readonly touches: QueueReader },
  live: Live,
  cursorKeys: CursorKeys,
): Streams {
  const pages = new Pages(cursorKeys);
  return {
    alerts: new AlertStreamOpener(live.alertStreams(alerts), pages),
    usage: new UsageStreamOpener(live.usage),
    touches: new TouchStreamOpener(live.touchFeed(touches)),
    reservations: new ReservationStreamOpener(live.reservations, pages),
  };
}
