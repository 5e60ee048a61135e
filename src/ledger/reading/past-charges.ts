import type { EntityManager } from 'typeorm';
import { isRolling, type Scope } from '../../quota/counter.js';
import type { Limit } from '../../quota/limit.js';
import { reachesBackTo } from '../../quota/outside-use.js';
import type { Usage } from '../../quota/usage.js';
import { DAY, type Instant } from '../../quota/window.js';
import { STATES_COUNTED } from '../books/altered-rows.js';
import { takeCreditsOfPast } from '../credits/credit-changes.js';
import { raiseCreditAlerts } from '../alerts/credit-alerts.js';
import { raiseOfDays } from '../alerts/day-alerts.js';
import { ChargedOverTime, type CountedCharge } from './charged-over-time.js';
import type { Desk } from '../desk.js';
import { raisePending } from '../alerts/invitation-alerts.js';
import { raiseLimitAlerts } from '../alerts/limit-alerts.js';
import { scopeName } from './names.js';
import { atDesk } from '../manager-desk.js';
import { alterRows, writeRows } from '../books/manager-rows.js';
import { raiseLowResponses } from '../alerts/response-alerts.js';
import {
  besidesOf,
  stateFromJson,
  stateToJson,
  type KeptBesides,
  type KeptCounter,
  type StateJson,
} from '../books/state.js';
import { limitsOfStanding } from './standing-limits.js';
import type { SeatRef } from './standing.js';
import { CHARGE, type ChargeRow, type UsageHourRow } from '../books/tables.js';
import { UsageHours } from '../books/usage-hours.js';

/** Rows of one statement: to write them down for it takes some 10 ms. */
const WRITTEN_AT_ONCE = 1_000;

interface KeptState {
  readonly scope: Scope;
  readonly counters: readonly KeptCounter[];
  readonly besides: KeptBesides;
}

/**
 * Charges of a seat's past, which no decision was asked for: what was sent before the seat came here, and what an archive
 * tells. The charges may be written at any time of the transaction; the hours and the counters, which others write too,
 * under the agency's book.
 */
export class PastCharges {
  private readonly hours = new UsageHours();
  private readonly inMails: ChargeRow[] = [];
  private readonly clientAccountIds = new Set<string>();
  private readonly creditsBefore = new Map<string, number>();

  constructor(
    private readonly manager: EntityManager,
    private readonly seat: SeatRef,
  ) {}

  async write(charges: readonly ChargeRow[]): Promise<void> {
    for (let start = 0; start < charges.length; start += WRITTEN_AT_ONCE) {
      await writeRows(this.manager, CHARGE, charges.slice(start, start + WRITTEN_AT_ONCE));
    }
    for (const charge of charges) {
      // Opening use is spread evenly: it counts, and it is no history of any hour.
      if (charge.origin === 'OPENING') continue;
      const { agency_id: agencyId, seat_id: seatId, client_account_id: clientAccountId } = charge;
      this.clientAccountIds.add(clientAccountId);
      const happened = { agencyId, seatId, clientAccountId, campaignId: null, action: charge.action };
      this.hours.tell('recorded', happened, charge.effective_at);
      if (charge.action === 'INMAIL') this.inMails.push(charge);
    }
  }

  /** The rollups of the hours before an instant of what was written, each told once: to be added to those that are kept. */
  takeHours(before: Instant): UsageHourRow[] {
    return this.hours.take(before);
  }

  /** Takes the credits of the InMails that were written, under the agency's book; opening use was before all credits. */
  async takeCredits(at: Instant): Promise<void> {
    const inMails = this.inMails.toSorted((one, other) => one.effective_at - other.effective_at);
    for (const clientAccountId of new Set(inMails.map(({ client_account_id: id }) => id))) {
      const ofAccount = inMails.filter(({ client_account_id: id }) => id === clientAccountId);
      const sends = ofAccount.map(({ id: chargeId, effective_at: sentAt }) => ({ chargeId, at: sentAt }));
      const before = await takeCreditsOfPast(this.manager, { ...this.seat, clientAccountId }, sends, at);
      if (before !== null) this.creditsBefore.set(clientAccountId, before);
    }
  }

  /**
   * Adds charges to the counters that are kept of the seat's scopes: these look no more at what came before. A counter that
   * isn't kept is counted from the charges when it is next needed. `chargesAfter` tells the charges later than an instant:
   * none of it or before is in any window.
   */
  async count(
    clientAccountIds: readonly string[],
    chargesAfter: (instant: Instant) => readonly CountedCharge[],
  ): Promise<void> {
    const { agencyId, seatId } = this.seat;
    const states = await this.readStates([
      { kind: 'SEAT', id: seatId },
      { kind: 'AGENCY', id: agencyId },
      ...[...new Set(clientAccountIds)].map((id): Scope => ({ kind: 'CLIENT_ACCOUNT', id })),
    ]);
    const starts = states
      .flatMap(({ counters }) => counters)
      .map(({ tally }) => (isRolling(tally) ? tally.tail : tally.start - 1));
    const charges = chargesAfter(Math.min(Infinity, ...starts));
    if (charges.length === 0) return;
    const charged = new ChargedOverTime(charges);
    const counted = states.map(({ scope, counters, besides }) => {
      const state = stateToJson(
        counters.map((open) => countedIn(open, scope, charged)),
        besides,
      );
      return { agency_id: agencyId, scope_kind: scope.kind, scope_id: scope.id, state };
    });
    await alterRows(this.manager, STATES_COUNTED, counted);
  }

  /**
   * Tells what these charges, that are in the books by now, make due: of windows that are still open, and of the seat's day.
   */
  async tell(at: Instant, chargesAfter: (instant: Instant) => readonly CountedCharge[]): Promise<void> {
    const { agencyId, seatId } = this.seat;
    // What it did for one that it has left counts there.
    const scopes = [...this.clientAccountIds].map((id): Scope => ({ kind: 'CLIENT_ACCOUNT', id }));
    await atDesk(this.manager, { agencyId, at }, { seatIds: [seatId], scopes, credits: true }, (desk) => {
      const standing = desk.loaded.standings.get(seatId);
      if (!standing) return;
      const left = scopes
        .filter(({ id }) => id !== standing.clientAccountId)
        .flatMap((scope) => desk.loaded.scopeLimits.get(scopeName(scope)) ?? []);
      const reaches = [...limitsOfStanding(standing, null, at), ...left].map((limit) => {
        return { limit, after: reachesBackTo(limit.counter, desk.book(limit.scope).zones, at) };
      });
      const earliest = reaches.reduce((first, { after }) => Math.min(first, after), at - DAY);
      const charged = new ChargedOverTime(chargesAfter(earliest));
      // Of windows that none of it is in, nothing is to be told.
      const limits = reaches
        .filter(({ limit: { counter, scope }, after }) => charged.after(after, counter, scope) > 0)
        .map(({ limit }) => limit);
      desk.open(limits);
      const count = ({ limit }: Usage): number =>
        charged.after(startOf(desk, limit), limit.counter, limit.scope);
      const usage = limits.map((limit) => desk.book(limit.scope).usage(limit));
      raiseLimitAlerts(desk, standing, { usage, count, recorded: true });
      raiseOfDays(desk, [seatId], () => charged.after(at - DAY) > 0);
      raiseCreditAlerts(desk, this.creditsBefore.get(standing.clientAccountId));
      raisePending(desk, standing);
      raiseLowResponses(desk, [seatId], [seatId]);
    });
  }

  /**
   * Drops what is kept of a seat's invitations, under the agency's book: what an archive, or somebody, tells of the past may
   * change who was invited and who has answered. It is counted anew when it is next needed.
   */
  async forgetInvitations(): Promise<void> {
    const { agencyId, seatId } = this.seat;
    const states = await this.readStates([{ kind: 'SEAT', id: seatId }]);
    const kept = states.map(({ scope, counters, besides: { toldUntil } }) => {
      const state = stateToJson(
        counters.filter(({ counter }) => !counter.unanswered),
        { toldUntil },
      );
      return { agency_id: agencyId, scope_kind: scope.kind, scope_id: scope.id, state };
    });
    await alterRows(this.manager, STATES_COUNTED, kept);
  }

  private async readStates(scopes: readonly Scope[]): Promise<KeptState[]> {
    const rows = await this.manager.query<
      { scope_kind: Scope['kind']; scope_id: string; state: StateJson }[]
    >(
      `SELECT scope_kind, scope_id, state FROM scope_state
       WHERE agency_id = $1 AND scope_kind = ANY ($2) AND scope_id = ANY ($3::uuid[])`,
      [this.seat.agencyId, scopes.map(({ kind }) => kind), scopes.map(({ id }) => id)],
    );
    return rows.map(({ scope_kind: kind, scope_id: id, state }) => ({
      scope: { kind, id },
      counters: stateFromJson(state),
      besides: besidesOf(state),
    }));
  }
}

function countedIn(open: KeptCounter, scope: Scope, charged: ChargedOverTime): KeptCounter {
  const { counter, tally } = open;
  // What was pending of the time before is told by itself, and what an archive tells is counted anew.
  return counter.unanswered ? open : { ...open, tally: charged.addedTo(tally, counter, scope) };
}

/** What a counter's window begins behind. */
function startOf(desk: Desk, { scope, counter }: Limit): Instant {
  const tally = desk.book(scope).tally(counter);
  return isRolling(tally) ? tally.tail : tally.start - 1;
}
