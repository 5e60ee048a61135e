import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Refusal } from '../../src/errors.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import type { Action } from '../../src/quota/words.js';
import {
  outsideUseOf,
  SCOPES,
  SEATS,
  type Change,
  type History,
  type Jump,
  type RequestSpec,
} from '../quota/history.js';
import { Oracle, type OracleLimit } from '../quota/oracle.js';
import type { ClockedDatabase } from './fake-clock.js';
import { HistoryWorld, type SeatServices } from './history-world.js';
import { SeatPlaces } from '../quota/history-places.js';
import { changeOracleSeat } from '../quota/history-seat.js';
import type { SeatChange } from '../quota/seat-changes.js';
import { person, sha256 } from './support.js';

type OracleHold = ReturnType<Oracle['hold']>;
type OracleSend = ReturnType<Oracle['send']>;

/** Lives through a history in the real books and in the oracle, and compares every answer. */
export class LedgerHistoryRun {
  readonly met = {
    ...{ allowed: 0, refused: 0, retryAtKnown: 0, committed: 0, recorded: 0, voided: 0, declared: 0 },
    ...{ seatChanges: 0, moved: 0, seatRefused: 0, ended: 0 },
  };
  private readonly oracle = new Oracle();
  private readonly world: HistoryWorld;
  private readonly viewer: Viewer;
  private readonly reservations = new Map<OracleHold, string>();
  private readonly activities = new Map<OracleSend, string>();
  private readonly voided = new Set<string>();
  private readonly zoned = new Set<string>();
  private readonly places = new SeatPlaces();

  constructor(
    private readonly history: History,
    private readonly database: ClockedDatabase,
    private readonly ledger: Ledger,
    services: SeatServices,
  ) {
    this.world = new HistoryWorld(database, services);
    this.viewer = this.world.viewer;
    for (const [{ kind, id }] of SEATS) this.oracle.seat(`${kind} ${id}`).lacks = ['INMAIL'];
  }

  async run(): Promise<void> {
    this.oracle.now = this.history.start;
    for (const [index, scope] of SCOPES.entries()) {
      if (scope.kind !== 'CAMPAIGN') this.setZone(scope.kind, scope.id, this.history.timeZones[index]!);
    }
    await this.world.found(this.history);
    for (const limit of this.history.limits) await this.world.setLimit(limit);
    for (const { jump, change, requests } of this.history.steps) {
      this.oracle.now = this.landing(jump);
      await this.database.setClock(this.oracle.now);
      if (change) await this.change(change);
      // Asked together, so that they are one batch, in their order.
      const all = () => Promise.all(requests.map((request) => this.live(request)));
      if (await this.world.withCampaignsEnded(requests, all)) this.met.ended += 1;
    }
  }

  private landing(jump: Jump): number {
    const { now } = this.oracle;
    if (jump.kind === 'BY') return now + jump.ms;
    const ofLimits = this.world.allLimits(this.oracle).flatMap((limit) => this.oracle.changesOf(limit));
    const ofSeats = this.oracle.edgesOfSeats();
    const instants = jump.pick % 3 === 0 && ofSeats.length > 0 ? ofSeats : ofLimits;
    return Math.max(now, (instants[jump.pick % Math.max(1, instants.length)] ?? now) + jump.offset);
  }

  /** What the oracle answers is fixed when the request is asked: the books answer in the same order. */
  private async live(request: RequestSpec): Promise<void> {
    switch (request.kind) {
      case 'RESERVE':
      case 'PREVIEW':
        return this.reserve(request);
      case 'COMMIT':
      case 'RELEASE':
        return this.resolve(request);
      case 'RECORD':
        return this.record(request);
      case 'VOID':
        return this.void(request);
    }
  }

  /** InMail is asked of BASIC seats, which have none: whoever has it needs credits, which have histories of their own. */
  private actionOf({ seat, action }: RequestSpec): Action {
    const [{ kind, id }] = SEATS[seat]!;
    const hasInMail = this.oracle.seat(`${kind} ${id}`).lacks.length === 0;
    return action === 'INMAIL' && hasInMail ? 'CONNECTION_REQUEST' : action;
  }

  private async reserve(request: RequestSpec): Promise<void> {
    const { seat, noted: wanted, isReply, holdMs } = request;
    // A seat that moved has left its campaign, and is in none of the other client account.
    const ofCampaign = request.ofCampaign && !this.places.hasMoved(seat);
    const action = this.actionOf(request);
    const noted = wanted && action === 'CONNECTION_REQUEST';
    const [seatScope, account, agency, campaign] = this.places.of(seat);
    const within = [seatScope, account, agency, ...(ofCampaign ? [campaign] : [])];
    const scopes = within.map(({ kind, id }) => `${kind} ${id}`);
    const concerned = this.world
      .allLimits(this.oracle)
      .filter(
        ({ scope, counted }) =>
          scopes.includes(scope) && counted.actions.includes(action) && (noted || !counted.onlyWithNote),
      );
    const ofSeat = { seat: `${seatScope.kind} ${seatScope.id}`, action, isReply };
    const expected = this.oracle.ask(concerned, false, ofSeat);
    if (expected.stopping.length > 0) this.met.seatRefused += 1;
    const holdSeconds = Math.ceil(holdMs / 1_000);
    const held = expected.allowed
      ? this.oracle.hold({ action, noted, scopes, expiresAt: this.oracle.now + holdSeconds * 1_000 })
      : null;
    const usage = concerned.map((limit) => this.usageText(limit));
    const answer = await this.ledger.ask({
      kind: 'RESERVE',
      viewer: this.viewer,
      seatId: this.world.id(seatScope.id),
      campaignId: ofCampaign ? this.world.id(campaign.id) : null,
      action,
      noted,
      recipient: person(),
      isReply,
      degree: action === 'DIRECT_MESSAGE' ? 'FIRST' : 'SECOND',
      openProfile: true,
      holdSeconds,
      idempotency: { key: randomUUID(), fingerprint: sha256('history'), fingerprintVersion: 1 },
    });
    assert(!(answer instanceof Refusal) && 'decision' in answer, JSON.stringify(answer));
    const { decision } = answer;
    const { retryAt, certainAt } = expected;
    assert.deepEqual(
      {
        outcome: decision.outcome,
        retryAt: decision.retryAt,
        certainAt: decision.certainAt,
        usage: this.usageTexts(decision),
      },
      { outcome: expected.allowed ? 'ALLOWED' : 'DENIED', retryAt, certainAt, usage: usage.toSorted() },
    );
    this.met[expected.allowed ? 'allowed' : 'refused'] += 1;
    if (retryAt !== null) this.met.retryAtKnown += 1;
    if (held) this.reservations.set(held, decision.id);
  }

  private usageText(limit: OracleLimit): string {
    const { used, held, unknown, nextRoomAt } = this.oracle.usage(limit);
    const { actions, onlyWithNote, window } = limit.counted;
    const length = window.kind === 'ROLLING' ? window.seconds : window.kind;
    return `${limit.scope} ${actions.toSorted().join()} ${onlyWithNote} ${length}: ${used}+${held}+${unknown} of ${this.oracle.maxNow(limit)}, ${nextRoomAt}`;
  }

  private usageTexts({ usage }: DecisionRecord): string[] {
    return usage
      .map(({ limit, used, held, unknown, nextRoomAt }) => {
        const { actions, onlyWithNote, window } = limit.counter;
        const length = window.kind === 'ROLLING' ? window.seconds : window.kind;
        const scope = `${limit.scope.kind} ${this.world.nameOf(limit.scope.id)}`;
        return `${scope} ${actions.toSorted().join()} ${onlyWithNote} ${length}: ${used}+${held}+${unknown} of ${limit.max}, ${nextRoomAt}`;
      })
      .toSorted();
  }

  private async resolve({ kind, pick, share }: RequestSpec): Promise<void> {
    const known = this.oracle.live().filter((hold) => this.reservations.has(hold));
    const hold = known[pick % Math.max(1, known.length)];
    if (!hold) return;
    const reservationId = this.reservations.get(hold)!;
    const { viewer } = this;
    if (kind === 'RELEASE') {
      this.oracle.release(hold);
      const released = await this.ledger.ask({ kind: 'RELEASE', viewer, reservationId, because: 'NOT_SENT' });
      assert(!(released instanceof Refusal), JSON.stringify(released));
      return;
    }
    const sentAt = hold.heldAt + Math.floor(share * (this.oracle.now - hold.heldAt));
    this.oracle.commit(hold, sentAt);
    this.met.committed += 1;
    const committed = await this.ledger.ask({ kind: 'COMMIT', viewer, reservationId, sentAt });
    assert(
      !(committed instanceof Refusal) && committed.resolution?.sentAt === sentAt,
      JSON.stringify(committed),
    );
  }

  private async record(request: RequestSpec): Promise<void> {
    const { seat, noted: wanted, count, share, pick } = request;
    const action = this.actionOf(request);
    const noted = wanted && action === 'CONNECTION_REQUEST';
    const edges = this.world.limitsSet.flatMap(({ window }) =>
      window.kind === 'ROLLING' ? [window.seconds * 1_000] : [],
    );
    const reach = Math.max(86_400_000, ...edges);
    const anywhere = Math.floor(share * reach);
    const places = [anywhere, anywhere, ...edges, ...edges.map((edge) => edge - 1), 0];
    const at = this.oracle.now - places[pick % places.length]!;
    const [seatScope, account, agency] = this.places.at(seat, at);
    const scopes = [seatScope, account, agency].map(({ kind, id }) => `${kind} ${id}`);
    const send = this.oracle.send({ at, action, noted, count, scopes, elsewhere: true });
    this.met.recorded += 1;
    const answer = await this.ledger.ask({
      kind: 'RECORD',
      viewer: this.viewer,
      inputs: [
        {
          seatId: this.world.id(seatScope.id),
          action,
          noted,
          recipient: null,
          count,
          occurredAt: at,
          source: null,
          reservationId: null,
          idempotency: { key: randomUUID(), fingerprint: sha256('history'), fingerprintVersion: 1 },
        },
      ],
    });
    assert.ok(!(answer instanceof Refusal));
    assert.deepEqual([answer.recorded, answer.alreadyKnown], [1, 0]);
    const ids = await this.world.recordIds(send, this.world.id(seatScope.id));
    // Of records that are alike, any that isn't taken.
    const id = ids.find((one) => !this.voided.has(one) && ![...this.activities.values()].includes(one));
    this.activities.set(send, id!);
  }

  /** Voids a record of an earlier step: those of this one have no id yet. */
  private async void({ pick }: RequestSpec): Promise<void> {
    const known = [...this.activities];
    const [send, id] = known[pick % Math.max(1, known.length)] ?? [];
    if (!send || !id) return;
    this.oracle.void(send);
    this.activities.delete(send);
    this.voided.add(id);
    this.met.voided += 1;
    const what = { viewer: this.viewer, activityIds: [id], reasonFingerprint: 'x' };
    assert.deepEqual(await this.ledger.ask({ kind: 'VOID', ...what }), { voided: 1 });
  }

  private async change(change: Change): Promise<void> {
    if (change.kind === 'LIMIT') return this.world.setLimit(change.limit);
    if (change.kind === 'MAX') {
      const limit = this.world.limitsSet[change.pick % Math.max(1, this.world.limitsSet.length)];
      if (limit) await this.world.setLimit({ ...limit, max: change.max });
      return;
    }
    if (change.kind === 'OUTSIDE' || change.kind === 'IMPORT') return this.changeOutside(change);
    if ('seat' in change) return this.changeSeat(change);
    const scope = SCOPES[change.scope]!;
    // A campaign's zone is its client account's.
    if (scope.kind === 'CAMPAIGN') return;
    this.setZone(scope.kind, scope.id, change.timeZone);
    await this.world.setZone(scope.kind, scope.id, this.oracle.now, change.timeZone);
  }

  private changeSeat(change: SeatChange): Promise<void> {
    const [{ kind, id }] = SEATS[change.seat]!;
    this.met.seatChanges += 1;
    if (change.kind === 'MOVE') {
      this.places.move(change.seat, this.oracle.now);
      this.met.moved += 1;
    }
    changeOracleSeat(this.oracle, `${kind} ${id}`, change);
    return this.world.changeSeat(this.oracle, id, change, this.places.of(change.seat)[1].id);
  }

  private async changeOutside(change: Extract<Change, { kind: 'OUTSIDE' | 'IMPORT' }>): Promise<void> {
    const [{ kind, id }] = SEATS[change.seat]!;
    if (change.kind === 'IMPORT') {
      this.oracle.import(`${kind} ${id}`);
      return this.world.import(id, this.oracle.now);
    }
    const use = outsideUseOf(change, this.oracle.now);
    this.oracle.declare(`${kind} ${id}`, use);
    this.met.declared += 1;
    return this.world.declare(id, use, this.met.declared);
  }

  private setZone(kind: string, name: string, timeZone: string): void {
    const key = `${kind} ${name}`;
    const before = this.zoned.has(key) ? this.oracle.zonesOf(key) : [];
    this.zoned.add(key);
    const zones = before.some(({ from }) => from === this.oracle.now)
      ? before
      : [...before, { from: this.oracle.now, timeZone }];
    this.oracle.setZones(key, zones);
    const campaign = { client1: 'CAMPAIGN campaign1', client2: 'CAMPAIGN campaign2' }[name];
    if (campaign) this.oracle.setZones(campaign, zones);
  }
}
