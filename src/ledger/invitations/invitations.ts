import type { RecipientsOfPass } from '../people/recipients-of-pass.js';
import type { Ask } from '../../quota/ask.js';
import type { ScopeBook } from '../../quota/book.js';
import { isRolling, type Scope } from '../../quota/counter.js';
import { limitsThrough, type Limit } from '../../quota/limit.js';
import { pendingLimit } from '../../quota/pending.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import {
  endsInvitation,
  isAboutInvitation,
  seatScope,
  type AboutInvitation,
  type Engaged,
} from './about-invitations.js';
import { AcceptanceOfPass } from './acceptance-of-pass.js';
import { InvitationsNeeded } from './invitation-reading.js';
import { standingOfSeat, type Loaded } from '../reading/reading.js';
import { Missing } from '../reading/needs.js';
import { scopeName } from '../reading/names.js';
import { isAmong, namedOf, NOT_NAMED } from '../../quota/opening-invitations.js';
import type { People } from '../people/people.js';
import { personName } from '../people/people-facts.js';
import type { Sends } from '../sends.js';
import type { Standing } from '../reading/standing.js';
import { lapsedAt, NobodysInvitations } from './nobodys-invitations.js';
import type { ChargeRow } from '../books/tables.js';
import type { Writes } from '../books/writes.js';

/** Where invitations are dealt with: a desk. */
interface Surroundings {
  readonly loaded: Loaded;
  readonly people: People;
  readonly sends: Pick<Sends, 'isTakenOut'>;
  readonly writes: Pick<Writes, 'invitationEnds'>;
  book(scope: Scope): ScopeBook;
  /** The state of a scope is to be kept. */
  change(scope: Scope): void;
  readonly recipients: Pick<RecipientsOfPass, 'isNew'>;
}

/** Earlier than all instants. */
const EVER = -1;

/** Invitations of seats in one pass: who has not answered yet, and how they are taken. */
export class InvitationsOfPass {
  readonly acceptance: AcceptanceOfPass;
  /** By how much the gauges changed of the seats whose invitations were looked at. */
  private readonly changes = new Map<string, number>();
  private readonly nobodys = new Map<string, NobodysInvitations>();

  constructor(private readonly desk: Surroundings) {
    this.acceptance = new AcceptanceOfPass(desk);
  }

  /**
   * A request with what its seat's invitations say of it under a version of the policy, and others that are planned and that
   * nobody answers. Throws InvitationsNeeded.
   */
  asked(standing: Standing, ask: Ask, policy: Policy, planned: readonly Instant[] = []): Ask {
    if (ask.action !== 'CONNECTION_REQUEST') return ask;
    const limits = this.acceptance.lowered(standing, ask.limits, planned);
    const acceptance = this.acceptance.stepsOf(standing, policy, planned);
    this.lookAt(standing.seatId);
    return { ...ask, limits, pending: this.pendingOf(standing), acceptance };
  }

  /** The gauges of a seat's pending invitations: one, unless a version to come lets an invitation live longer or shorter. */
  pendingOf({ seatId, limitMode, course }: Standing): Limit[] {
    return limitsThrough(course, this.desk.loaded.at, (policy) =>
      pendingLimit(policy, limitMode, seatScope(seatId)),
    );
  }

  /** What is due of a seat's invitations is to be told at the end of the pass. */
  lookAt(seatId: string): void {
    this.changes.set(seatId, this.changes.get(seatId) ?? 0);
  }

  /** The seats whose invitations were looked at, or changed. */
  seatsLookedAt(): readonly string[] {
    return [...this.changes.keys()];
  }

  /** By how much the gauge of a seat changed in this pass. */
  changeOf(seatId: string): number {
    return this.changes.get(seatId) ?? 0;
  }

  /** Has what is known of the invitations of some people read. Throws InvitationsNeeded where it isn't yet. */
  needPeople(asked: readonly { readonly seatId: string; readonly recipientId: string | null }[]): void {
    this.need(asked, []);
  }

  /** Has what some sends rest on read, all of it at once. Throws InvitationsNeeded where it isn't yet. */
  needFor(sends: readonly AboutInvitation[]): void {
    const about = sends.filter(({ action }) => isAboutInvitation(action));
    this.need(
      about,
      about.filter(({ recipientId }) => recipientId === null),
    );
  }

  private need(
    asked: readonly { readonly seatId: string; readonly recipientId: string | null }[],
    toNobody: readonly AboutInvitation[],
  ): void {
    const { agencyId, sentToNobody, standings } = this.desk.loaded;
    const unread = [...asked, ...toNobody].filter(({ seatId }) => !standings.has(seatId));
    if (unread.length > 0)
      throw new Missing(
        [],
        [],
        unread.map(({ seatId }) => ({ agencyId, seatId })),
      );
    const people = asked.flatMap(({ seatId, recipientId }) =>
      recipientId === null || this.isRead(seatId, recipientId) ? [] : [{ agencyId, seatId, recipientId }],
    );
    const reaches = [
      ...asked.map(({ seatId }) => ({ seatId, since: this.reachOfNames(seatId) })),
      ...toNobody.map((send) => ({ seatId: send.seatId, since: this.reachOf(send) })),
    ];
    const nobodys = reaches.flatMap(({ seatId, since }) =>
      since >= (sentToNobody.get(seatId)?.since ?? Infinity)
        ? []
        : [{ agencyId, seatId, since, life: this.lifeOf(seatId) }],
    );
    if (people.length + nobodys.length > 0) throw new InvitationsNeeded({ people, seats: [], nobodys });
  }

  /** After which instant invitations to nobody in particular are to be read for a send of them, or a withdrawal. */
  private reachOf({ seatId, action, at, voids }: AboutInvitation): Instant {
    if (action === 'CONNECTION_REQUEST') return at - 1;
    // A withdrawal that is taken out gives back what it took, whichever policy it took them under.
    return voids === null ? this.lapsedAt(seatId, at) : EVER;
  }

  /** The same for a send, or an answer, to somebody: who may be one of those that the seat's opening number is of. */
  private reachOfNames(seatId: string): Instant {
    const { at, count } = standingOfSeat(this.desk.loaded, seatId).opening;
    if (count === 0) return Infinity;
    return at > this.lapsedAt(seatId, this.desk.loaded.at) || at > this.gaugeTail(seatId) ? at - 1 : Infinity;
  }

  /** A gauge that nobody has asked for since holds what has lapsed by now: it leaves when it is asked for, as it is by then. */
  private gaugeTail(seatId: string): Instant {
    const scope = seatScope(seatId);
    const isKept = this.desk.loaded.states.has(scopeName(scope));
    const counters = isKept ? this.desk.book(scope).opened() : [];
    const tails = counters.flatMap(({ counter, tally }) =>
      counter.unanswered && isRolling(tally) ? [tally.tail] : [],
    );
    return Math.min(...tails);
  }

  private lifeOf(seatId: string): number {
    const { at } = this.desk.loaded;
    return at - this.lapsedAt(seatId, at);
  }

  private lapsedAt(seatId: string, at: Instant): Instant {
    return lapsedAt(standingOfSeat(this.desk.loaded, seatId).course.at(at), at);
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
      this.needFor([{ seatId, recipientId, action: row.action, at, voids: row.voids }]);
      note();
      this.chargeNobodys(row);
      return;
    }
    this.around(seatId, recipientId, note);
    if (isInvitation) this.acceptance.charged(row, recipientId);
  }

  /** Notes an answer, and lets the gauge follow. Throws InvitationsNeeded. */
  engaged(engaged: Engaged, note: () => void): void {
    const { seatId, recipientId, kind } = engaged;
    if (!endsInvitation(kind)) {
      note();
      return;
    }
    this.around(seatId, recipientId, note);
    this.lookAt(seatId);
    this.acceptance.engaged(engaged);
  }

  private chargeNobodys(row: ChargeRow): void {
    const { agency_id, seat_id, id, voids, effective_at: at, count } = row;
    const nobodys = this.nobodysOf(seat_id);
    if (row.action === 'CONNECTION_REQUEST') nobodys.send({ id, at, count });
    else if (voids !== null) nobodys.undo(voids);
    else {
      const by = { agency_id, seat_id, ended_by: id, ended_at: at };
      const ended = nobodys.withdraw({ id, at, count }, this.lapsedAt(seat_id, at));
      const rows = ended.map((end) => ({ ...by, sent_at: end.at, count: end.count }));
      this.desk.writes.invitationEnds.push(...rows);
    }
  }

  private nobodysOf(seatId: string): NobodysInvitations {
    const { sentToNobody } = this.desk.loaded;
    const pend = (at: Instant, count: number): void => this.pend(seatId, at, count);
    const known = this.nobodys.get(seatId) ?? new NobodysInvitations(sentToNobody.get(seatId)!, pend);
    this.nobodys.set(seatId, known);
    return known;
  }

  private pend(seatId: string, at: Instant, count: number): void {
    const { loaded } = this.desk;
    this.desk.book(seatScope(seatId)).pend(at, count);
    this.lookAt(seatId);
    if (at <= this.lapsedAt(seatId, loaded.at)) return;
    this.changes.set(seatId, this.changeOf(seatId) + count);
  }

  private around(seatId: string, recipientId: string, note: () => void): void {
    this.needPeople([{ seatId, recipientId }]);
    const before = this.standingOf(seatId, recipientId);
    note();
    const after = this.standingOf(seatId, recipientId);
    if (before.named.listed !== after.named.listed || before.named.ended !== after.named.ended) {
      this.nobodysOf(seatId).name(before.named, after.named);
      this.desk.change(seatScope(seatId));
    }
    if (before.since === after.since) return;
    if (before.since !== null) this.pend(seatId, before.since, -1);
    if (after.since !== null) this.pend(seatId, after.since, 1);
    this.desk.change(seatScope(seatId));
  }

  /** Since when an invitation to a person is pending that counts by itself, and how the person stands to the opening number. */
  private standingOf(seatId: string, recipientId: string) {
    const opening = standingOfSeat(this.desk.loaded, seatId).opening;
    const invited = this.desk.people.invited(seatId, recipientId);
    const { pending } = invited;
    const since = pending && !isAmong(pending, opening) ? pending.at : null;
    if (this.reachOfNames(seatId) === Infinity) return { since, named: NOT_NAMED };
    return { since, named: namedOf(opening, invited, opening.at - this.lifeOf(seatId)) };
  }

  private isRead(seatId: string, recipientId: string): boolean {
    const { loaded } = this.desk;
    const name = personName(seatId, recipientId);
    return loaded.invited.has(name) || this.desk.recipients.isNew(recipientId);
  }
}
