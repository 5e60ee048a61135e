import type { DataSource, EntityManager } from 'typeorm';
import { Failure } from '../../errors.js';
import type { DecisionRecord } from '../../ledger/decision-record.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, inAgency } from '../../tenancy/door.js';
import type { ReservationService } from '../decisions/reservation.service.js';
import type { Prospect } from '../prospects/prospect.rows.js';
import { lockEnrolled, readEnrolled } from './enrolment.rows.js';
import { nextMidnight, waitOf } from './queue.denials.js';
import { termsOf, type TouchAsked } from './queue.terms.js';
import { TouchBook } from './touch.book.js';
import { readToLookAt, readTouches, type Touch } from './touch.rows.js';
import { readProspectOf } from './touch.text.js';

/** Touches of a seat that are looked at before whoever asks is answered: each is a question to the books. */
const LOOKS_MAX = 20;

/**
 * Looks whether people whom another client account had are free: its campaign may have ended, or have given them up, long before the
 * instant that was told. Once a day each, and not before a midnight: nobody learns an hour by it, and what is refused still
 * is told no operator again.
 */
export class TakenLooks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reservations: Pick<ReservationService, 'foresee'>,
  ) {}

  async look(viewer: Asking, seatId: string): Promise<void> {
    const { agencyId } = viewer;
    const waiting = await inAgency(this.dataSource, viewer, (manager) =>
      readWaiting(manager, agencyId, seatId),
    );
    for (const asked of waiting) {
      const decision = await this.foresee(agencyId, asked);
      await inAgency(this.dataSource, viewer, (manager) => putDown(manager, agencyId, asked.touch, decision));
    }
  }

  /** Null where it can't be asked any more: its campaign has ended, its seat was removed, the person is on the list no more. */
  private async foresee(
    agencyId: string,
    { touch, person, prospect }: Waiting,
  ): Promise<DecisionRecord | null> {
    if (!prospect) return null;
    try {
      return await this.reservations.foresee(agencyId, termsOf({ touch, person, prospect }));
    } catch (error) {
      if (error instanceof Failure && (error.code === 'BAD_USER_INPUT' || error.code === 'NOT_FOUND'))
        return null;
      throw error;
    }
  }
}

type Waiting = Omit<TouchAsked, 'prospect'> & { readonly prospect: Prospect | null };

async function readWaiting(manager: EntityManager, agencyId: string, seatId: string): Promise<Waiting[]> {
  const transaction = await ledgerOn(manager);
  const at = await clockOf(manager);
  const touches = await readToLookAt(transaction, agencyId, seatId, { at, rows: LOOKS_MAX });
  if (touches.length === 0) return [];
  const ids = touches.map(({ enrolmentId }) => enrolmentId);
  const people = new Map(
    (await readEnrolled(transaction, agencyId, ids)).map((person) => [person.id, person]),
  );
  const waiting: Waiting[] = [];
  for (const touch of touches) {
    const person = people.get(touch.enrolmentId)!;
    waiting.push({ touch, person, prospect: await readProspectOf(transaction, agencyId, person) });
  }
  return waiting;
}

/** Due now where nothing about the person is refused any more; else when it may be otherwise, and looked at again tomorrow. */
async function putDown(
  manager: EntityManager,
  agencyId: string,
  { id, enrolmentId, lookAt }: Touch,
  decision: DecisionRecord | null,
): Promise<void> {
  const transaction = await ledgerOn(manager);
  const person = await lockEnrolled(transaction, agencyId, enrolmentId);
  const [touch] = await readTouches(transaction, agencyId, [id]);
  // Somebody else was about them meanwhile.
  if (!person || touch?.state !== 'DUE' || touch.lookAt !== lookAt) return;
  const at = await clockOf(manager);
  const midnight = await nextMidnight(manager, agencyId, at);
  const book = new TouchBook(agencyId, at);
  const wait = decision ? waitOf(decision, { at, midnight }) : { dueAt: touch.dueAt, lookAt: midnight };
  book.change(touch, wait ?? { dueAt: at, lookAt: null });
  await book.write(manager);
}
