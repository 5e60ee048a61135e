import {
  acceptanceCap,
  acceptanceSince,
  acceptanceSteps,
  acceptanceTerms,
  nameOfTerms,
  stepsFrom,
  type AcceptanceStep,
  type AcceptanceTerms,
  type Invited,
} from '../../quota/acceptance.js';
import type { Ask } from '../../quota/ask.js';
import type { Scope } from '../../quota/counter.js';
import { badness } from '../../quota/invitation-alert.js';
import { limitsThrough, lowestLimits, type Limit } from '../../quota/limit.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import { seatScope, type Engaged } from './about-invitations.js';
import { acceptanceFromJson, type KeptAcceptance } from './acceptance-state.js';
import { answersOf, invitedOf } from './invited.js';
import { InvitationsNeeded, type InvitationAnswer, type SentInvitation } from './invitation-reading.js';
import { standingOfSeat, type Loaded } from '../reading/reading.js';
import { scopeName } from '../reading/names.js';
import type { People } from '../people/people.js';
import type { Sends } from '../sends.js';
import type { Standing } from '../reading/standing.js';
import type { ChargeRow } from '../books/tables.js';

/** Where it is judged how invitations are taken: a desk. */
interface Surroundings {
  readonly loaded: Loaded;
  readonly people: Pick<People, 'pendingSince' | 'invited'>;
  readonly sends: Pick<Sends, 'isTakenOut'>;
  /** The state of a scope is to be kept. */
  change(scope: Scope): void;
}

/** What requests before did to the invitations of a seat. */
interface DoneToSeat {
  readonly sent: SentInvitation[];
  readonly answers: InvitationAnswer[];
}

/** How the invitations of seats are taken, in one pass. */
export class AcceptanceOfPass {
  private readonly done = new Map<string, DoneToSeat>();
  /** Null where what was kept holds no more. */
  private readonly kept = new Map<string, KeptAcceptance | null>();
  /** By the seat, and by the numbers that it is judged by. */
  private readonly found = new Map<string, Map<string, readonly AcceptanceStep[]>>();

  constructor(private readonly desk: Surroundings) {}

  /** The limits of a seat with the cap that its acceptance sets. Throws InvitationsNeeded. */
  lowered(standing: Standing, limits: readonly Limit[], planned: readonly Instant[] = []): readonly Limit[] {
    const scope = seatScope(standing.seatId);
    const caps = limitsThrough(standing.course, this.desk.loaded.at, (policy) => {
      const terms = acceptanceTerms(policy);
      const cap = terms && acceptanceCap(this.stepsOf(standing, policy, planned), terms, scope);
      return cap ? [cap] : [];
    });
    return caps.length > 0 ? lowestLimits([...limits, ...caps]) : limits;
  }

  /**
   * What is kept of a seat's acceptance says nothing of later than a send of now is judged. Throws InvitationsNeeded where
   * an answer lies beyond that.
   */
  checkReach(standing: Standing, { action }: Ask, answers: readonly (Instant | null)[]): void {
    if (action !== 'CONNECTION_REQUEST' || this.desk.loaded.invitations.has(standing.seatId)) return;
    const until = this.keptOf(standing.seatId)?.until ?? Infinity;
    if (answers.some((at) => at === null || at >= until)) this.needAll(standing);
  }

  /** All that was sent is looked at: for answers that may lie far ahead. */
  needAll({ seatId, course }: Standing): void {
    const { loaded } = this.desk;
    if (loaded.invitations.has(seatId)) return;
    const { agencyId, at } = loaded;
    const since = [course.at(at), ...course.after(at)].flatMap((policy) => {
      const terms = acceptanceTerms(policy);
      return terms ? [acceptanceSince(terms, at)] : [];
    });
    if (since.length === 0) return;
    throw new InvitationsNeeded({
      people: [],
      seats: [{ agencyId, seatId, since: Math.min(...since) }],
    });
  }

  /** What is to be kept of how a seat's invitations are taken. */
  keptOf(seatId: string): KeptAcceptance | null {
    const known = this.kept.get(seatId);
    if (known !== undefined) return known;
    return acceptanceFromJson(this.desk.loaded.states.get(scopeName(seatScope(seatId))));
  }

  /** One that nobody answered yet is judged when it is old enough; whatever else changes, changes what is judged now. */
  charged(row: ChargeRow, recipientId: string): void {
    const { id, seat_id: seatId, effective_at: at } = row;
    if (row.voids === null) this.doneTo(seatId).sent.push({ id, recipientId, at, isJudged: true });
    const kept = this.keptOf(seatId);
    const isOpen = row.voids === null && this.desk.people.pendingSince(seatId, recipientId) === at;
    const terms = isOpen && kept ? this.termsNow(seatId) : null;
    if (!kept || !terms) {
      this.forget(seatId);
      return;
    }
    this.found.delete(seatId);
    this.kept.set(seatId, { ...kept, until: Math.min(kept.until, at + terms.judgedAfter) });
  }

  /** Somebody answered; a withdrawal is no answer. */
  engaged({ seatId, recipientId, kind, at }: Engaged): void {
    if (kind === 'INVITATION_WITHDRAWN') return;
    this.doneTo(seatId).answers.push({ recipientId, at, accepted: kind === 'INVITATION_ACCEPTED' });
    this.forget(seatId);
  }

  /** How they are taken from now on under a version of the policy, and those planned beside them. Throws InvitationsNeeded. */
  stepsOf(standing: Standing, policy: Policy, planned: readonly Instant[] = []): readonly AcceptanceStep[] {
    const { seatId } = standing;
    const { at, invitations } = this.desk.loaded;
    const terms = acceptanceTerms(policy);
    if (!terms) return [];
    const judgedBy = nameOfTerms(terms);
    const known = this.found.get(seatId)?.get(judgedBy);
    if (known && planned.length === 0) return known;
    const kept = this.keptOf(seatId);
    const read = invitations.get(seatId);
    const holds = kept?.judgedBy === judgedBy && at < kept.until && planned.length === 0;
    if (!read && kept && holds) return stepsFrom(kept.steps, at);
    if (!read) {
      this.needAll(standing);
      return [];
    }
    const { sent, answers } = this.doneTo(seatId);
    // Somebody may have answered before anybody told of the invitation: such answers were read with the person alone.
    const before = answersOf(sent, (recipientId) => this.desk.people.invited(seatId, recipientId).answers);
    const standingSends = [...read.sent, ...sent].filter(({ id }) => !this.desk.sends.isTakenOut(id));
    const allAnswers = [...read.answers, ...answers, ...before];
    const invited = invitedOf(standingSends, allAnswers);
    if (planned.length > 0) return acceptanceSteps([...invited, ...planned.map(unanswered)], terms, at);
    const steps = acceptanceSteps(invited, terms, at);
    this.found.set(seatId, new Map(this.found.get(seatId)).set(judgedBy, steps));
    const now = this.termsNow(seatId);
    if (now && nameOfTerms(now) === judgedBy) {
      this.kept.set(seatId, { judgedBy, until: at + terms.judgedAfter, steps });
      this.desk.change(seatScope(seatId));
    }
    return steps;
  }

  /** Since when they are taken so badly, or worse: by what was told in this pass now, or by time alone before it. */
  lowSince({ seatId, course }: Standing, bad: number): Instant {
    const { at, invitations } = this.desk.loaded;
    const terms = acceptanceTerms(course.at(at));
    const read = invitations.get(seatId);
    if (!terms || this.done.has(seatId)) return at;
    const steps = read
      ? acceptanceSteps(invitedOf(read.sent, read.answers), terms, at - terms.stopFor)
      : (this.keptOf(seatId)?.steps ?? []);
    const past = steps.filter(({ from }) => from <= at);
    const before = past.findLastIndex((step) => badness(step) < bad);
    return past[before + 1]?.from ?? at;
  }

  private forget(seatId: string): void {
    if (this.keptOf(seatId)) this.desk.change(seatScope(seatId));
    this.kept.set(seatId, null);
    this.found.delete(seatId);
  }

  /** Of the version in force. */
  private termsNow(seatId: string): AcceptanceTerms | null {
    const { loaded } = this.desk;
    return acceptanceTerms(standingOfSeat(loaded, seatId).course.at(loaded.at));
  }

  private doneTo(seatId: string): DoneToSeat {
    const known = this.done.get(seatId) ?? { sent: [], answers: [] };
    this.done.set(seatId, known);
    return known;
  }
}

function unanswered(sentAt: Instant): Invited {
  return { sentAt, answeredAt: null, acceptedAt: null };
}
