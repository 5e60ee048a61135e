import type { OnDecided } from '../ledger/lanes/lanes.js';
import { AgenciesReader } from '../ledger/told/agencies-reader.js';
import { ReservationReader } from '../ledger/told/reservation-reader.js';
import type { Touched } from '../ledger/told/touched.js';
import { UsageReader } from '../ledger/told/usage-reader.js';
import type { AlertService } from '../services/alerts/alert.service.js';
import type { QueueReader } from '../services/campaigns/queue.reading.js';
import { AlertFeeds } from './alert-feed.js';
import { AlertStreams } from './alert-stream.js';
import { BookWatch } from './book-watch.js';
import { ReservationFeed } from './reservation-feed.js';
import { Timekeeper } from './timekeeper.js';
import { TouchFeed } from './touch-feed.js';
import { TouchLooks } from './touch-looks.js';
import { UsageFeed } from './usage-feed.js';
import { WakeUps } from './wake-ups.js';
import { DAY } from '../quota/window.js';

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
  readonly usage: UsageFeed;
  readonly reservations: ReservationFeed;
  readonly timekeeper: Timekeeper;
  /** To be called when something of an agency was committed here. */
  readonly moved: OnDecided;
  alertStreams(alerts: AlertService): AlertStreams;
  touchFeed(queue: QueueReader): TouchFeed;
  close(): Promise<void>;
}

/** Looking never waits behind what callers ask: it has a connection of its own. */
const WATCH_CONNECTIONS_MAX = 1;

export function openLive(parts: LiveParts): Live {
  const { appUrl, onFailure, alertDays, hasWakeUps = true } = parts;
  const watcher = new AgenciesReader(appUrl, onFailure, WATCH_CONNECTIONS_MAX);
  const books = new BookWatch({ read: (agencyIds) => watcher.books(agencyIds), onFailure });
  const reader = new AgenciesReader(appUrl, onFailure);
  const timekeeper = new Timekeeper({ askClock: () => reader.clock(), onFailure });
  const ofFeeds = { books, timekeeper, onFailure };
  const usage = new UsageFeed({ ...ofFeeds, reader: new UsageReader(reader) });
  const reservations = new ReservationFeed({ ...ofFeeds, reader: new ReservationReader(reader) });
  const hear = (agencyId: string, touched: Touched | null): void => {
    if (touched) usage.touched(touched);
    reservations.moved(agencyId);
    books.hint(agencyId);
  };
  const wakeUps = hasWakeUps
    ? new WakeUps({ appUrl, onFailure, onMoved: ({ agencyId, touched }) => hear(agencyId, touched) })
    : null;
  const touchFeeds: TouchFeed[] = [];
  return {
    books,
    usage,
    reservations,
    timekeeper,
    moved: (agencyId, touched) => {
      hear(agencyId, touched);
      wakeUps?.publish(agencyId, touched);
    },
    alertStreams: (alerts) =>
      new AlertStreams({
        feeds: new AlertFeeds({ books, alerts, onFailure }),
        alerts,
        keptMs: alertDays * DAY,
      }),
    touchFeed: (queue) => {
      const feed = new TouchFeed({ ...ofFeeds, looks: new TouchLooks(queue) });
      touchFeeds.push(feed);
      return feed;
    },
    close: async () => {
      for (const feed of touchFeeds) feed.close();
      await usage.close();
      await reservations.close();
      timekeeper.close();
      await reader.close();
      await wakeUps?.close();
      await books.close();
      await watcher.close();
    },
  };
}
