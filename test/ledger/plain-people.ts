import { DAY, type Instant } from '../../src/quota/window.js';
import type { Action, ConnectionDegree, EngagementKind, ReasonCode } from '../../src/quota/words.js';
import type { PlainCoins } from './plain-coins.js';

/** Something that passed between a seat and a person. */
interface Send {
  readonly seat: number;
  readonly slug: string;
  readonly action: Action;
  readonly at: Instant;
}

interface Hold extends Send {
  readonly expiresAt: Instant;
}

interface Answer {
  readonly seat: number;
  readonly slug: string;
  readonly kind: EngagementKind;
  readonly at: Instant;
}

/** What a seat asks about a person. */
export interface Question {
  readonly seat: number;
  readonly slug: string;
  readonly action: Action;
  readonly degree: ConnectionDegree;
  readonly openProfile: boolean;
  readonly isReply: boolean;
}

const LAPSE = 180 * DAY;
const EMBARGO = 21 * DAY;
const AWAITED = 90 * DAY;
const LOOKED_AHEAD = 400 * DAY;
/** What was sent longer ago is as if it never was. */
const LOOKED_BACK = 400 * DAY;

const ENDS_INVITATION = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN'];
const ENDS_INMAIL = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED'];
const ANSWERS_INVITE = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED'];
const INVITES: readonly Action[] = ['CONNECTION_REQUEST'];
const WRITES: readonly Action[] = ['INMAIL', 'DIRECT_MESSAGE', 'GROUP_MESSAGE', 'OPEN_PROFILE_MESSAGE'];
const DECLINES = ['INVITATION_DECLINED', 'INMAIL_DECLINED', 'OPTED_OUT'];

/** Flat lists of what happened to people, filtered at each question; it shares nothing with the rules but the words. */
export class PlainPeople {
  now = 0;
  sends: Send[] = [];
  holds: Hold[] = [];
  answers: Answer[] = [];
  /** One purse a seat. */
  coins: PlainCoins[] = [];

  live(): Hold[] {
    return this.holds.filter(({ expiresAt }) => expiresAt > this.now);
  }

  /** Of one client account, so that an opt-out ends what is under way from each of its seats. */
  answer(answer: Answer): number {
    this.answers.push(answer);
    if (answer.kind === 'OPTED_OUT') this.holds = this.holds.filter(({ slug }) => slug !== answer.slug);
    if (!ENDS_INMAIL.includes(answer.kind)) return 0;
    const inmails = this.of(answer, 'INMAIL').filter(({ at }) => at <= answer.at);
    const newest = inmails.toSorted((one, other) => other.at - one.at)[0];
    if (!newest || answer.at - newest.at > AWAITED) return 0;
    return this.coins[answer.seat]!.back(newest);
  }

  send(send: Send): void {
    this.sends.push(send);
    if (send.action === 'INMAIL') this.coins[send.seat]!.take(send);
  }

  takeOut(send: Send): void {
    this.sends = this.sends.filter((one) => one !== send);
    if (send.action === 'INMAIL') this.coins[send.seat]!.back(send);
  }

  passUntil(at: Instant): void {
    this.now = at;
    for (const coins of this.coins) coins.passUntil(at);
  }

  /** All that speaks against it now. */
  codes(question: Question): ReasonCode[] {
    const { seat, slug, action, openProfile, isReply } = question;
    const codes: ReasonCode[] = [];
    const degree = this.degreeOf(question);
    if (this.answers.some((one) => one.slug === slug && one.kind === 'OPTED_OUT'))
      codes.push('DO_NOT_CONTACT');
    if (action === 'DIRECT_MESSAGE' && !isReply && degree !== 'FIRST') {
      codes.push(degree === 'UNKNOWN' ? 'DEGREE_UNKNOWN' : 'NOT_CONNECTED');
    }
    if (action === 'OPEN_PROFILE_MESSAGE' && !isReply && !openProfile) codes.push('NOT_CONNECTED');
    if (action === 'CONNECTION_REQUEST') {
      if (degree === 'FIRST' && !isReply) codes.push('ALREADY_CONNECTED');
      if (degree !== 'FIRST' && this.isInvited(question)) codes.push('ALREADY_INVITED');
      if (this.withdrawals(question).some((at) => this.now < at + EMBARGO)) codes.push('REINVITE_EMBARGO');
    }
    if (action === 'INMAIL') {
      if (!isReply && this.isAwaited(question)) codes.push('AWAITING_REPLY');
      if (this.coins[seat]!.left() - this.heldCredits(seat) <= 0) codes.push('NO_CREDITS');
    }
    return codes.toSorted();
  }

  /** The first instant from now on at which nothing speaks against it: holds lapse, or are committed at their last moment. */
  admittedFrom(question: Question, holdsWill: 'LAPSE' | 'COMMIT'): Instant | null {
    const ahead = this.copy();
    for (const edge of this.edges()) {
      if (holdsWill === 'COMMIT') ahead.commitThoseThatEnd(edge);
      ahead.passUntil(edge);
      if (ahead.codes(question).length === 0) return edge;
    }
    return null;
  }

  /** The seat that may be named instead of one that is merely not connected (P13). */
  connectedSeat(question: Question): number | null {
    const { seat, slug } = question;
    const other = 1 - seat;
    const mine = { seat, slug };
    const codes = this.answers
      .filter((one) => one.seat === seat && one.slug === slug)
      .map(({ kind }) => kind);
    const isTurnedDown = codes.some((kind) => DECLINES.includes(kind));
    const waits = this.waitsFor(mine, INVITES, ANSWERS_INVITE) || this.waitsFor(mine, WRITES, ENDS_INMAIL);
    const isTied = this.answers.some(
      (one) => one.seat === other && one.slug === slug && one.kind === 'INVITATION_ACCEPTED',
    );
    return this.degreeOf(question) !== 'FIRST' && isTied && !isTurnedDown && !waits ? other : null;
  }

  /** Every instant at which time alone may change an answer, beginning now. */
  edges(): Instant[] {
    const lengths = [LAPSE, EMBARGO, AWAITED];
    const from = [...this.sends, ...this.answers].map(({ at }) => at);
    const ends = this.holds.flatMap(({ expiresAt }) => [expiresAt - 1, expiresAt]);
    const edges = [
      ...ends,
      ...[...from, ...ends].flatMap((at) => lengths.map((length) => at + length)),
      ...this.coins.flatMap((coins) => coins.edges(this.now + LOOKED_AHEAD)),
    ];
    const ahead = edges.filter((at) => at > this.now && at <= this.now + LOOKED_AHEAD);
    return [this.now, ...new Set(ahead)].toSorted((one, other) => one - other);
  }

  private copy(): PlainPeople {
    const copy = new PlainPeople();
    const { now, sends, holds, answers } = this;
    Object.assign(copy, { now, sends: [...sends], holds: [...holds], answers });
    copy.coins = this.coins.map((coins) => coins.copy());
    return copy;
  }

  private commitThoseThatEnd(until: Instant): void {
    const ending = this.live().filter(({ expiresAt }) => expiresAt - 1 <= until);
    for (const hold of ending.toSorted((one, other) => one.expiresAt - other.expiresAt)) {
      this.passUntil(hold.expiresAt - 1);
      this.holds = this.holds.filter((one) => one !== hold);
      this.send({ ...hold, at: hold.expiresAt - 1 });
    }
  }

  private of({ seat, slug }: { seat: number; slug: string }, action: Action): Send[] {
    return this.sends.filter((one) => one.seat === seat && one.slug === slug && one.action === action);
  }

  private degreeOf({ seat, slug, degree }: Question): ConnectionDegree {
    const accepted = this.answers.some(
      (one) => one.seat === seat && one.slug === slug && one.kind === 'INVITATION_ACCEPTED',
    );
    return degree === 'UNKNOWN' && accepted ? 'FIRST' : degree;
  }

  private withdrawals(who: { seat: number; slug: string }): Instant[] {
    const told = this.answersOf(who).filter(({ kind }) => kind === 'INVITATION_WITHDRAWN');
    return [...told, ...this.of(who, 'INVITATION_WITHDRAWAL')].map(({ at }) => at);
  }

  private answersOf({ seat, slug }: { seat: number; slug: string }): Answer[] {
    return this.answers.filter((one) => one.seat === seat && one.slug === slug);
  }

  /** The newest, unless it was answered since. */
  private lastOpen(
    who: { seat: number; slug: string },
    action: 'CONNECTION_REQUEST' | 'INMAIL',
  ): Instant | null {
    const sent = this.of(who, action)
      .map(({ at }) => at)
      .filter((at) => at > this.now - LOOKED_BACK);
    if (sent.length === 0) return null;
    const ends = action === 'INMAIL' ? ENDS_INMAIL : ENDS_INVITATION;
    const answered = this.answersOf(who).filter(({ kind }) => ends.includes(kind));
    const ended = [...answered, ...(action === 'INMAIL' ? [] : this.of(who, 'INVITATION_WITHDRAWAL'))];
    const last = Math.max(...sent);
    return ended.some(({ at }) => at >= last) ? null : last;
  }

  /** Whether something was sent, and none of these answers came behind it. */
  private waitsFor(
    who: { seat: number; slug: string },
    actions: readonly Action[],
    answers: readonly string[],
  ): boolean {
    const ended = this.answersOf(who).filter(({ kind }) => answers.includes(kind));
    return actions
      .flatMap((action) => this.of(who, action))
      .some((sent) => sent.at > this.now - LOOKED_BACK && !ended.some(({ at }) => at >= sent.at));
  }

  private isInvited(who: Question): boolean {
    const open = this.lastOpen(who, 'CONNECTION_REQUEST');
    return (open !== null && this.now < open + LAPSE) || this.isHeld(who, 'CONNECTION_REQUEST');
  }

  private isAwaited(who: Question): boolean {
    const open = this.lastOpen(who, 'INMAIL');
    return (open !== null && this.now < open + AWAITED) || this.isHeld(who, 'INMAIL');
  }

  private isHeld({ seat, slug }: Question, action: Action): boolean {
    return this.live().some((one) => one.seat === seat && one.slug === slug && one.action === action);
  }

  private heldCredits(seat: number): number {
    return this.live().filter((one) => one.seat === seat && one.action === 'INMAIL').length;
  }
}
