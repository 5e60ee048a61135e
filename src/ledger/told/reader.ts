import type pg from 'pg';
import { Failure, Refusal } from '../../errors.js';
import type { Room } from '../../quota/decide.js';
import { isInForce, lowestLimits, type Limit } from '../../quota/limit.js';
import type { SendPlan } from '../../quota/plan-sends.js';
import { PolicyCourse, type Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { callerOf } from '../../tenancy/door.js';
import { Turns } from '../../tenancy/turns.js';
import { isAccountSeen, seesCounts, seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { StandingCache } from '../reading/cache.js';
import { poolForReading, type LedgerTransaction } from '../books/connection.js';
import {
  readCreditHistory,
  seatCredits,
  type CreditHistory,
  type CreditHistoryAsked,
  type SeatCredits,
  timesTold,
} from '../credits/credit-history.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { DecisionRecord } from '../decision-record.js';
import type { Desk } from '../desk.js';
import { countRefusedInHindsight } from '../hindsight/hindsight.js';
import { LongWork } from '../long-work.js';
import { distinctBy } from '../reading/distinct.js';
import { scopeName } from '../reading/names.js';
import { NO_WANTS, type Wants } from '../reading/wants.js';
import { readOn } from '../books/opening.js';
import { NO_PACE, PacesOfPass } from '../reading/paces.js';
import type { UnaskedSendOf } from '../hindsight/past-ask.js';
import { personRef } from '../people/people-facts.js';
import { refsOf } from '../reading/places.js';
import { planAtDesk, type PlanQuestion } from './plan-at-desk.js';
import type { Question, Recipient } from '../requests.js';
import { campaignOf, decideAndRecord } from '../reserve.js';
import { roomTodayAtDesk, roomsAtDesk } from './room.js';
import { readScopeLimits, type ScopeLimits } from '../reading/scope-limits.js';
import type { ScopeRef } from '../reading/scopes.js';
import { Snapshot } from './snapshot.js';
import { ownLimits, limitsOfStanding } from '../reading/standing-limits.js';
import type { Standing } from '../reading/standing.js';
import { wantsOfTexts } from '../texts/texts.js';
import { usageAt, type ScopeUsage } from './usage-at-desk.js';

/** How many read at once, at most; others wait for their turn. */
export const READERS_MAX = 10;
/** How many of them read for one agency, at most: fewer where others read too. */
export const READERS_OF_AGENCY_MAX = 4;

/** Room of a seat by the action: as things are, and under another version of the policy. */
export type RoomUnder = Readonly<Record<'now' | 'then', ReadonlyMap<Action, number>>>;

/** A hold that is judged but not made lasts as long as one that says nothing. */
const PREVIEW_HOLD_SECONDS = 900;

/**
 * Reads the books by the very code that decides, at one instant, and changes nothing. What a viewer may not see is not
 * among the answers.
 */
export class LedgerReader {
  private readonly pool: pg.Pool;
  private readonly cache = new StandingCache();
  private readonly turns = new Turns(READERS_OF_AGENCY_MAX);
  /** For as long as a connection is used, and not for the time that others have behind it. */
  private readonly connections: Turns;

  /** `behind`: what an agency's next reading waits for, where those before took long. */
  constructor(
    appUrl: string,
    onLost: (error: Error) => void = () => undefined,
    readersMax = READERS_MAX,
    private readonly behind: (agencyId: string) => Pick<LongWork, 'goOn'> = (agencyId) =>
      new LongWork(agencyId),
  ) {
    this.pool = poolForReading(appUrl, readersMax, onLost);
    // Of fewer, agencies have too few to leave each other any.
    const ofAllMax = readersMax < READERS_MAX ? Infinity : readersMax;
    this.connections = new Turns(READERS_OF_AGENCY_MAX, undefined, ofAllMax);
  }

  /** Every counter that a request of a seat is held to, its parents' included, by seat. */
  usageOfSeats(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, ScopeUsage>> {
    return this.readSeats(viewer, seatIds, {}, (desk, standing) =>
      usageAt(
        desk,
        desk.invitations.acceptance.lowered(
          standing,
          limitsOfStanding(standing, null, desk.at, desk.pace(standing.seatId)),
        ),
      ),
    );
  }

  /** How many of each action could be held at this instant, by seat. */
  roomOfSeats(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, readonly Room[]>> {
    return this.readSeats(viewer, seatIds, {}, (desk, standing) => roomsAtDesk(viewer, desk, standing));
  }

  /** How many of each action seats have left today, and how many if another version of the policy were in force, by seat. */
  roomUnder(viewer: Viewer, seatIds: readonly string[], policy: Policy): Promise<Map<string, RoomUnder>> {
    const course = new PolicyCourse([{ ...policy, effectiveFrom: 0 }], []);
    return this.readSeats(viewer, seatIds, {}, (desk, standing) => ({
      now: roomTodayAtDesk(desk, standing),
      then: roomTodayAtDesk(desk, { ...standing, course }),
    }));
  }

  /** How many invitations nobody has answered yet, by seat. */
  pendingOfSeats(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, number>> {
    return this.readSeats(viewer, seatIds, {}, (desk, standing) => {
      const gauges = desk.invitations.pendingOf(standing).filter(isInForce);
      return usageAt(desk, gauges).usage[0]?.used ?? 0;
    });
  }

  /** The InMail credits of seats, by seat; none for those whose tier has none, and of a pool for whoever was given single seats of it. */
  creditsOfSeats(viewer: Viewer, seatIds: readonly string[]): Promise<Map<string, SeatCredits | null>> {
    return this.readSeats(viewer, seatIds, {}, (desk, standing) => {
      const found = creditsFor(desk, standing, 'INMAIL');
      return found && seesCounts(viewer, found.key) ? seatCredits(standing.seatId, found) : null;
    });
  }

  /** What happened to the InMail credits of a seat, newest first. */
  creditHistory(viewer: Viewer, seatId: string, asked: CreditHistoryAsked): Promise<CreditHistory[]> {
    return this.open(viewer, async (snapshot) => {
      const [standing] = await snapshot.standingsOf(viewer, [seatId]);
      const found =
        standing &&
        (await snapshot.complete((desk, missing) =>
          missing.unless(() => creditsFor(desk, standing, 'INMAIL')),
        ));
      if (!found) return [];
      const { key, purse } = found;
      const times = timesTold(viewer, standing, key.kind);
      const told = { key, unwritten: purse.takeEvents(), times };
      return readCreditHistory(snapshot.transaction, viewer.agencyId, told, asked);
    });
  }

  /** The counters of the limits that are set at client accounts, campaigns or the agency, in the order of the scopes. */
  async usageOfScopes(viewer: Viewer, scopes: readonly ScopeRef[]): Promise<(ScopeUsage | null)[]> {
    return this.open(viewer, async (snapshot) => {
      const read = await readScopeLimits(snapshot.transaction, scopes);
      const visible = read.filter((found) => seesScope(viewer, found));
      const long = new LongWork(viewer.agencyId);
      await long.each(visible, (found) => snapshot.reading.addScope(found));
      await snapshot.loading.readScopes(visible);
      const found = new Map(visible.map((one) => [scopeName(one.scope), one]));
      return snapshot.complete((desk, missing) =>
        long.each(scopes, ({ scope }) => {
          const limits = found.get(scopeName(scope))?.limits;
          return (limits && missing.unless(() => usageAt(desk, lowestLimits(limits)))) ?? null;
        }),
      );
    });
  }

  /** The limits of a scope, each by itself; null where the viewer sees no such scope. */
  async limitsOfScope(viewer: Viewer, ref: ScopeRef): Promise<readonly Limit[] | null> {
    return this.open(viewer, async (snapshot) => {
      if (ref.scope.kind !== 'SEAT') {
        const [found] = await readScopeLimits(snapshot.transaction, [ref]);
        return found && (isAccountSeen(viewer, ref.scope) || seesScope(viewer, found)) ? found.limits : null;
      }
      const [standing] = await snapshot.standingsOf(viewer, [ref.scope.id]);
      if (!standing) return null;
      const { paces, at } = snapshot.reading;
      const pace = { ...NO_PACE, ...new PacesOfPass(paces).of(standing.seatId) };
      const ofSeat = ownLimits(standing, at, pace).filter(isInForce);
      // What lowers one of the policy's later, or did so before, is that one now.
      return distinctBy(ofSeat, ({ limitId, origin, counter }) => limitId ?? `${origin} ${counter.key}`);
    });
  }

  /**
   * The same answer as reserve would give now; nothing is held, counted or kept. Throws NOT_FOUND where the viewer sees
   * no such seat, BAD_USER_INPUT where the question may not be asked like this.
   */
  async preview(viewer: Viewer, question: Question, recipient: Recipient): Promise<DecisionRecord> {
    const { seatId, campaignId } = question;
    const { agencyId } = viewer;
    const wants = {
      ...NO_WANTS,
      ...wantsOfTexts([{ ...question, viewer, recipient }]),
      recipients: [{ agencyId, key: recipient.key }],
      people: [personRef(agencyId, question, recipient)],
    };
    const found = await this.readSeats(viewer, [seatId], { campaignId, wants }, (desk, standing) => {
      const campaign = campaignOf(desk, standing, question);
      if (campaign instanceof Refusal) throw new Failure('BAD_USER_INPUT', campaign.message);
      const request = { ...question, viewer, recipient, holdSeconds: PREVIEW_HOLD_SECONDS };
      return decideAndRecord(desk, request, standing, campaign);
    });
    const record = found.get(seatId);
    if (!record) throw new Failure('NOT_FOUND', 'There is no such seat.');
    return record;
  }

  /** Instants for some sends of a seat. Throws NOT_FOUND where the viewer sees no such seat, BAD_USER_INPUT where it is removed. */
  async planSends(viewer: Viewer, { seatId, ...asked }: PlanQuestion): Promise<SendPlan> {
    const found = await this.readSeats(viewer, [seatId], {}, (desk, standing) => {
      if (standing.status === 'REMOVED') throw new Failure('BAD_USER_INPUT', 'The seat was removed.');
      return planAtDesk(desk, viewer, standing, asked);
    });
    const plan = found.get(seatId);
    if (!plan) throw new Failure('NOT_FOUND', 'There is no such seat.');
    return plan;
  }

  /** How many of some sends, that are in the books by now, reserve would have refused at their instants. */
  refusedInHindsight(viewer: Viewer, sends: readonly UnaskedSendOf[]): Promise<number> {
    return this.open(viewer, async (snapshot) => {
      const standings = await snapshot.standingsOf(
        viewer,
        sends.map(({ seatId }) => seatId),
      );
      const { agencyId } = viewer;
      await snapshot.loading.readEndedCampaigns(sends.map((send) => ({ ...send, agencyId })));
      const { transaction, reading } = snapshot;
      const { endedCampaigns } = reading;
      return transaction.whileAtWork(() =>
        countRefusedInHindsight(transaction, viewer, { standings, endedCampaigns }, sends),
      );
    });
  }

  /** Other statements that only read, at one instant, on a connection of the reader. */
  read<T>(viewer: Viewer, work: (transaction: LedgerTransaction, at: Instant) => Promise<T>): Promise<T> {
    return this.open(viewer, ({ transaction, reading }) => work(transaction, reading.at));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** Does some work for each seat that the viewer sees, on books that are read for all of them at once. */
  private readSeats<T>(
    viewer: Viewer,
    seatIds: readonly string[],
    { campaignId = null, wants = NO_WANTS }: { campaignId?: string | null; wants?: Wants },
    work: (desk: Desk, standing: Standing) => T | Promise<T>,
  ): Promise<Map<string, T>> {
    return this.open(viewer, async (snapshot) => {
      const standings = await snapshot.standingsOf(viewer, seatIds);
      await Promise.all([
        snapshot.loading.readFacts(wants),
        snapshot.loading.readScopes(standings.flatMap((standing) => refsOf({ ...standing, campaignId }))),
        snapshot.loading.readEndedCampaigns(standings.map((standing) => ({ ...standing, campaignId }))),
      ]);
      return snapshot.complete(async (desk, missing) => {
        const done = new Map<string, T>();
        await new LongWork(viewer.agencyId).each(standings, async (standing) => {
          const value = await missing.unlessInTurns(() => work(desk, standing));
          if (value !== undefined) done.set(standing.seatId, value);
        });
        return done;
      });
    });
  }

  /**
   * One agency as it is at one instant, when it is its turn, and its caller's. Throws THROTTLED where too many of either wait. What one
   * reading takes is long by what it is held to: behind those that take long others have their time before the agency's next ones.
   */
  open<T>(viewer: Viewer, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const reading = async (): Promise<void> => {
        const others = this.behind(viewer.agencyId);
        const answer = this.openNow(viewer, work);
        // Whoever asked is told at once, also of a failure.
        resolve(answer);
        await answer.finally(() => others.goOn());
      };
      this.turns.run(viewer.agencyId, reading, callerOf(viewer)).catch(reject);
    });
  }

  /** Throws THROTTLED where no more of the viewer's may wait to be read. */
  refuseFull(viewer: Viewer): void {
    this.turns.refuseFull(viewer.agencyId, callerOf(viewer));
  }

  private openNow<T>(viewer: Viewer, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const { agencyId } = viewer;
    const read = (): Promise<T> =>
      readOn(this.pool, [agencyId], async ({ transaction, books: [book], clock }) => {
        if (!book) throw new Failure('UNAUTHENTICATED', 'There is no such agency.');
        return work(new Snapshot(transaction, this.cache, book, Math.max(clock, book.lastAt)));
      });
    return this.connections.run(agencyId, read, callerOf(viewer));
  }
}

/** The agency's own limits are for those who see all of it; a client account's for those who see the whole of that. */
function seesScope(viewer: Viewer, { clientAccountId }: ScopeLimits): boolean {
  return clientAccountId === null ? viewer.reach === null : seesWhole(viewer, clientAccountId);
}
