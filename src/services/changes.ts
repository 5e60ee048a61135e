import type { DataSource, EntityManager } from 'typeorm';
import { Failure, type Refusal } from '../errors.js';
import { authorityRefsOf, checkAuthority, readAuthorities } from '../ledger/reading/authority.js';
import { raiseClockBehind } from '../ledger/alerts/clock-alert.js';
import { ClockBehind, lockBook, lockBookToEnd, moveBook } from '../ledger/books/lock.js';
import { ledgerOn } from '../ledger/books/manager-rows.js';
import type { Instant } from '../quota/window.js';
import { type Asking, byItself, callerOf, inAgency } from '../tenancy/door.js';
import { SQLSTATE, sqlStateOf } from '../tenancy/sqlstate.js';
import { Turns } from '../tenancy/turns.js';
import type { Viewer } from '../tenancy/viewer.js';

/** What a change does once it holds its agency's book. A returned Refusal rolls everything back. */
export type ChangeWork<T> = (manager: EntityManager, at: Instant) => Promise<T | Refusal>;

/** What a change waits for before it takes the book, in the transaction that takes it then: others may keep it from it for seconds. */
export type WaitWork = (manager: EntityManager) => Promise<void>;

/** Who changes something: it may have turns of its own. */
export type Changer = Viewer & Pick<Asking, 'party'>;

/** Most changes that wait in this process, of an agency, of one party of it (see callerOf()) and of one credential. */
const WAITS = {
  ...{ waitingMax: 1_000, ofPartyMax: 250, ofPartyAlways: 20, ofCallerMax: 100 },
  tooMany: 'Too many changes at once; ask again later.',
};
const RETRY_AFTER_MS = 1_000;

/**
 * Every change of what decisions rest on: seats, plans, limits, zones, campaigns, keys. It takes the agency's book
 * first, so that nothing is decided on half of it, and what was checked still holds when it is written.
 */
export class Changes {
  private readonly turns = new Turns(1, WAITS);

  /** `onFailure` is told what could not be done any more behind what was done. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly onFailure: (error: unknown) => void = () => undefined,
  ) {}

  /**
   * Runs `work` under the book of the viewer's agency, at the book's instant. Changes of one agency go one after the
   * other here already: they would wait for each other at the book anyway, and each with a connection that another
   * agency could use. Client accounts take turns, and credentials within them, so that whoever asks for hundreds waits behind themselves. Throws
   * UNAUTHENTICATED where the viewer's authority ended meanwhile, THROTTLED where too many wait, UNAVAILABLE where the book is not to
   * be had in time. Those that wait for something else first go one after the other by themselves: the others need not wait for that.
   */
  make<T>(viewer: Changer, work: ChangeWork<T>, wait: WaitWork | null = null): Promise<T | Refusal> {
    const line = wait ? `${viewer.agencyId} behind others` : viewer.agencyId;
    return this.turns.run(line, () => this.underBook(viewer, work, wait), callerOf(viewer));
  }

  /**
   * The same for what ends what somebody may do, or was let in by: also where the database's clock is behind the books, when nothing else
   * is changed. Whoever is to be kept out is so at once; nothing is decided by it.
   */
  end<T>(viewer: Changer, work: ChangeWork<T>): Promise<T | Refusal> {
    const ending = (): Promise<T | Refusal> => this.underBook(viewer, work, null, lockBookToEnd);
    return this.turns.run(viewer.agencyId, ending, callerOf(viewer));
  }

  private async underBook<T>(
    viewer: Viewer,
    work: ChangeWork<T>,
    wait: WaitWork | null,
    lock = lockBook,
  ): Promise<T | Refusal> {
    let isBehind = false;
    try {
      return await inAgency(this.dataSource, changing(viewer), async (manager) => {
        isBehind = wait !== null;
        // Before the book, never under it: nothing is decided while somebody who has it waits.
        await wait?.(manager);
        isBehind = false;
        const { at, clock } = await lock(manager, viewer.agencyId);
        await checkAuthorityUnderLock(manager, viewer, Math.min(at, clock));
        return work(manager, at);
      });
    } catch (error) {
      if (error instanceof ClockBehind) await this.tellClockBehind(viewer, error);
      if (sqlStateOf(error) !== SQLSTATE.lockNotAvailable) throw error;
      const what = isBehind ? 'What is to be changed is' : 'The books of the agency are';
      throw new Failure('UNAVAILABLE', `${what} in use; ask again later.`, RETRY_AFTER_MS);
    }
  }

  /**
   * Moves an agency's book for what was committed beside it, so that whoever watches it looks: never in the transaction that did it, which
   * whoever has the book may wait for. Where that fails nothing is undone, and whoever watches looks by themselves after a while.
   */
  async moveBook(asking: Asking): Promise<void> {
    const { agencyId } = asking;
    await this.behind(inAgency(this.dataSource, asking, (manager) => moveBook(manager, agencyId)));
  }

  /**
   * What comes behind a change that is made, and can't be undone by it: whoever asked is told of what was done, and whoever runs the
   * server of this. Null where it failed.
   */
  behind<T>(work: Promise<T>): Promise<T | null> {
    return work.catch((error: unknown) => {
      this.onFailure(error);
      return null;
    });
  }

  /** In a transaction of its own: the one that found it is rolled back. */
  private tellClockBehind(viewer: Viewer, { lastAt, behindMs }: ClockBehind): Promise<void> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      raiseClockBehind(transaction, viewer.agencyId, lastAt, behindMs);
      const error = await transaction.firstError();
      if (error !== undefined) throw error as Error;
    });
  }
}

/**
 * All changes of an agency are one caller of its turns, there being no more than two at once: else one that waits behind all that its
 * own caller asks for would keep those of everybody else waiting behind it. What the process does by itself has no turn to wait for.
 */
function changing({ agencyId, actor }: Viewer): Asking {
  return actor === byItself(agencyId).actor ? { agencyId, actor } : { agencyId, actor: 'changes' };
}

/** What the viewer came with may have ended or changed between the request's first look at it and the lock. */
export async function checkAuthorityUnderLock(
  manager: EntityManager,
  viewer: Viewer,
  at: Instant,
): Promise<void> {
  const refs = authorityRefsOf(viewer);
  if (refs.length === 0) return;
  const [authority] = await readAuthorities(await ledgerOn(manager), refs);
  checkAuthority(viewer, authority, at);
}
