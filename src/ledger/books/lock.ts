import type { EntityManager } from 'typeorm';
import { Failure } from '../../errors.js';
import { clockOf } from '../../tenancy/clock.js';

/** An agency's book, locked: its revision, and the instant of the transaction that holds it. */
export interface LockedBook {
  readonly revision: number;
  /** Epoch milliseconds, of the database's clock, read under the lock, never behind the last instant used. */
  readonly at: number;
  /** The clock itself, by which keys and sessions are looked up: behind `at` where it was set back. */
  readonly clock: number;
}

/** Beyond this the clock was set back: windows would stand still, so nothing is decided. */
const CLOCK_BEHIND_MAX_MS = 5_000;

/**
 * Takes the one lock there is. Whoever changes what decisions rest on (seats, plans, limits, states, zones, keys) takes
 * it first: the revision grows, and what was cached under the old one counts no more. But for what is kept for seconds, as the turn
 * that takes people into a campaign: that is waited for before the book, never under it.
 */
export async function lockBook(manager: EntityManager, agencyId: string): Promise<LockedBook> {
  return writeUnderLock(manager, agencyId, await readUnderLock(manager, agencyId));
}

/**
 * The same for what only ends what somebody may do: nothing is decided by it, so that it is done wherever the clock stands, at the last
 * instant in the books where the clock is behind.
 */
export async function lockBookToEnd(manager: EntityManager, agencyId: string): Promise<LockedBook> {
  return writeUnderLock(manager, agencyId, await readUnderLock(manager, agencyId, Math.max));
}

async function writeUnderLock(
  manager: EntityManager,
  agencyId: string,
  { at, revision, clock }: LockedBook,
): Promise<LockedBook> {
  await manager.query(
    'UPDATE agency_book SET revision = $2, last_at = $3, turn = turn + 1 WHERE agency_id = $1',
    [agencyId, revision + 1, at],
  );
  return { revision: revision + 1, at, clock };
}

/**
 * Takes the lock for work that changes nothing that decisions rest on: to raise an alert, or to see all that was done before
 * an instant. What was cached still counts.
 */
export async function holdBook(manager: EntityManager, agencyId: string): Promise<number> {
  const { at } = await readUnderLock(manager, agencyId);
  await manager.query('UPDATE agency_book SET last_at = $2 WHERE agency_id = $1', [agencyId, at]);
  return at;
}

/** Moves the book for what was committed beside it, so that whoever watches it looks: what was cached still counts, and no time passes. */
export async function moveBook(manager: EntityManager, agencyId: string): Promise<void> {
  await manager.query('UPDATE agency_book SET turn = turn + 1 WHERE agency_id = $1', [agencyId]);
}

/** Takes the lock and writes nothing in the book, for whoever makes people: decisions make them under it. */
export async function waitForBook(manager: EntityManager, agencyId: string): Promise<void> {
  await manager.query('SELECT 1 FROM agency_book WHERE agency_id = $1 FOR NO KEY UPDATE', [agencyId]);
}

async function readUnderLock(
  manager: EntityManager,
  agencyId: string,
  instantOf: (clock: number, lastAt: number) => number = instantUnderLock,
): Promise<LockedBook> {
  await waitForBook(manager, agencyId);
  // Only now, in later statements: the clock and the book as they are under the lock.
  const clock = await clockOf(manager);
  const [book] = await manager.query<{ last_at: string; revision: string }[]>(
    'SELECT last_at, revision FROM agency_book WHERE agency_id = $1',
    [agencyId],
  );
  if (!book) throw new Error('An agency has a book.');
  return { revision: Number(book.revision), at: instantOf(clock, Number(book.last_at)), clock };
}

/** The instant that a transaction counts by. Throws UNAVAILABLE where the clock is too far behind the books. */
export function instantUnderLock(clock: number, lastAt: number): number {
  if (lastAt - clock > CLOCK_BEHIND_MAX_MS) throw new ClockBehind(lastAt, lastAt - clock);
  return Math.max(clock, lastAt);
}

/** P8: 503, and an alert, which whoever opened the transaction writes in another one: this one decides nothing. */
export class ClockBehind extends Failure {
  constructor(
    readonly lastAt: number,
    readonly behindMs: number,
  ) {
    super(
      'UNAVAILABLE',
      `The database's clock is ${behindMs} ms behind the last instant in the books; nothing is decided until it has caught up.`,
      behindMs,
    );
  }
}
