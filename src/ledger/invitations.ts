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
} from '../quota/acceptance.js';
import type { Ask } from '../quota/ask.js';
import type { ScopeBook } from '../quota/book.js';
import type { Scope } from '../quota/counter.js';
import { limitsThrough, lowestLimits, type Limit } from '../quota/limit.js';
import { pendingLimit } from '../quota/pending.js';
import type { Policy } from '../quota/policy/index.js';
import type { Instant } from '../quota/window.js';
import type { Action, EngagementKind } from '../quota/words.js';
import { acceptanceFromJson, type KeptAcceptance } from './acceptance-state.js';
import { invitedOf } from './invited.js';
import { InvitationsNeeded, type InvitationAnswer, type SentInvitation } from './invitation-reading.js';
import { courseOf, scopeName, type Loaded } from './loaded.js';
import type { People } from './people.js';
import { personName } from './people-facts.js';
import type { Sends } from './sends.js';
import type { Standing } from './standing.js';
import type { ChargeRow } from './tables.js';

/** Where invitations are dealt with: a desk. */
interface Surroundings {
  readonly loaded: Loaded;
  readonly people: People;
  readonly sends: Pick<Sends, 'isTakenOut'>;
  book(scope: Scope): ScopeBook;
  /** The state of a scope is to be kept. */
  change(scope: Scope): void;
  isNewRecipient(recipientId: string): boolean;
}

/** What requests before did to the invitations of a seat. */
interface DoneToSeat {
  readonly sent: SentInvitation[];
  readonly answers: InvitationAnswer[];
}

/** Invitations of seats in one pass: who has not answered yet, and how they are taken. */
export class InvitationsOfPass {
  private readonly done = new Map<string, DoneToSeat>();
  /** Null where what was kept holds no more. */
  private readonly kept = new Map<string, KeptAcceptance | null>();
  /** By the seat, and by the numbers that it is judged by. */
  private readonly found = new Map<string, Map<string, readonly AcceptanceStep[]>>();

  constructor(private readonly desk: Surroundings) {}

  /**
   * A request with what its seat's invitations say of it under a version of the policy, and others that are planned and that
   * nobody answers. Throws InvitationsNeeded.
   */
  asked(standing: Standing, ask: Ask, policy: Policy, planned: readonly Instant[] = []): Ask {
    if (ask.action !== 'CONNECTION_REQUEST') return ask;
    const limits = this.lowered(standing, ask.limits, planned);
    const acceptance = this.stepsOf(standing, policy, planned);
    return { ...ask, limits, pending: this.pendingOf(standing), acceptance };
  }

  /** The gauges of a seat's pending invitations: one, unless a version to come lets an invitation live longer or shorter. */
  pendingOf({ seatId, limitMode, course }: Standing): Limit[] {
    return limitsThrough(course, this.desk.loaded.at, (policy) =>
      pendingLimit(policy, limitMode, seatScope(seatId)),
    );
  }

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

  /** Has what is known of the invitations of some people read. Throws InvitationsNeeded where it isn't yet. */
  needPeople(asked: readonly { readonly seatId: string; readonly recipientId: string | null }[]): void {
    const { agencyId } = this.desk.loaded;
    const people = asked.flatMap(({ seatId, recipientId }) =>
      recipientId === null || this.isRead(seatId, recipientId) ? [] : [{ agencyId, seatId, recipientId }],
    );
    if (people.length > 0) throw new InvitationsNeeded({ people, seats: [] });
  }

  /** Notes a send, or takes one out, and lets the gauge follow. Throws InvitationsNeeded. */
  charged(row: ChargeRow, note: () => void): void {
    const isInvitation = row.action === 'CONNECTION_REQUEST';
    if (!isAboutInvitation(row.action)) {
      note();
      return;
    }
    const { seat_id: seatId, recipient_id: recipientId, effective_at: at } = row;
    if (recipientId === null) {
      note();
      if (isInvitation) this.desk.book(seatScope(seatId)).pend(at, row.count);
      return;
    }
    this.around(seatId, recipientId, note);
    if (isInvitation) this.judge(row, recipientId);
  }

  /** Notes an answer, and lets the gauge follow. Throws InvitationsNeeded. */
  engaged({ seatId, recipientId, kind, at }: Engaged, note: () => void): void {
    if (!endsInvitation(kind)) {
      note();
      return;
    }
    this.around(seatId, recipientId, note);
    if (kind === 'INVITATION_WITHDRAWN') return;
    this.doneTo(seatId).answers.push({ recipientId, at, accepted: kind === 'INVITATION_ACCEPTED' });
    this.forget(seatId);
  }

  /** What is to be kept of how a seat's invitations are taken. */
  keptOf(seatId: string): KeptAcceptance | null {
    const known = this.kept.get(seatId);
    if (known !== undefined) return known;
    return acceptanceFromJson(this.desk.loaded.states.get(scopeName(seatScope(seatId))));
  }

  private around(seatId: string, recipientId: string, note: () => void): void {
    this.needPeople([{ seatId, recipientId }]);
    const { people } = this.desk;
    const before = people.pendingSince(seatId, recipientId);
    note();
    const after = people.pendingSince(seatId, recipientId);
    if (before === after) return;
    const scope = seatScope(seatId);
    const book = this.desk.book(scope);
    if (before !== null) book.pend(before, -1);
    if (after !== null) book.pend(after, 1);
    this.desk.change(scope);
  }

  /** One that nobody answered yet is judged when it is old enough; whatever else changes, changes what is judged now. */
  private judge(row: ChargeRow, recipientId: string): void {
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

  private forget(seatId: string): void {
    if (this.keptOf(seatId)) this.desk.change(seatScope(seatId));
    this.kept.set(seatId, null);
    this.found.delete(seatId);
  }

  private stepsOf(
    standing: Standing,
    policy: Policy,
    planned: readonly Instant[],
  ): readonly AcceptanceStep[] {
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
    const standingSends = [...read.sent, ...sent].filter(({ id }) => !this.desk.sends.isTakenOut(id));
    const invited = invitedOf(standingSends, [...read.answers, ...answers]);
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

  /** Of the version in force. */
  private termsNow(seatId: string): AcceptanceTerms | null {
    const { loaded } = this.desk;
    return acceptanceTerms(courseOf(loaded, seatId).at(loaded.at));
  }

  private isRead(seatId: string, recipientId: string): boolean {
    const { loaded } = this.desk;
    const name = personName(seatId, recipientId);
    return loaded.invited.has(name) || this.desk.isNewRecipient(recipientId);
  }

  private doneTo(seatId: string): DoneToSeat {
    const known = this.done.get(seatId) ?? { sent: [], answers: [] };
    this.done.set(seatId, known);
    return known;
  }
}

interface Engaged {
  readonly seatId: string;
  readonly recipientId: string;
  readonly kind: EngagementKind;
  readonly at: Instant;
}

const ENDS_INVITATION: readonly EngagementKind[] = [
  'INVITATION_ACCEPTED',
  'INVITATION_DECLINED',
  'INVITATION_WITHDRAWN',
];

/** Whether it makes an invitation or ends one. */
export function isAboutInvitation(action: Action): boolean {
  return action === 'CONNECTION_REQUEST' || action === 'INVITATION_WITHDRAWAL';
}

/** Whether it is about an invitation, which it takes out of the seat's gauge. */
export function endsInvitation(kind: EngagementKind): boolean {
  return ENDS_INVITATION.includes(kind);
}

function unanswered(sentAt: Instant): Invited {
  return { sentAt, answeredAt: null, acceptedAt: null };
}

function seatScope(seatId: string): Scope {
  return { kind: 'SEAT', id: seatId };
}
