import type { OnDecided } from '../ledger/lanes.js';
import { AgenciesReader } from '../ledger/agencies-reader.js';
import { UsageReader } from '../ledger/usage-reader.js';
import { openDataSource } from '../tenancy/data-source.js';
import { BookWatch } from './book-watch.js';
import { readBooks } from './read-books.js';
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
  const askClock = () => reader.clock();
  const usage = new UsageFeed({ books, reader: new UsageReader(reader), askClock, onFailure });
  return {
    books,
    usage,
    moved: (agencyId, touched) => {
      if (touched) usage.touched(touched);
      books.hint(agencyId);
      wakeUps?.publish(agencyId);
    },
    close: async () => {
      await usage.close();
      await reader.close();
      await wakeUps?.close();
      await books.close();
      await dataSource.destroy();
    },
  };
}
