import type { DataSource } from 'typeorm';
import { AgenciesReader } from '../../src/ledger/told/agencies-reader.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { AlertFeeds } from '../../src/live/alert-feed.js';
import { AlertStreams, type AlertStream, type AlertStreamsParts } from '../../src/live/alert-stream.js';
import { BookWatch, type OnMoved, type Watched } from '../../src/live/book-watch.js';
import { AlertService } from '../../src/services/alerts/alert.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { seedAgency, type SeededAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { raiseAlerts } from './alerts.support.js';

let dataSource: DataSource;
let watcher: AgenciesReader;
let reader: LedgerReader;
let alerts: AlertService;
let agency: SeededAgency;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const { appUrl } = await testDatabase();
  dataSource = await openDataSource(appUrl, { connectionsMax: 6 });
  reader = new LedgerReader(appUrl);
  watcher = new AgenciesReader(appUrl);
  alerts = new AlertService(dataSource, reader);
});
beforeEach(async () => {
  agency = await seedAgency(dataSource);
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await reader.close();
  await watcher.close();
  await dataSource.destroy();
});

const onFailure = (error: unknown): void => {
  throw error;
};

/** Books, and a moment in which something happens: when a watch has found where a book stands, and has not said so yet. */
class Books extends BookWatch {
  beforeItSays: () => Promise<unknown> = () => Promise.resolve();

  override async watch(agencyId: string, onMoved: OnMoved): Promise<Watched> {
    const watched = await super.watch(agencyId, onMoved);
    await this.beforeItSays();
    return watched;
  }
}

/** The feeds of a process. `pollMs` 0: the books are looked at over and over; else when it is told to, as here it always is. */
async function process(pollMs: number) {
  const books = new Books({ read: (agencyIds) => watcher.books(agencyIds), onFailure, pollMs });
  const feeds = new AlertFeeds({ books, alerts, onFailure });
  closers.push(() => books.close());
  const open = async (since: number | null, more: Partial<AlertStreamsParts> = {}): Promise<AlertStream> => {
    const streams = new AlertStreams({ feeds, alerts, keptMs: 86_400_000, ...more });
    const stream = await streams.open(agency.owner, { since, clientAccountId: null, severities: null });
    closers.push(() => stream.return());
    return stream;
  };
  const beside = await open(null);
  /** Raises one, and waits until the process has told it to all who listen by then. */
  const raise = async (): Promise<number> => {
    const last = await raiseAlerts(dataSource, agency.agencyId);
    books.hint(agency.agencyId);
    expect(await toldUpTo(beside, last)).toContain(last);
    return last;
  };
  return { books, open, raise };
}

/** What a stream tells, up to a number and with it. */
async function toldUpTo(stream: AlertStream, last: number): Promise<number[]> {
  const told: number[] = [];
  while (told.at(-1) !== last) {
    const { value } = await stream.next();
    if (!value) throw new Error('The stream has ended.');
    if (value.kind === 'RAISED') told.push(value.alert.sequence);
  }
  return told;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe.each([
  ['where the books are looked at when something is told', 60_000],
  ['where they are looked at over and over', 0],
])('an alert that commits, %s,', (_, pollMs) => {
  it.each([
    ['from now on', () => null],
    ['from a cursor on', (last: number) => last],
  ])(
    'while a stream is attached, %s, is told: it was attached before the book was read',
    async (_name, sinceOf) => {
      const { books, open, raise } = await process(pollMs);
      const before = await raise();
      let raised = 0;
      books.beforeItSays = async () => {
        books.beforeItSays = () => Promise.resolve();
        raised = await raise();
      };
      const stream = await open(sinceOf(before));
      expect(raised).toBe(before + 1);
      expect(await toldUpTo(stream, raised)).toEqual([raised]);
      expect(await toldUpTo(stream, await raise())).toEqual([raised + 1]);
    },
  );

  it('while one is attached that missed some is told behind those: it came first, and is no later for it', async () => {
    const { books, open, raise } = await process(pollMs);
    await raise();
    const before = await raise();
    let raised = 0;
    books.beforeItSays = async () => {
      books.beforeItSays = () => Promise.resolve();
      raised = await raise();
    };
    const stream = await open(0);
    expect(await toldUpTo(stream, raised)).toEqual(range(1, before + 1));
  });

  it('while what was missed is read, is told behind it, once: it was attached anew before that', async () => {
    const { open, raise } = await process(pollMs);
    const before = await raise();
    let raised = 0;
    const stream = await open(0, {
      alerts: {
        isAsked: (...asked) => alerts.isAsked(...asked),
        after: async (...asked) => {
          const read = await alerts.after(...asked);
          if (raised === 0) raised = await raise();
          return read;
        },
      },
    });
    const last = before + 1;
    expect(await toldUpTo(stream, last)).toEqual(range(1, last));
    expect(raised).toBe(last);
    expect(await toldUpTo(stream, await raise())).toEqual([last + 1]);
  });
});
