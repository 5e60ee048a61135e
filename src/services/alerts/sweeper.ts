import type { DataSource } from 'typeorm';
import type { Ledger } from '../../ledger/ledger.js';
import { readSeatsToSweep } from '../../ledger/alerts/seats-to-sweep.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { byItself, inAgency } from '../../tenancy/door.js';
import { systemViewer } from '../../tenancy/viewer.js';
import { everyAgency } from '../every-agency.js';
import type { CampaignEnrolling } from '../campaigns/campaign.enrolling.js';
import type { CampaignLife } from '../campaigns/campaign.life.js';
import type { CampaignStalls } from '../campaigns/campaign.stalls.js';
import type { QueueKeeper } from '../campaigns/queue.keeper.js';
import type { PolicyWatch } from '../policy/policy.watch.js';
import type { HoldsOfMarked } from '../prospects/prospect.holds.js';
import type { RetentionService } from '../prospects/retention.service.js';

/** How often what time alone does is looked for: it is dated when it happened, however late it is told. */
const SWEEP_EVERY_MS = 5 * 60_000;
/** Seats of one request: as much as a caller may ask at once. */
const SEATS_AT_ONCE = 100;
/** Seats of one agency in one sweep: those of others come in between, the rest in the next one. */
const SEATS_OF_SWEEP_MAX = 2_000;
const PROSPECTS_EVERY_MS = 6 * 3_600_000;

/**
 * Tells in time what nobody's request makes due: a seat that does nothing, credits that expire, holds that lapsed, days of
 * outside use that began, versions of the policy, campaigns whose last day is over or that do
 * not move on, claims that nobody came back to. No decision depends on it (P5). Several processes may sweep: what one told, the next finds told.
 */
export class Sweeper {
  private readonly timer: NodeJS.Timeout;
  private sweeping: Promise<void> = Promise.resolve();
  private isClosed = false;
  private readonly lookedForProspectsAt = new Map<string, number>();
  /** By agency the last seat that was swept, where there were more than one sweep takes. */
  private readonly sweptTo = new Map<string, string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly told: {
      readonly ledger: Pick<Ledger, 'ask'>;
      readonly policies: PolicyWatch;
      readonly retention: Pick<RetentionService, 'sweep'>;
      readonly holds: Pick<HoldsOfMarked, 'release'>;
      readonly enrolling: Pick<CampaignEnrolling, 'goOn'>;
      readonly campaigns: Pick<CampaignLife, 'completeOver'>;
      readonly queue: Pick<QueueKeeper, 'settleEnded'>;
      readonly stalls: Pick<CampaignStalls, 'look'>;
    },
    private readonly onFailure: (error: unknown) => void,
    everyMs = SWEEP_EVERY_MS,
  ) {
    this.timer = setInterval(() => void this.sweep(), everyMs).unref();
  }

  /** All agencies, one after the other, each with a turn that has an end whatever it holds; a sweep that takes longer than its turn goes on in the next one. */
  sweep(): Promise<void> {
    this.sweeping = this.sweeping.then(() => this.sweepAll().catch(this.onFailure));
    return this.sweeping;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    const { policies, holds, campaigns, queue, enrolling, stalls } = this.told;
    const turns: ((agencyId: string) => Promise<unknown>)[] = [
      (id) => policies.look(id),
      (id) => this.sweepAgency(id),
      (id) => this.sweepProspects(id),
      (id) => holds.release(id),
      (id) => campaigns.completeOver(id),
      (id) => queue.settleEnded(id),
      (id) => enrolling.goOn(id),
      (id) => stalls.look(id),
    ];
    for await (const id of everyAgency(this.dataSource)) {
      for (const turn of turns) {
        if (this.isClosed) return;
        await turn(id).catch(this.onFailure);
      }
    }
  }

  /** Those whom nobody writes to any more: it is looked for a few times a day. */
  private async sweepProspects(agencyId: string): Promise<void> {
    const lookedAt = this.lookedForProspectsAt.get(agencyId) ?? -Infinity;
    if (performance.now() - lookedAt < PROSPECTS_EVERY_MS) return;
    const taken = await this.told.retention.sweep(systemViewer(agencyId, 'sweep'));
    // Where there are more than go at once, the next turn goes on.
    if (taken === 0) this.lookedForProspectsAt.set(agencyId, performance.now());
  }

  private async sweepAgency(agencyId: string): Promise<void> {
    const seatIds = await inAgency(this.dataSource, byItself(agencyId), async (manager) =>
      readSeatsToSweep(await ledgerOn(manager), agencyId),
    );
    const viewer = systemViewer(agencyId, 'sweep');
    const ofTurn = this.seatsOfTurn(agencyId, seatIds);
    for (let start = 0; start < ofTurn.length && !this.isClosed; start += SEATS_AT_ONCE) {
      const some = ofTurn.slice(start, start + SEATS_AT_ONCE);
      await this.told.ledger.ask({ kind: 'SWEEP', viewer, seatIds: some });
    }
  }

  /** In order of their ids, from behind the last one of the sweep before: some are to be looked at in every sweep. */
  private seatsOfTurn(agencyId: string, seatIds: readonly string[]): string[] {
    const after = this.sweptTo.get(agencyId) ?? '';
    const [behind, before] = [seatIds.filter((id) => id > after), seatIds.filter((id) => id <= after)];
    const ofTurn = [...behind, ...before].slice(0, SEATS_OF_SWEEP_MAX);
    const last = ofTurn.at(-1);
    if (last === undefined || ofTurn.length === seatIds.length) this.sweptTo.delete(agencyId);
    else this.sweptTo.set(agencyId, last);
    return ofTurn;
  }
}
