import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { Failure } from '../../errors.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { planTouches } from '../../ledger/told/touches-at-desk.js';
import { hasInmail } from '../../outreach/campaign/steps.js';
import { inAgency } from '../../tenancy/door.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { BusyWork } from '../busy-work.js';
import { requirePermission } from '../members/access.js';
import { isAhead, isOver } from './campaign.days.js';
import { lookAgainAt, type QueueKeeper } from './queue.keeper.js';
import { distinctKinds, kindOf } from './queue.terms.js';
import { planToday, type NextTouches, type Shared, type Waiting } from './queue.today.js';
import { stepOf } from './touch.book.js';
import { readLackingInmail, readStopped } from './touch.facts.js';
import { isAnybodyDue, readEnrolled } from './enrolment.rows.js';
import { byId } from '../page.js';
import { readProspects, type Prospect } from '../prospects/prospect.rows.js';
import {
  readNextDue,
  readOpenOfSeat,
  readProspectsOfTouches,
  readTaken,
  readTouches,
  type Touch,
} from './touch.rows.js';
import { seatsSeen } from '../visible.js';

/** Touches that are told at once. */
const TOUCHES_MAX = 100;
/** Of each campaign of a seat so many are looked at, the longest due first. */
const WAITING_MAX = 200;
/** Of an agency so many seats are planned at once: one with hundreds of limits takes its time. */
const PLANS_OF_AGENCY = 2;
/**
 * How often those who may not be contacted any more are put aside before the rest is told, and those are waited for whom another look
 * has: each time for so long, most looks take less.
 */
const ROUNDS_MAX = 5;
const OTHERS_LOOK_MS = 25;

/** What an operator does next: a reading of what is due. Nothing is held, and nobody has a touch by it. */
export class QueueReader {
  private readonly busy = new BusyWork(PLANS_OF_AGENCY);

  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: LedgerReader,
    private readonly keeper: Pick<QueueKeeper, 'keep'>,
  ) {}

  /** Today's, in order. Throws FORBIDDEN, NOT_FOUND, or BAD_USER_INPUT. */
  async nextTouches(viewer: Viewer, seatId: string, most: number): Promise<NextTouches> {
    requirePermission(viewer, 'nextTouches');
    if (!Number.isInteger(most) || most < 1 || most > TOUCHES_MAX) {
      throw new Failure('BAD_USER_INPUT', `\`first\` is 1 to ${TOUCHES_MAX}.`);
    }
    await this.expectSeat(viewer, seatId);
    return this.busy.run(viewer, async () => {
      const { waiting, taken, ...reading } = await this.waitingOf(viewer, seatId);
      const kindsOf = new Map([[seatId, distinctKinds(waiting.map(({ kind }) => kind))]]);
      const asked = { kindsOf, sends: Math.min(most, waiting.length) };
      const planned = await planTouches(this.reader, viewer, asked, (plan) =>
        planToday(plan, waiting, { agencyId: viewer.agencyId, most, taken }),
      );
      const none = { touches: [], waiting: waiting.length, binding: null, dayEnd: null };
      return { ...(planned.get(seatId) ?? none), ...reading };
    });
  }

  /** Touches by their ids, as far as the viewer sees their seats, and these write for a client account of the viewer's still. */
  touchesByIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Touch>> {
    return this.reader.read(viewer, async (transaction) => {
      const touches = await readTouches(transaction, viewer.agencyId, ids);
      const seen = await inAgency(this.dataSource, viewer, (manager) =>
        seatsSeen(manager, viewer)
          .andWhere('seat.id = ANY(:seatIds)', { seatIds: touches.map(({ seatId }) => seatId) })
          .getMany(),
      );
      const seatIds = new Set(seen.map(({ id }) => id));
      // Nothing more is read of what the viewer doesn't see: how long it takes would tell of it.
      const ofSeats = touches.filter(({ seatId }) => seatIds.has(seatId));
      const people = await readEnrolled(
        transaction,
        viewer.agencyId,
        ofSeats.map(({ enrolmentId }) => enrolmentId),
      );
      const accountOf = new Map(people.map(({ id, clientAccountId }) => [id, clientAccountId]));
      const isSeen = ({ seatId, enrolmentId }: Touch): boolean => {
        const clientAccountId = accountOf.get(enrolmentId);
        return clientAccountId !== undefined && sees(viewer, { seatId, clientAccountId });
      };
      return new Map(ofSeats.filter(isSeen).map((touch) => [touch.id, touch]));
    });
  }

  /** Who touches are for, by touch, as far as the viewer sees their lists. */
  prospectsOf(viewer: Viewer, touchIds: readonly string[]): Promise<Map<string, Prospect>> {
    return this.reader.read(viewer, async (transaction) => {
      const pairs = await readProspectsOfTouches(transaction, viewer.agencyId, touchIds);
      const ids = pairs.map(({ prospectId }) => prospectId);
      const prospects = byId(await readProspects(transaction, viewer, ids));
      return new Map(
        pairs.flatMap(({ touchId, prospectId }) => {
          const prospect = prospects.get(prospectId);
          return prospect ? [[touchId, prospect] as const] : [];
        }),
      );
    });
  }

  private async expectSeat(viewer: Viewer, id: string): Promise<void> {
    const isThere = await inAgency(this.dataSource, viewer, (manager) =>
      seatsSeen(manager, viewer).andWhere('seat.id = :id', { id }).getExists(),
    );
    if (!isThere) throw new Failure('NOT_FOUND', 'There is no such seat.');
  }

  /** Looks at whom it is time to look at, and reads what is due then. */
  private async waitingOf(viewer: Viewer, seatId: string): Promise<Shared> {
    for (let round = 1; ; round += 1) {
      const isThrough = await this.keeper.keep(viewer, seatId);
      const { changed, ...shared } = await this.readWaiting(viewer, seatId);
      // Nobody waits for the lock of another look: that one's process may have stalled.
      const waits = isThrough && shared.isBehind;
      if ((changed.length === 0 && !waits) || round === ROUNDS_MAX) return shared;
      if (changed.length > 0) await lookAgainAt(this.dataSource, viewer, changed);
      if (waits) await pause(OTHERS_LOOK_MS);
    }
  }

  private readWaiting(
    viewer: Viewer,
    seatId: string,
  ): Promise<Shared & { readonly changed: readonly string[] }> {
    const { agencyId } = viewer;
    return this.reader.read(viewer, async (transaction, at) => {
      const touches = await readOpenOfSeat(transaction, agencyId, seatId, { at, rows: WAITING_MAX });
      const people = await readEnrolled(
        transaction,
        agencyId,
        touches.map(({ enrolmentId }) => enrolmentId),
      );
      const stopped = await readStopped(transaction, agencyId, people);
      const lacking = people.some(({ definition }) => hasInmail(definition))
        ? await readLackingInmail(transaction, agencyId, [seatId], at)
        : NONE;
      const changed = new Set(stopped.keys());
      const personOf = new Map(people.map((person) => [person.id, person]));
      const waiting = touches.flatMap((touch): Waiting[] => {
        const person = personOf.get(touch.enrolmentId);
        if (!person || person.state !== 'ACTIVE' || stopped.has(person.id)) return [];
        if (isAhead(person, at) || isOver(person, at)) return [];
        const step = stepOf(person, touch);
        const kind = kindOf(person, touch, step);
        // It was due when the seat still had InMails.
        if (kind.action === 'INMAIL' && lacking.has(seatId)) changed.add(person.id);
        return changed.has(person.id) ? [] : [{ touch, person, step, kind }];
      });
      const campaigns = new Set(touches.map(({ campaignId }) => campaignId));
      // One alone shares with nobody.
      const taken = campaigns.size > 1 ? await readTaken(transaction, agencyId, seatId, at) : NOTHING;
      const isBehind = await isAnybodyDue(transaction, agencyId, seatId, at);
      const comesAt = await readNextDue(transaction, agencyId, seatId, at);
      return { waiting, taken, changed: [...changed], asOf: at, comesAt, isBehind };
    });
  }
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING: ReadonlyMap<string, number> = new Map();
