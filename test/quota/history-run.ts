import assert from 'node:assert/strict';
import { countedOn } from '../../src/quota/decide.js';
import type { Scope } from '../../src/quota/counter.js';
import { questionOf, scopesOf } from './history-question.js';
import { coreLimits, keyOf, oracleLimits } from './history-limits.js';
import { SeatPlaces } from './history-places.js';
import { compareRooms, compareVerdict, sortedByKey } from './history-verdict.js';
import { changeOracleSeat } from './history-seat.js';
import { Oracle, type Answer, type Fate } from './oracle.js';
import { zoneAt } from '../../src/ledger/audit/plain-calendar.js';
import {
  SCOPES,
  outsideUseOf,
  SEATS,
  type Change,
  type History,
  type Jump,
  type LimitSpec,
  type RequestSpec,
} from './history.js';
import type { SeatChange } from './seat-changes.js';
import { scopeName, World, type Batch, type Charge, type WorldHold } from './world.js';

type OracleHold = ReturnType<Oracle['hold']>;
type OracleSend = ReturnType<Oracle['send']>;

/** What a run met, so that a test can tell that its histories reach what they should. */
export interface Met {
  steps: number;
  allowed: number;
  refused: number;
  retryAtKnown: number;
  certainLater: number;
  asked: number;
  declared: number;
  seatChanges: number;
  moved: number;
  seatRefused: number;
  askedAgain: number;
}

interface Refused extends Answer {
  readonly request: RequestSpec;
}

/** Lives through a history in the core and in the oracle, and compares them after every step. */
export class HistoryRun {
  readonly met: Met = {
    ...{ steps: 0, allowed: 0, refused: 0, retryAtKnown: 0, certainLater: 0, asked: 0, declared: 0 },
    ...{ seatChanges: 0, moved: 0, seatRefused: 0, askedAgain: 0 },
  };
  readonly oracle = new Oracle();
  readonly world: World;
  readonly places = new SeatPlaces();
  private refused: Refused | null = null;
  private readonly holds = new Map<OracleHold, WorldHold>();
  private readonly recorded = new Map<OracleSend, { scopes: readonly Scope[]; charge: Charge }>();
  private limits: LimitSpec[];

  constructor(private readonly history: History) {
    this.world = new World(history.answers);
    this.limits = [...history.limits];
    this.oracle.now = history.start;
    for (const [index, scope] of SCOPES.entries()) {
      const zones = [{ from: history.start, timeZone: history.timeZones[index]! }];
      this.oracle.setZones(scopeName(scope), zones);
      this.world.addScope(scope, zones);
    }
  }

  run(): Met {
    for (const { jump, change, requests } of this.history.steps) {
      this.oracle.now = this.landing(jump);
      if (change) this.change(change);
      const scopes = distinct(requests.flatMap((request) => scopesOf(request, this.places)));
      const batch = this.world.begin(this.oracle.now, scopes, coreLimits(this.limits, scopes, this));
      this.compareUsage(batch, scopes);
      for (const request of requests) {
        this.refused = null;
        this.live(batch, request);
        this.compareUsage(batch, scopes);
      }
      batch.end();
      this.askAgain();
      this.met.steps += 1;
    }
    this.met.asked = this.world.asked;
    if (this.history.onlyReserved) this.compareSent();
    return this.met;
  }

  private landing(jump: Jump): number {
    const { now } = this.oracle;
    if (jump.kind === 'BY') return now + jump.ms;
    const ofLimits = oracleLimits(this.limits).flatMap((limit) => this.oracle.changesOf(limit));
    const ofSeats = this.oracle.edgesOfSeats();
    const instants = jump.pick % 3 === 0 && ofSeats.length > 0 ? ofSeats : ofLimits;
    const at = instants[jump.pick % Math.max(1, instants.length)] ?? now;
    return Math.max(now, at + jump.offset);
  }

  private change(change: Change): void {
    if (change.kind === 'ZONE') {
      const scope = SCOPES[change.scope]!;
      const zones = [
        ...this.oracle.zonesOf(scopeName(scope)),
        { from: this.oracle.now, timeZone: change.timeZone },
      ];
      this.oracle.setZones(scopeName(scope), zones);
      this.world.setZones(scope, zones);
    } else if (change.kind === 'OUTSIDE') {
      const [seat] = SEATS[change.seat]!;
      const use = outsideUseOf(change, this.oracle.now);
      this.oracle.declare(scopeName(seat), use);
      this.world.declare(seat, use);
      this.met.declared += 1;
    } else if (change.kind === 'IMPORT') {
      const [seat] = SEATS[change.seat]!;
      this.oracle.import(scopeName(seat));
      this.world.import(seat, this.oracle.now);
    } else if ('seat' in change) {
      this.changeSeat(change);
    } else if (this.history.onlyReserved) {
      return;
    } else if (change.kind === 'LIMIT') {
      this.limits.push(change.limit);
    } else {
      const picked = change.pick % this.limits.length;
      this.limits = this.limits.map((limit, index) =>
        index === picked ? { ...limit, max: change.max } : limit,
      );
    }
  }

  private changeSeat(change: SeatChange): void {
    const [scope] = SEATS[change.seat]!;
    if (change.kind === 'MOVE') {
      this.places.move(change.seat, this.oracle.now);
      this.met.moved += 1;
    }
    for (const hold of changeOracleSeat(this.oracle, scopeName(scope), change)) {
      this.world.drop(this.holds.get(hold)!);
    }
    this.met.seatChanges += 1;
  }

  private live(batch: Batch, request: RequestSpec): void {
    const { kind } = request;
    if (kind === 'RESERVE' || kind === 'PREVIEW') this.ask(batch, request);
    else if (kind === 'RECORD') this.record(batch, request);
    else if (kind === 'VOID') this.void(batch, request);
    else this.resolve(batch, request);
  }

  private ask(batch: Batch, request: RequestSpec): void {
    const { action, noted } = request;
    const scopes = scopesOf(request, this.places);
    const stop = request.stop === 'CAMPAIGN_PAUSED' && !request.ofCampaign ? null : request.stop;
    const { ask, concerned, ofSeat } = questionOf(this.limits, request, stop, this);
    const verdict = batch.decide(ask);
    const answer = this.oracle.ask(concerned, stop !== null, ofSeat);
    compareVerdict(verdict, answer, stop);
    if (!noted && countedOn(ask).length > 0) compareRooms(ask, batch.book, batch.at);
    this.note(answer);
    this.refused = answer.allowed ? null : { request, ...answer };
    if (!answer.allowed || request.kind === 'PREVIEW') return;
    const expiresAt = batch.at + request.holdMs;
    const hold = { action, noted, expiresAt, scopes };
    batch.hold(hold);
    this.holds.set(this.oracle.hold({ action, noted, expiresAt, scopes: scopes.map(scopeName) }), hold);
  }

  /** The instants of the last refusal are asked again, in both: allowed there, refused a millisecond before. */
  private askAgain(): void {
    const { refused } = this;
    this.refused = null;
    if (!refused) return;
    const { request, retryAt, certainAt }: Refused = refused;
    for (const [fate, at] of [
      ['LAPSE', retryAt],
      ['COMMIT', certainAt],
    ] as const) {
      if (at === null) continue;
      const before = this.askLater(request, at - 1, fate);
      assert.deepEqual(
        [before, this.askLater(request, at, fate)],
        [
          { core: 'DENIED', oracle: false },
          { core: 'ALLOWED', oracle: true },
        ],
      );
      this.met.askedAgain += 1;
    }
  }

  private askLater(
    request: RequestSpec,
    at: number,
    fate: Fate,
  ): { readonly core: string; readonly oracle: boolean } {
    const books = {
      oracle: this.oracle.later(at, fate),
      world: this.world.later(at, fate),
      places: this.places,
    };
    const scopes = scopesOf(request, this.places);
    const batch = books.world.begin(at, scopes, coreLimits(this.limits, scopes, books));
    const { ask, concerned, ofSeat } = questionOf(this.limits, request, null, books);
    return { core: batch.decide(ask).outcome, oracle: books.oracle.ask(concerned, false, ofSeat).allowed };
  }

  private note({ allowed, stopping, retryAt, certainAt }: Answer): void {
    if (stopping.length > 0) this.met.seatRefused += 1;
    this.met[allowed ? 'allowed' : 'refused'] += 1;
    if (retryAt !== null) this.met.retryAtKnown += 1;
    if (retryAt !== null && certainAt !== null && certainAt > retryAt) this.met.certainLater += 1;
  }

  /** Commits a hold that the opened books know, at any instant since it was held, or gives it back. */
  private resolve(batch: Batch, request: RequestSpec): void {
    const held = this.oracle.live().filter((hold) => batch.knows(this.holds.get(hold)!.scopes));
    const chosen = held[request.pick % Math.max(1, held.length)];
    const hold = chosen && this.holds.get(chosen);
    if (!hold) return;
    if (request.kind === 'RELEASE') {
      batch.release(hold);
      this.oracle.release(chosen);
    } else {
      const sentAt = chosen.heldAt + Math.floor(request.share * (batch.at - chosen.heldAt));
      batch.commit(hold, sentAt);
      this.oracle.commit(chosen, sentAt);
    }
  }

  /** Records something of the past: in a window, at its very edge, or together with what is there. */
  private record(batch: Batch, request: RequestSpec): void {
    if (this.history.onlyReserved) return;
    const { action, noted, count, share } = request;
    const scopes = scopesOf(request, this.places);
    const known = [...this.recorded.values()].map(({ charge }) => charge.at);
    const edges = this.limits.flatMap(({ window }) =>
      window.kind === 'ROLLING' ? [batch.at - window.seconds * 1_000] : [],
    );
    const reach = Math.max(86_400_000, ...edges.map((edge) => batch.at - edge));
    const anywhere = batch.at - Math.floor(share * reach);
    const places = [anywhere, anywhere, ...known, ...edges, ...edges.map((edge) => edge + 1), batch.at];
    const at = Math.min(batch.at, places[request.pick % places.length]!);
    const charge = { at, action, noted, count, elsewhere: true };
    batch.charge(scopes, charge);
    this.recorded.set(this.oracle.send({ ...charge, scopes: scopes.map(scopeName) }), { scopes, charge });
  }

  private void(batch: Batch, request: RequestSpec): void {
    const known = [...this.recorded].filter(([, { scopes }]) => batch.knows(scopes));
    const [send, record] = known[request.pick % Math.max(1, known.length)] ?? [];
    if (!send || !record) return;
    batch.charge(record.scopes, { ...record.charge, count: -record.charge.count });
    this.oracle.void(send);
    this.recorded.delete(send);
  }

  private compareUsage(batch: Batch, scopes: readonly Scope[]): void {
    const names = scopes.map(scopeName);
    const actual = batch.usage(coreLimits(this.limits, scopes, this)).map(({ limit, ...usage }) => {
      const { used, held, unknown, nextRoomAt, timeZone } = usage;
      const key = keyOf(scopeName(limit.scope), limit.counter);
      return { key, max: limit.max, used, held, unknown, nextRoomAt, timeZone };
    });
    const expected = oracleLimits(this.limits)
      .filter(({ scope }) => names.includes(scope))
      .map((limit) => {
        const { scope, counted } = limit;
        const { kind } = counted.window;
        const zones = this.oracle.zonesOf(scope);
        const timeZone = kind === 'ROLLING' ? null : zoneAt(kind, zones, this.oracle.now);
        return {
          key: keyOf(scope, counted),
          max: this.oracle.maxNow(limit),
          ...this.oracle.usage(limit),
          timeZone,
        };
      });
    assert.deepEqual(sortedByKey(actual), sortedByKey(expected));
  }

  /** P7: what really went out never exceeds a window, however late it followed its hold. */
  private compareSent(): void {
    for (const limit of oracleLimits(this.limits)) {
      const sent = this.oracle.sentMost(limit, this.history.start);
      const key = keyOf(limit.scope, limit.counted);
      const max = Math.min(...limit.set.map((set) => set.max));
      assert(sent <= max, `P7: ${sent} of ${max} went out in one window of ${key}`);
    }
  }
}

function distinct(scopes: readonly Scope[]): Scope[] {
  return [...new Set(scopes)];
}
