import assert from 'node:assert/strict';
import { Refusal } from '../../src/errors.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { DAY, MINUTE, type Instant } from '../../src/quota/window.js';
import { ACTIONS, type Action, type EngagementKind } from '../../src/quota/words.js';
import type { ClockedDatabase } from './fake-clock.js';
import type { Steps, What } from './people-history.js';
import { PlainCoins } from './plain-coins.js';
import { PlainPeople, type Question } from './plain-people.js';
import {
  decisionOf,
  engageInput,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  type Office,
} from './support.js';

const ADDED = Date.parse('2026-01-10T12:00Z');
const START = Date.parse('2026-01-12T09:00Z');

/** Within so much, two tellings are of one thing; no step and no past is shorter. */
const SAME_WITHIN = 5 * MINUTE;
/** More at once, or in a day, might meet a limit: those have histories of their own. */
const HOLDS_MAX = 3;
const SENDS_A_DAY_MAX = 12;

type PlainHold = PlainPeople['holds'][number];
type PlainSend = PlainPeople['sends'][number];

/** Lives through a history of two seats and some people in the real books and in plain lists, and compares every answer. */
export class PeopleHistoryRun {
  /** How often each outcome was seen. */
  readonly met = new Map<string, number>();
  private readonly plain = new PlainPeople();
  private readonly reservations = new Map<PlainHold, string>();
  private readonly recorded: { readonly send: PlainSend; readonly id: string }[] = [];

  private constructor(
    private readonly database: ClockedDatabase,
    private readonly ledger: Ledger,
    private readonly office: Office,
    opening: number,
  ) {
    this.plain.coins = [0, 1].map(() => PlainCoins.openedAt(ADDED, opening));
    this.plain.passUntil(START);
  }

  static async found(database: ClockedDatabase, ledger: Ledger, opening: number): Promise<PeopleHistoryRun> {
    const office = await openOffice(database.appUrl, {
      ...{ seats: 2, tier: 'PREMIUM_CAREER', history: 'DECLARED' },
      ...{ addedAt: ADDED, openingCredits: opening },
    });
    return new PeopleHistoryRun(database, ledger, office, opening);
  }

  async live(steps: Steps): Promise<void> {
    for (const { later, what } of steps) {
      this.plain.passUntil(this.landing(later));
      await this.database.setClock(this.plain.now);
      await this.step(what);
    }
  }

  private landing(later: Steps[number]['later']): Instant {
    const { now } = this.plain;
    if ('by' in later) return now + later.by;
    const edges = this.plain.edges().filter((at) => at - now > SAME_WITHIN + 1);
    return (edges[later.edge % Math.max(1, edges.length)] ?? now + DAY) + later.offset;
  }

  private step(what: What): Promise<void> {
    switch (what.kind) {
      case 'ASK':
        return this.ask(what, what);
      case 'COMMIT':
      case 'RELEASE':
        return this.resolve(what);
      case 'RECORD':
        return this.record(what);
      case 'VOID':
        return this.takeOut(what.pick);
      case 'ANSWER':
        return this.answer(what);
    }
  }

  private async ask(
    question: Question,
    { holdSeconds, isSentAtOnce }: { holdSeconds: number; isSentAtOnce: boolean },
  ): Promise<void> {
    const { seat, slug, action, degree, openProfile, isReply } = question;
    if (this.mayMeetALimit(seat)) return;
    const { plain } = this;
    const codes = plain.codes(question);
    const answer = await this.ledger.ask(
      reserveRequest(this.office, action, {
        ...{ seatId: this.office.seatIds[seat]!, recipient: person(slug) },
        ...{ degree, openProfile, isReply, holdSeconds },
      }),
    );
    const decision = decisionOf(answer);
    assert.deepEqual(
      { codes: decision.reasons.map(({ code }) => code).toSorted(), ...instantsOf(decision) },
      {
        codes,
        retryAt: codes.length === 0 ? null : plain.admittedFrom(question, 'LAPSE'),
        certainAt: codes.length === 0 ? null : plain.admittedFrom(question, 'COMMIT'),
      },
    );
    this.compareSuggestion(question, decision);
    for (const code of codes) this.meet(code);
    if (decision.retryAt !== null) this.meet('RETRY_AT');
    if (codes.length > 0) return;
    this.meet('ALLOWED');
    const hold = { seat, slug, action, at: plain.now, expiresAt: plain.now + holdSeconds * 1_000 };
    plain.holds.push(hold);
    this.reservations.set(hold, decision.id);
    if (isSentAtOnce) await this.commit(hold, plain.now);
  }

  private compareSuggestion(question: Question, { suggestions, reasons }: DecisionRecord): void {
    const named = suggestions.find(({ seatId }) => seatId !== null)?.seatId ?? null;
    const isMerelyUnconnected = reasons.length === 1 && reasons[0]!.code === 'NOT_CONNECTED';
    const seat = isMerelyUnconnected ? this.plain.connectedSeat(question) : null;
    assert.equal(named, seat === null ? null : this.office.seatIds[seat]);
    if (seat !== null) this.meet('OTHER_SEAT');
  }

  private mayMeetALimit(seat: number): boolean {
    const { plain } = this;
    const held = plain.live().filter((one) => one.seat === seat);
    const sent = plain.sends.filter((one) => one.seat === seat && one.at > plain.now - DAY);
    return held.length >= HOLDS_MAX || sent.length >= SENDS_A_DAY_MAX;
  }

  private async resolve({ kind, pick, share }: { kind: string; pick: number; share: number }): Promise<void> {
    const { plain } = this;
    const live = plain.live();
    const hold = live[pick % Math.max(1, live.length)];
    if (!hold) return;
    if (kind === 'COMMIT') return this.commit(hold, hold.at + Math.floor(share * (plain.now - hold.at)));
    plain.holds = plain.holds.filter((one) => one !== hold);
    const answer = await this.ledger.ask({
      kind: 'RELEASE',
      ...this.reservationOf(hold),
      because: 'NOT_SENT',
    });
    assert(!(answer instanceof Refusal), JSON.stringify(answer));
    this.meet('RELEASE');
  }

  private async commit(hold: PlainHold, sentAt: Instant): Promise<void> {
    const { plain } = this;
    if (this.isNear(hold, sentAt)) return;
    plain.holds = plain.holds.filter((one) => one !== hold);
    plain.send({ ...hold, at: sentAt });
    const answer = await this.ledger.ask({ kind: 'COMMIT', ...this.reservationOf(hold), sentAt });
    assert(!(answer instanceof Refusal), JSON.stringify(answer));
    this.meet('COMMIT');
  }

  private reservationOf(hold: PlainHold) {
    return { viewer: this.office.viewer, reservationId: this.reservations.get(hold)! };
  }

  private async record(told: { seat: number; slug: string; action: Action; ago: number }): Promise<void> {
    const { seat, slug, action, ago } = told;
    const { plain } = this;
    const send = { seat, slug, action, at: plain.now - ago };
    if (send.at < ADDED || this.isNear(send, send.at)) return;
    plain.send(send);
    const more = { seatId: this.office.seatIds[seat]!, recipient: person(slug) };
    const inputs = [recordInput(this.office, action, send.at, more)];
    const answer = await this.ledger.ask({ kind: 'RECORD', viewer: this.office.viewer, inputs });
    assert(!(answer instanceof Refusal), JSON.stringify(answer));
    assert.equal(answer.recorded, 1);
    this.recorded.push({ send, id: answer.newSends[0]!.chargeId });
    this.meet('RECORDED');
  }

  private async takeOut(pick: number): Promise<void> {
    const [taken] = this.recorded.splice(pick % Math.max(1, this.recorded.length), 1);
    if (!taken) return;
    this.plain.takeOut(taken.send);
    const what = { activityIds: [taken.id], reasonFingerprint: 'x' };
    const answer = await this.ledger.ask({ kind: 'VOID', viewer: this.office.viewer, ...what });
    assert.deepEqual(answer, { voided: 1 });
    this.meet('TAKEN_OUT');
  }

  private async answer(told: {
    seat: number;
    slug: string;
    answer: EngagementKind;
    ago: number;
  }): Promise<void> {
    const { seat, slug, answer: kind, ago } = told;
    const { plain } = this;
    const at = plain.now - ago;
    const isSame = plain.answers.some(
      (one) =>
        one.seat === seat && one.slug === slug && one.kind === kind && Math.abs(one.at - at) <= SAME_WITHIN,
    );
    if (isSame || ACTIONS.some((action) => this.isNear({ seat, slug, action }, at))) return;
    const creditsReturned = plain.answer({ seat, slug, kind, at });
    const input = { ...engageInput(this.office, kind, slug, at), seatId: this.office.seatIds[seat]! };
    const answer = await this.ledger.ask({ kind: 'ENGAGE', viewer: this.office.viewer, inputs: [input] });
    assert(!(answer instanceof Refusal), JSON.stringify(answer));
    assert.deepEqual(
      answer.results.map((result) => result.creditsReturned),
      [creditsReturned],
    );
    this.meet(kind);
    if (creditsReturned > 0) this.meet('CREDIT_RETURNED');
  }

  /** Whether what is told now could be taken for something that is known. */
  private isNear({ seat, slug, action }: Pick<PlainSend, 'seat' | 'slug' | 'action'>, at: Instant): boolean {
    return this.plain.sends.some(
      (one) =>
        one.seat === seat &&
        one.slug === slug &&
        one.action === action &&
        Math.abs(one.at - at) <= SAME_WITHIN,
    );
  }

  private meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }
}

function instantsOf({ retryAt, certainAt }: DecisionRecord) {
  return { retryAt, certainAt };
}
