import { openDataSource } from '../tenancy/data-source.js';
import type { AlertService } from '../services/alert.service.js';
import { AlertFeeds } from './alert-feed.js';
import { AlertStreams } from './alert-stream.js';
import { BookWatch } from './book-watch.js';
import { readBooks } from './read-books.js';
import { WakeUps } from './wake-ups.js';

export interface LiveParts {
  readonly appUrl: string;
  /** Told of what failed and is tried again. */
  readonly onFailure: (error: unknown) => void;
  /** How many days old an alert may be that a stream begins with. */
  readonly alertDays: number;
  /** Whether processes tell each other what moved. The poll alone suffices. */
  readonly hasWakeUps?: boolean;
}

/** What moves, seen by this process; wired. */
export interface Live {
  readonly books: BookWatch;
  /** To be called when something of an agency was committed here. */
  readonly moved: (agencyId: string) => void;
  alertStreams(alerts: AlertService): AlertStreams;
  close(): Promise<void>;
}

/** Looking never waits behind what callers ask: it has a connection of its own. */
const WATCH_CONNECTIONS_MAX = 1;
const DAY_MS = 86_400_000;

export async function openLive(parts: LiveParts): Promise<Live> {
  const { appUrl, onFailure, alertDays, hasWakeUps = true } = parts;
  const dataSource = await openDataSource(appUrl, {
    applicationName: 'headroom-watch',
    connectionsMax: WATCH_CONNECTIONS_MAX,
    onIdleConnectionLost: onFailure,
  });
  const books = new BookWatch({ read: (agencyIds) => readBooks(dataSource, agencyIds), onFailure });
  const wakeUps = hasWakeUps
    ? new WakeUps({ appUrl, onFailure, onMoved: (agencyId) => books.hint(agencyId) })
    : null;
  return {
    books,
    moved: (agencyId) => {
      books.hint(agencyId);
      wakeUps?.publish(agencyId);
    },
    alertStreams: (alerts) =>
      new AlertStreams({
        feeds: new AlertFeeds({ books, alerts, onFailure }),
        alerts,
        keptMs: alertDays * DAY_MS,
      }),
    close: async () => {
      await wakeUps?.close();
      await books.close();
      await dataSource.destroy();
    },
  };
}
