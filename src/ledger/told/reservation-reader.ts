import { Failure } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { type Asking, callerOf } from '../../tenancy/door.js';
import { Turns } from '../../tenancy/turns.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import type { AgenciesReader } from './agencies-reader.js';
import type { ReservationRecord } from './history.js';
import type { LedgerTransaction } from '../books/connection.js';
import type { AgenciesAt, Book } from '../books/opening.js';
import {
  listHeld,
  listReservationChanges,
  nextExpiryKnownAt,
  positionAt,
  type ChangePlace,
  type ChangesAsked,
  type ChangesPosition,
  type ReservationChange,
  type ReservationFilter,
} from './reservation-changes.js';

/** What was read, and when: up to `now` all is known. */
export interface ReadAt {
  readonly now: ChangesPosition;
  /** Of the agency's book: whatever is decided later has a later one. */
  readonly turn: number;
  readonly clock: Instant;
}

/** All changes of an agency since a position. */
export interface ChangesRead extends ReadAt {
  readonly agencyId: string;
  readonly changes: readonly ReservationChange[];
  /** When the next hold will be known to have expired, by the database's clock. */
  readonly nextExpiryAt: Instant | null;
}

/** Changes that are read at once; with more of them, on and on in the same snapshot. */
const ROWS_AT_ONCE = 1_000;

/** Of those who watch, at once: one of each agency, and so few of all that what is told to all of them waits for none. */
const READERS_OF_AGENCY_MAX = 1;
const READERS_MAX = 2;
const MANY_AGENCIES = { waitingMax: 20_000, tooMany: 'Too many agencies are read at once; ask again later.' };

/** Reads what becomes of reservations. */
export class ReservationReader {
  private readonly ofAgency = new Turns(READERS_OF_AGENCY_MAX);
  private readonly ofAll = new Turns(READERS_MAX, MANY_AGENCIES);

  constructor(private readonly reader: AgenciesReader) {}

  /** One page of changes, those that the viewer sees, when it is their turn. Throws THROTTLED, as the others do. */
  changes(
    viewer: Viewer,
    asked: ChangesAsked,
  ): Promise<ReadAt & { readonly changes: readonly ReservationChange[] }> {
    return this.open(viewer, async ({ transaction }, at) => {
      return { ...at, changes: await listReservationChanges(transaction, viewer, asked, at.now) };
    });
  }

  /** One page of what is held, in the order of the ids; what the viewer sees. */
  held(
    viewer: Viewer,
    asked: ReservationFilter & { readonly afterId: string | null; readonly rows: number },
  ): Promise<ReadAt & { readonly held: readonly ReservationRecord[] }> {
    return this.open(viewer, async ({ transaction }, at) => {
      return { ...at, held: await listHeld(transaction, viewer, asked, at.now) };
    });
  }

  /** Up to where all is known of an agency by now. */
  position({ agencyId }: Pick<Viewer, 'agencyId'>): Promise<ReadAt> {
    return this.open({ agencyId }, (_agencies, at) => Promise.resolve(at));
  }

  /** All changes of some agencies, each since a position of its own, in one snapshot. It waits behind nobody. */
  changesOf(
    asked: readonly { readonly agencyId: string; readonly since: ChangesPosition }[],
  ): Promise<ChangesRead[]> {
    const since = new Map(asked.map((one) => [one.agencyId, one.since]));
    return this.reader.open([...since.keys()], (agencies) =>
      Promise.all(agencies.books.map((book) => allChanges(agencies, book, since.get(book.agencyId)!))),
    );
  }

  private open<T>(asking: Asking, work: (agencies: AgenciesAt, at: ReadAt) => Promise<T>): Promise<T> {
    const { agencyId } = asking;
    const read = () =>
      this.reader.open([agencyId], (agencies) => {
        const [book] = agencies.books;
        if (!book) throw new Failure('UNAUTHENTICATED', 'There is no such agency.');
        return work(agencies, readAt(agencies, book));
      });
    return this.ofAgency.run(agencyId, () => this.ofAll.run('', read, agencyId), callerOf(asking));
  }
}

function readAt({ clock }: AgenciesAt, book: Book): ReadAt {
  return { now: positionAt(book, clock), turn: book.turn, clock };
}

async function allChanges(agencies: AgenciesAt, book: Book, since: ChangesPosition): Promise<ChangesRead> {
  const { transaction } = agencies;
  const { agencyId } = book;
  const viewer = systemViewer(agencyId, 'watch');
  const at = readAt(agencies, book);
  const [nextExpiryAt, changes] = await Promise.all([
    nextExpiryKnownAt(transaction, agencyId, at.now),
    changesBehind(transaction, viewer, since, at.now),
  ]);
  return { ...at, agencyId, changes, nextExpiryAt };
}

/** All of them, a page at a time. */
async function changesBehind(
  transaction: LedgerTransaction,
  viewer: Viewer,
  since: ChangesPosition,
  now: ChangesPosition,
): Promise<ReservationChange[]> {
  const changes: ReservationChange[] = [];
  let after: ChangePlace | null = null;
  do {
    const asked = { seatId: null, clientAccountId: null, since, after, rows: ROWS_AT_ONCE };
    const page: readonly ReservationChange[] = await listReservationChanges(transaction, viewer, asked, now);
    changes.push(...page);
    after = page.length < ROWS_AT_ONCE ? null : (page.at(-1) ?? null);
  } while (after !== null);
  return changes;
}
