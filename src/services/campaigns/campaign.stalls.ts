import type { DataSource } from 'typeorm';
import { raise } from '../../ledger/alerts/alerts.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { readOwnPolicies } from '../../ledger/reading/policies.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { planTouches } from '../../ledger/told/touches-at-desk.js';
import { commonest, STALLED_DAYS, stalledFrom } from '../../outreach/campaign/stall.js';
import { dayStart } from '../../quota/calendar.js';
import { PolicyCourse } from '../../quota/policy/index.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { ReasonCode } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { byItself, inAgency } from '../../tenancy/door.js';
import { systemViewer } from '../../tenancy/viewer.js';
import type { Changes } from '../changes.js';
import { byId, groupBy } from '../page.js';
import { isOver } from './campaign.days.js';
import { readEnrolled } from './enrolment.rows.js';
import type { QueueKeeper } from './queue.keeper.js';
import { distinctKinds, kindOf } from './queue.terms.js';
import * as rows from './stall.rows.js';
import { stepOf } from './touch.book.js';

/** Seats that nobody looks at of one turn of the sweep: the next turn goes on. */
const SEATS_AT_ONCE = 100;
/** Touches that are looked at to say why. */
const TOUCHES_MAX = 200;
/** Stalls of an agency that are told in one sweep; the next one goes on. */
const TOLD_OF_SWEEP_MAX = 50;

/** Why nothing goes out: nobody works the queue, the seats are the campaign's no more, or what is refused most often. */
type StallReason = 'NOBODY' | 'SEATS_GONE' | ReasonCode;

interface Stall extends rows.QuietCampaign {
  readonly stalledAt: Instant;
}

/**
 * Tells of running campaigns that have something to do, and of which nothing has gone out for days. Once a stall: it ends when a touch
 * is completed. For each agency, in the sweep.
 */
export class CampaignStalls {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly reader: LedgerReader,
    private readonly keeper: Pick<QueueKeeper, 'keep'>,
  ) {}

  async look(agencyId: string): Promise<void> {
    const stalled = await this.stalledOf(agencyId);
    for (const stall of stalled.slice(0, TOLD_OF_SWEEP_MAX)) {
      const because = await this.because(agencyId, stall);
      await this.tell(agencyId, stall, because);
    }
  }

  private async stalledOf(agencyId: string): Promise<Stall[]> {
    const viewer = byItself(agencyId);
    const { quiet, unlooked } = await inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      const at = await clockOf(manager);
      const all = (await rows.readQuiet(transaction, agencyId, at)).filter((one) => !isOver(one, at));
      const ids = all.map(({ id }) => id);
      const seats = { at, rows: SEATS_AT_ONCE };
      return { quiet: all, unlooked: await rows.readUnlookedSeats(transaction, agencyId, ids, seats) };
    });
    if (quiet.length === 0) return [];
    // What is to do is known once somebody looks: nobody did.
    for (const seatId of unlooked) await this.keeper.keep(viewer, seatId);
    return inAgency(this.dataSource, viewer, async (manager) => {
      const transaction = await ledgerOn(manager);
      const at = await clockOf(manager);
      const own = (await readOwnPolicies(transaction, [agencyId])).get(agencyId) ?? [];
      const { days: week } = new PolicyCourse(own).at(at).workingHours;
      const ids = quiet.map(({ id }) => id);
      const toDoSince = await rows.readToDoSince(transaction, agencyId, ids);
      return quiet.flatMap((campaign) => {
        const { id, startsOn, timeZone, quietSince } = campaign;
        const begins = startsOn === null ? quietSince : dayStart(startsOn, timeZone);
        const since = Math.max(quietSince, begins, toDoSince.get(id) ?? Infinity);
        const stalledAt = since <= at ? stalledFrom(since, timeZone, week) : Infinity;
        return stalledAt <= at ? [{ ...campaign, stalledAt }] : [];
      });
    });
  }

  /** What was refused most often since, if anything was asked; else what stops all of its seats; else nobody asks. */
  private async because(agencyId: string, { id, quietSince }: Stall): Promise<StallReason> {
    const viewer = systemViewer(agencyId, 'sweep');
    const { refused, touches, people } = await this.reader.read(viewer, async (transaction) => {
      const found = await rows.readOpenOfCampaign(transaction, agencyId, id, TOUCHES_MAX);
      const enrolled = found.map(({ enrolmentId }) => enrolmentId);
      return {
        refused: await rows.readRefusedMost(transaction, agencyId, id, quietSince),
        touches: found,
        people: byId(await readEnrolled(transaction, agencyId, enrolled)),
      };
    });
    if (refused) return refused;
    const bySeat = groupBy(
      touches.filter(({ isGone }) => !isGone),
      ({ seatId }) => seatId,
    );
    if (bySeat.size === 0) return 'SEATS_GONE';
    const kindsOf = new Map(
      [...bySeat].map(([seatId, some]) => {
        const all = some.map((touch) => {
          const person = people.get(touch.enrolmentId)!;
          return kindOf(person, touch, stepOf(person, touch));
        });
        return [seatId, distinctKinds(all)];
      }),
    );
    const stops = await planTouches(
      this.reader,
      viewer,
      { kindsOf, sends: 0 },
      ({ kinds: asked, plan, at }) =>
        asked.map((kind) => {
          const slot = plan.slotOf(kind);
          return slot === null || slot > at + STALLED_DAYS * DAY ? plan.bindingOf(kind).code : null;
        }),
    );
    const codes = [...stops.values()].flat();
    return commonest(codes.every((code) => code !== null) ? codes : []) ?? 'NOBODY';
  }

  private async tell(agencyId: string, stall: Stall, because: StallReason): Promise<void> {
    const { id, clientAccountId, stalledAt, quietSince } = stall;
    await this.changes.make(systemViewer(agencyId, 'sweep'), async (manager, at) => {
      // As it is under the book: something may have gone out meanwhile, or it was told.
      const [quiet] = await rows.readQuiet(await ledgerOn(manager), agencyId, at, [id]);
      if (quiet?.quietSince !== quietSince) return;
      await manager.query('UPDATE campaign SET stalled_at = $3 WHERE agency_id = $1 AND id = $2', [
        ...[agencyId, id, stalledAt],
      ]);
      const facts = { days: STALLED_DAYS, because };
      await raise(manager, agencyId, [
        { kind: 'CAMPAIGN_STALLED', campaignId: id, clientAccountId, at: stalledAt, facts },
      ]);
    });
  }
}
