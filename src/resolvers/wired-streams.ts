import type { Live } from '../live/wired.js';
import type { CursorKeys } from '../schema/cursor.js';
import { Pages } from './pages.js';
import { ReservationStreamOpener } from './reservation-stream.resolver.js';
import type { Streams } from './streams.js';
import { UsageStreamOpener } from './usage-stream.resolver.js';

/** The streams of a server, wired. */
export function wireStreams({ usage, reservations }: Live, cursorKeys: CursorKeys): Streams {
  const pages = new Pages(cursorKeys);
  return {
    usage: new UsageStreamOpener(usage),
    reservations: new ReservationStreamOpener(reservations, pages),
  };
}
