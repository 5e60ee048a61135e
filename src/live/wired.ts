import type { OnDecided } from '../ledger/lanes.js';
import { AgenciesReader } from '../ledger/agencies-reader.js';
import { ReservationReader } from '../ledger/reservation-reader.js';
import { UsageReader } from '../ledger/usage-reader.js';
import { openDataSource } from '../tenancy/data-source.js';
import { BookWatch } from './book-watch.js';
import { readBooks } from './read-books.js';
import { ReservationFeed } from './reservation-feed.js';
import { Timekeeper } from './timekeeper.js';
import { UsageFeed } from './usage-feed.js';
import { WakeUps } from './wake-ups.js';

export interface LiveParts {
  readonly appUrl: string;
  /** Told of what failed and is tried again. */
  readonly onFailure: (error: unknown) => void;
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
  close(): Promise<void>;
}

/** Looking never waits behind what callers ask: it has a connection of its own. */
const WATCH_CONNECTIONS_MAX = 1;

export async function openLive({ appUrl, onFailure, hasWakeUps = true }: LiveParts): Promise<Live> {
  const dataSource = await openDataSource(appUrl, {
    applicationName: 'headroom-watch',
    connectionsMax: WATCH_CONNECTIONS_MAX,
    onIdleConnectionLost: onFailure,
  });
  const books = new BookWatch({ read: (agencyIds) => readBooks(dataSource, agencyIds), onFailure });
  const wakeUps = hasWakeUps
    ? new WakeUps({ appUrl, onFailure, onMoved: (agencyId) => books.hint(agencyId) })
    : null;
  const reader = new AgenciesReader(appUrl, onFailure);
  const timekeeper = new Timekeeper({ askClock: () => reader.clock(), onFailure });
  const parts = { books, timekeeper, onFailure };
  const usage = new UsageFeed({ ...parts, reader: new UsageReader(reader) });
  const reservations = new ReservationFeed({ ...parts, reader: new ReservationReader(reader) });
  return {
    books,
    usage,
    reservations,
    timekeeper,
    moved: (agencyId, touched) => {
      if (touched) usage.touched(touched);
      reservations.moved(agencyId);
      books.hint(agencyId);
      wakeUps?.publish(agencyId);
    },
    close: async () => {
      await usage.close();
      await reservations.close();
      timekeeper.close();
      await reader.close();
      await wakeUps?.close();
      await books.close();
      await dataSource.destroy();
    },
  };
}
