import { tailAt, type Counter, type Tally } from './counter.js';
import { SumsOverTime } from './hindsight.js';
import {
  endOf,
  newestOf,
  peopleOf,
  type KnownBy,
  type PastEnd,
  type PastInvitation,
  type PastWithdrawal,
  type PersonInvited,
  type Stay,
} from './invited-past.js';
import { isAmong, type OpeningInvitations } from './opening-invitations.js';
import { OpeningPast } from './opening-past.js';
import { SECOND, type Instant } from './window.js';

/** What the books hold of a seat's invitations over the time that is asked for. */
export interface InvitationsPast {
  readonly invitations: readonly PastInvitation[];
  readonly ends: readonly PastEnd[];
  readonly withdrawals: readonly PastWithdrawal[];
  readonly opening: OpeningInvitations;
}

/**
 * The gauge of a seat's pending invitations at any instant of the past. A person has one at most, the newest, unless it was
 * answered or withdrawn since; an invitation without a person stays until it lapses, or a withdrawal took it that named nobody
 * either. Whom an archive names of before the seat was added is among the number of then (opening-invitations.ts).
 */
export class PendingPast {
  private readonly people: ReadonlyMap<string, PersonInvited>;
  private readonly personOf = new Map<string, PersonInvited>();
  /** What the charges that named nobody added to the gauge, or took from it, at their instant. */
  private readonly nameless = new Map<string, number>();
  private readonly opening: OpeningPast;
  /** What came, and what left again, each with all that did before it. */
  private readonly came: SumsOverTime;
  private readonly left: SumsOverTime;

  constructor(
    private readonly gauge: Counter,
    private readonly past: InvitationsPast,
  ) {
    const { invitations, ends, withdrawals, opening } = past;
    this.people = peopleOf(invitations, ends);
    for (const { chargeId, personId } of [...invitations, ...ends]) {
      if (chargeId !== null && personId !== null) this.personOf.set(chargeId, this.people.get(personId)!);
    }
    const isOfOpening = ({ sentAt }: PastWithdrawal): boolean => opening.count > 0 && sentAt === opening.at;
    const ofOpening = withdrawals.filter(isOfOpening);
    this.opening = new OpeningPast(opening, this.lapsesAfter, this.people.values(), ofOpening);
    const stays = [
      ...[...this.people.values()].flatMap((person) => this.staysOf(person)),
      ...this.namelessStays(withdrawals.filter((one) => !isOfOpening(one))),
    ];
    this.came = new SumsOverTime(stays.map(({ from, count }) => ({ at: from, count })));
    this.left = new SumsOverTime(stays.map(({ until, count }) => ({ at: until, count })));
  }

  /** As it stood at an instant, where some charges of that very instant were made only behind it. */
  tallyAt(at: Instant, notYet: ReadonlySet<string>): Tally {
    const people = new Set([...notYet].flatMap((chargeId) => this.personOf.get(chargeId) ?? []));
    const ofOpening = this.opening.pendingAt(at, notYet, people);
    const used = ofOpening + this.came.until(at) - this.left.until(at) - this.behind(at, notYet, people);
    const { window } = this.gauge;
    if (window.kind !== 'ROLLING') throw new Error('Invitations lapse after a time.');
    const tail = tailAt(window, at);
    return { used, tail, first: used === 0 ? null : tail };
  }

  private behind(at: Instant, notYet: ReadonlySet<string>, people: Iterable<PersonInvited>): number {
    let behind = 0;
    for (const chargeId of notYet) behind += this.nameless.get(chargeId) ?? 0;
    for (const person of people) {
      behind += this.pendingOf(person, { at, notYet: NOTHING }) - this.pendingOf(person, { at, notYet });
    }
    return behind;
  }

  /** How many invitations of a person were pending by themselves, as far as it was known: one, or none. */
  private pendingOf(person: PersonInvited, known: KnownBy): number {
    const newest = newestOf(person, known);
    return newest && known.at < this.stayUntil(newest, endOf(newest, person, known)) ? 1 : 0;
  }

  /** From when until when each invitation of a person was pending that counts by itself, in order. */
  private staysOf(person: PersonInvited): Stay[] {
    return person.invitations.map((invitation, index) => {
      const next = person.invitations[index + 1]?.at ?? Infinity;
      const until = this.stayUntil(invitation, Math.min(next, endOf(invitation, person)));
      return { from: invitation.at, until, count: 1 };
    });
  }

  /** Until when an invitation to a person was pending that something ended at an instant. */
  private stayUntil(invitation: PastInvitation, endedAt: Instant): Instant {
    const { opening } = this.past;
    const counted = isAmong(invitation, opening) ? opening.at : Infinity;
    return Math.min(invitation.at + this.lapsesAfter, counted, endedAt);
  }

  /** Those of nobody in particular: of an instant so many were withdrawn, each at its own, and the rest lapses. */
  private namelessStays(withdrawals: readonly PastWithdrawal[]): Stay[] {
    const left = new Map<Instant, number>();
    for (const { personId, chargeId, at, count } of this.past.invitations) {
      if (personId !== null) continue;
      this.nameless.set(chargeId, count);
      left.set(at, (left.get(at) ?? 0) + count);
    }
    const withdrawn = withdrawals.map(({ chargeId, at: until, sentAt: from, count: told }): Stay => {
      // More than there were is withdrawn where some were taken out of the books afterwards.
      const count = Math.min(told, left.get(from) ?? 0);
      left.set(from, (left.get(from) ?? 0) - count);
      this.nameless.set(chargeId, (this.nameless.get(chargeId) ?? 0) - count);
      return { from, until, count };
    });
    const lapsed = [...left].map(([from, count]) => ({ from, until: from + this.lapsesAfter, count }));
    return [...withdrawn, ...lapsed];
  }

  private get lapsesAfter(): number {
    return this.gauge.window.kind === 'ROLLING' ? this.gauge.window.seconds * SECOND : Infinity;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
