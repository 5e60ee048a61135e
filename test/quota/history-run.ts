import assert from 'node:assert/strict';
import { counterOf, type Scope } from '../../src/quota/counter.js';
import type { Ask, States } from '../../src/quota/ask.js';
import type { Verdict } from '../../src/quota/decide.js';
import { lowestLimits, type Limit } from '../../src/quota/limit.js';
import { Oracle, type Answer, type CountedActions, type OracleLimit } from './oracle.js';
import { zoneAt } from '../../src/ledger/plain-calendar.js';
import {
  SCOPES,
  SEATS,
  type Change,
  type History,
  type Jump,
  type LimitSpec,
  type RequestSpec,
  type Stop,
} from './history.js';
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
}

/** Lives through a history in the core and in the oracle, and compares them after every step. */
export class HistoryRun {
  readonly met: Met = { steps: 0, allowed: 0, refused: 0, retryAtKnown: 0, certainLater: 0, asked: 0 };
  private readonly oracle = new Oracle();
  private readonly world: World;
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
      const scopes = distinct(requests.flatMap(scopesOf));
      const batch = this.world.begin(this.oracle.now, scopes, this.coreLimits(scopes));
      this.compareUsage(batch, scopes);
      for (const request of requests) {
        this.live(batch, request);
        this.compareUsage(batch, scopes);
      }
      batch.end();
      this.met.steps += 1;
    }
    this.met.asked = this.world.asked;
    if (this.history.onlyReserved) this.compareSent();
    return this.met;
  }

  private landing(jump: Jump): number {
    const { now } = this.oracle;
    if (jump.kind === 'BY') return now + jump.ms;
    const instants = oracleLimits(this.limits).flatMap((limit) => this.oracle.changesOf(limit));
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

  private live(batch: Batch, request: RequestSpec): void {
    const { kind } = request;
    if (kind === 'RESERVE' || kind === 'PREVIEW') this.ask(batch, request);
    else if (kind === 'RECORD') this.record(batch, request);
    else if (kind === 'VOID') this.void(batch, request);
    else this.resolve(batch, request);
  }

  private ask(batch: Batch, request: RequestSpec): void {
    const { action, noted } = request;
    const scopes = scopesOf(request);
    const stop = request.stop === 'CAMPAIGN_PAUSED' && !request.ofCampaign ? null : request.stop;
    const limits = this.coreLimits(scopes);
    const ask: Ask = { action, noted, history: 'DECLARED', states: statesWith(stop), limits };
    const verdict = batch.decide(ask);
    const names = scopes.map(scopeName);
    const concerned = oracleLimits(this.limits).filter(
      ({ scope, counted }) =>
        names.includes(scope) && counted.actions.includes(action) && (noted || !counted.onlyWithNote),
    );
    const answer = this.oracle.ask(concerned, stop !== null);
    compareVerdict(verdict, answer, stop);
    this.note(answer);
    if (!answer.allowed || request.kind === 'PREVIEW') return;
    const expiresAt = batch.at + request.holdMs;
    const hold = { action, noted, expiresAt, scopes };
    batch.hold(hold);
    this.holds.set(this.oracle.hold({ action, noted, expiresAt, scopes: names }), hold);
  }

  private note({ allowed, retryAt, certainAt }: Answer): void {
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
    const scopes = scopesOf(request);
    const known = [...this.recorded.values()].map(({ charge }) => charge.at);
    const edges = this.limits.flatMap(({ window }) =>
      window.kind === 'ROLLING' ? [batch.at - window.seconds * 1_000] : [],
    );
    const reach = Math.max(86_400_000, ...edges.map((edge) => batch.at - edge));
    const anywhere = batch.at - Math.floor(share * reach);
    const places = [anywhere, anywhere, ...known, ...edges, ...edges.map((edge) => edge + 1), batch.at];
    const at = Math.min(batch.at, places[request.pick % places.length]!);
    const charge = { at, action, noted, count };
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
    const actual = batch.usage(this.coreLimits(scopes)).map(({ limit, ...usage }) => {
      const { used, held, unknown, nextRoomAt, timeZone } = usage;
      const key = keyOf(scopeName(limit.scope), limit.counter);
      return { key, max: limit.max, used, held, unknown, nextRoomAt, timeZone };
    });
    const expected = oracleLimits(this.limits)
      .filter(({ scope }) => names.includes(scope))
      .map((limit) => {
        const { scope, counted, max } = limit;
        const { kind } = counted.window;
        const zones = this.oracle.zonesOf(scope);
        const timeZone = kind === 'ROLLING' ? null : zoneAt(kind, zones, this.oracle.now);
        return { key: keyOf(scope, counted), max, ...this.oracle.usage(limit), unknown: 0, timeZone };
      });
    assert.deepEqual(sortedByKey(actual), sortedByKey(expected));
  }

  /** P7: what really went out never exceeds a window, however late it followed its hold. */
  private compareSent(): void {
    for (const limit of oracleLimits(this.limits)) {
      const sent = this.oracle.sentMost(limit, this.history.start);
      const key = keyOf(limit.scope, limit.counted);
      assert(sent <= limit.max, `P7: ${sent} of ${limit.max} went out in one window of ${key}`);
    }
  }

  private coreLimits(scopes: readonly Scope[]): Limit[] {
    const names = scopes.map(scopeName);
    const all = this.limits.map(({ scope, actions, onlyWithNote, window, max, origin }): Limit => {
      const counter = counterOf(actions, onlyWithNote, window);
      return { scope, counter, max, origin, limitId: null, recommended: null };
    });
    return lowestLimits(all).filter(({ scope }) => names.includes(scopeName(scope)));
  }
}

/** The oracle's own lowest maximum of each counter. */
function oracleLimits(specs: readonly LimitSpec[]): OracleLimit[] {
  const lowest = new Map<string, OracleLimit>();
  for (const { scope, max, ...counted } of specs) {
    const key = keyOf(scopeName(scope), counted);
    const known = lowest.get(key);
    if (!known || max < known.max) lowest.set(key, { scope: scopeName(scope), counted, max });
  }
  return [...lowest.values()];
}

function keyOf(scope: string, { actions, onlyWithNote, window }: CountedActions): string {
  const length = window.kind === 'ROLLING' ? `${window.seconds} s` : window.kind;
  return `${scope}: ${actions.toSorted().join()}${onlyWithNote ? ' with a note' : ''} in ${length}`;
}

function sortedByKey<T extends { readonly key: string }>(list: readonly T[]): T[] {
  return list.toSorted((one, other) => one.key.localeCompare(other.key));
}

function distinct(scopes: readonly Scope[]): Scope[] {
  return [...new Set(scopes)];
}

function scopesOf({ seat, ofCampaign }: RequestSpec): Scope[] {
  return SEATS[seat]!.slice(0, ofCampaign ? 4 : 3);
}

function statesWith(stop: Stop | null): States {
  return {
    seatPaused: stop === 'SEAT_PAUSED',
    holderAgreed: stop !== 'HOLDER_NOT_AGREED',
    clientAccountStatus: stop === 'CLIENT_ACCOUNT_PAUSED' ? 'PAUSED' : 'ACTIVE',
    campaignStatus: stop === 'CAMPAIGN_PAUSED' ? 'PAUSED' : 'RUNNING',
  };
}

function compareVerdict(verdict: Verdict, answer: Answer, stop: Stop | null): void {
  const { outcome, retryAt, certainAt } = verdict;
  const reasons = verdict.reasons.map(({ code, limit, retryAt }) => ({
    key: `${code} ${limit ? keyOf(scopeName(limit.scope), limit.counter) : ''}`,
    retryAt,
  }));
  const refusing = answer.refusing.map(({ limit, retryAt }) => ({
    key: `LIMIT_REACHED ${keyOf(limit.scope, limit.counted)}`,
    retryAt,
  }));
  assert.deepEqual(
    { outcome, retryAt, certainAt, reasons: sortedByKey(reasons) },
    {
      outcome: answer.allowed ? 'ALLOWED' : 'DENIED',
      retryAt: answer.retryAt,
      certainAt: answer.certainAt,
      reasons: sortedByKey(stop ? [...refusing, { key: `${stop} `, retryAt: null }] : refusing),
    },
  );
  const order = reasons.map((reason) => reason.retryAt ?? Infinity);
  assert.deepEqual(
    order,
    order.toSorted((one, other) => (one === other ? 0 : other - one)),
    'binds longest first',
  );
}
