import type { DataSource, EntityManager } from 'typeorm';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { lookAt } from '../../outreach/campaign/look.js';
import type { EnrolmentFacts } from '../../outreach/campaign/next-step.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, byItself, inAgency } from '../../tenancy/door.js';
import type { TakenLooks } from './queue.taken.js';
import { TouchBook } from './touch.book.js';
import { readFacts, readSent, readStopped } from './touch.facts.js';
import { lockDue, lockEnded, stirPeople, type Enrolled } from './enrolment.rows.js';
import { readOpenTouches, reservationsOf, type Touch } from './touch.rows.js';

/** People who are looked at in one transaction, and such turns before whoever asks is answered. */
const PEOPLE_AT_ONCE = 500;
const TURNS_MAX = 20;

/** Locks whom it is time to look at, so many. */
type LockSome = (
  transaction: LedgerTransaction,
  page: { readonly at: Instant; readonly rows: number },
) => Promise<Enrolled[]>;

/** What is known of somebody when they are looked at. */
export interface Known {
  readonly facts: EnrolmentFacts;
  /** Why nothing more is asked of them, whatever their steps say. */
  readonly stopped: 'DO_NOT_CONTACT' | 'SAME_PERSON' | null;
  readonly open: Touch | null;
  /** When a send was made that was reserved for the open touch; null where none was. */
  readonly sentAt: Instant | null;
}

/**
 * Looks at whom it is time to look at: opens their next touch, lets them wait, or ends it. Nobody has to do it in time: whoever
 * asks for the touches of a seat looks first, and finds what it would have been then.
 */
export class QueueKeeper {
  constructor(
    private readonly dataSource: DataSource,
    private readonly taken: Pick<TakenLooks, 'look'>,
  ) {}

  /** Answers whether everybody was looked at whom nobody else is looking at: it ends after so many turns. */
  async keep(viewer: Asking, seatId: string): Promise<boolean> {
    await this.taken.look(viewer, seatId);
    const { agencyId } = viewer;
    return this.inTurns(viewer, (transaction, page) => lockDue(transaction, agencyId, seatId, page));
  }

  /**
   * Puts down what became of touches that were claimed when their campaign ended, and that nobody came back to: nobody asks for
   * them any more. For each agency, in the sweep.
   */
  async settleEnded(agencyId: string): Promise<void> {
    await this.inTurns(byItself(agencyId), (transaction, page) => lockEnded(transaction, agencyId, page));
  }

  private async inTurns(viewer: Asking, lock: LockSome): Promise<boolean> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      const looked = await inAgency(this.dataSource, viewer, (manager) =>
        lookAtSome(manager, viewer.agencyId, lock),
      );
      if (looked < PEOPLE_AT_ONCE) return true;
    }
    return false;
  }
}

/** The same for some of whom there is news that nobody told the queue. */
export async function lookAgainAt(
  dataSource: DataSource,
  viewer: Asking,
  enrolmentIds: readonly string[],
): Promise<void> {
  await inAgency(dataSource, viewer, async (manager) =>
    stirPeople(await ledgerOn(manager), viewer.agencyId, enrolmentIds, await clockOf(manager)),
  );
}

async function lookAtSome(manager: EntityManager, agencyId: string, lock: LockSome): Promise<number> {
  const at = await clockOf(manager);
  const transaction = await ledgerOn(manager);
  const people = await lock(transaction, { at, rows: PEOPLE_AT_ONCE });
  if (people.length === 0) return 0;
  const known = await readKnown(transaction, agencyId, people, at);
  const book = new TouchBook(agencyId, at);
  for (const person of people) look(book, person, known.get(person.id)!, at);
  await book.write(manager);
  return people.length;
}

/** All that has to be known of some people, by enrolment: set-wise, whatever their number. */
export async function readKnown(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly Enrolled[],
  at: Instant,
): Promise<Map<string, Known>> {
  const ids = people.map(({ id }) => id);
  const facts = await readFacts(transaction, agencyId, people, at);
  const stopped = await readStopped(transaction, agencyId, people);
  const open = await readOpenTouches(transaction, agencyId, ids);
  const openOf = new Map(open.map((touch) => [touch.enrolmentId, touch]));
  const sent = await readSent(
    transaction,
    agencyId,
    open.flatMap((touch) => reservationsOf(touch)),
  );
  return new Map(
    people.map(({ id }) => {
      const touch = openOf.get(id) ?? null;
      const [sentAt = null] = touch ? reservationsOf(touch).flatMap((one) => sent.get(one) ?? []) : [];
      return [id, { facts: facts.get(id)!, stopped: stopped.get(id) ?? null, open: touch, sentAt }];
    }),
  );
}

/** What becomes of one of them. */
export function look(book: TouchBook, person: Enrolled, known: Known, at: Instant): void {
  const { open, sentAt, facts, stopped } = known;
  // It was sent, and whoever committed it did not come to say so here.
  if (open && sentAt !== null) book.passed(person, open, 'DONE', sentAt, null);
  else if (open && isClaimed(open, at)) book.lookAgain(person, open.claimedUntil);
  else if (person.state !== 'ACTIVE') book.end(person, 'CAMPAIGN_ENDED', open);
  else if (stopped) book.end(person, stopped, open);
  else book.looked(person, lookAt(person.definition, placeOf(person), facts, { at, who: person.id }), open);
}

export function placeOf({ step, stepSince }: Enrolled) {
  return { step, since: stepSince };
}

/** Whether somebody has it at an instant. */
export function isClaimed({ state, claimedUntil }: Touch, at: Instant): boolean {
  return state === 'CLAIMED' && claimedUntil !== null && at < claimedUntil;
}
