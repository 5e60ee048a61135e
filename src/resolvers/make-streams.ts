import type { Live } from '../live/wired.js';
import type { CursorKeys } from '../schema/cursor.js';
import type { AlertService } from '../services/alert.service.js';
import { AlertStreamOpener } from './alert-stream.resolver.js';
import { Pages } from './pages.js';
import type { Streams } from './streams.js';

/** What opens the streams of a server's subscriptions, made by hand. */
export function makeStreams(
  { alerts }: { readonly alerts: AlertService },
  live: Live,
  cursorKeys: CursorKeys,
): Streams {
  const pages = new Pages(cursorKeys);
  return { alerts: new AlertStreamOpener(live.alertStreams(alerts), pages) };
}
