import type { DoNotContactKind, PersonFacts, PersonHold } from '../../quota/person.js';
import { latest, unlessSince } from '../../quota/instants.js';
import { MATCH_WITHIN_MS } from '../../quota/matching.js';
import type { Instant } from '../../quota/window.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import { endsInvitation, ENDS_INVITATION } from '../invitations/about-invitations.js';
import { InvitedPeople, type InvitedPerson } from '../invitations/invited-person.js';
import { ContactsOfPass } from './contacts-of-pass.js';
import type { ReservationFacts } from '../reading/facts.js';
import type { Loaded } from '../reading/reading.js';
import {
  MESSAGES,
  nothingRead,
  personName,
  type Mark,
  type PersonRead,
  type SendToPerson,
} from './people-facts.js';
import { markKeysOf, markName } from './marks.js';
import { spansOf } from './person-spans.js';
import type { Question, Recipient } from '../requests.js';
import type { Standing } from '../reading/standing.js';
import type { ChargeRow } from '../books/tables.js';

/** What ends the wait for an InMail's answer. */
export const ENDS_INMAIL = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED'] as const;
/** What the same answers, where it is no invitation. */
const WRITES = ['INMAIL', ...MESSAGES] as const;
const ANSWERS_INVITATION = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED'] as const;
const DECLINES = ['INVITATION_DECLINED', 'INMAIL_DECLINED', 'OPTED_OUT'] as const;

/** The narrowest first. */
const MARK_KINDS: readonly DoNotContactKind[] = ['PERSON', 'COMPANY', 'DOMAIN'];

interface EngagementHere {
  readonly id: string;
  readonly clientAccountId: string;
  readonly kind: EngagementKind;
  /** When it counts, and when it was told to have been. */
  readonly at: Instant;
  readonly toldAt: Instant;
}

/** What is known of seats and people in one pass: what was read of them, and what the requests before did. */
export class People {
  private readonly done = new Map<string, PersonRead>();
  private readonly reservations = new Map<string, ReservationFacts>();
  private readonly ended = new Set<string>();
  private readonly marked = new Map<string, Mark[]>();
  private readonly engagements = new Map<string, EngagementHere[]>();
  private readonly ids: ReadonlyMap<string, readonly string[]>;
  private readonly invitedPeople: InvitedPeople;

  /** Between client accounts. */
  readonly contacts: ContactsOfPass;

  constructor(
    private readonly loaded: Loaded,
    private readonly isTakenOut: (chargeId: string) => boolean,
  ) {
    const ofReservations = [...loaded.reservations.values()].flatMap(
      ({ recipientId: id, samePerson: ids }) => (ids ? [{ id, ids }] : []),
    );
    const known = [...ofReservations, ...loaded.recipients.values()];
    this.ids = new Map(known.map(({ id, ids }) => [id, ids]));
    const readsOf = (name: string) =>
      [loaded.invited.get(name), this.done.get(name)].flatMap((read) => read ?? []);
    this.invitedPeople = new InvitedPeople(readsOf, isTakenOut);
    this.contacts = new ContactsOfPass(loaded, isTakenOut, (recipientId) => this.idsOf(recipientId));
  }

  /** Of all who are the same person, the one that is asked for first: by whichever of them, it is the person's. */
  idsOf(recipientId: string): readonly string[] {
    return [recipientId, ...(this.ids.get(recipientId) ?? []).filter((id) => id !== recipientId)];
  }

  /** Of all who are the same person, the one that stands for all. */
  personOf(recipientId: string): string {
    return this.ids.get(recipientId)?.[0] ?? recipientId;
  }

  /** All that a request of a seat about a person is judged by. */
  factsOf(
    standing: Standing,
    recipientId: string,
    asked: Pick<Question, 'degree' | 'openProfile' | 'isReply'> & { readonly recipient: Recipient },
  ): PersonFacts {
    const reads = this.reads(standing.seatId, recipientId);
    const isConnected = connectedAt(reads) !== null || newest(reads, ['INVITATION_ACCEPTED']) !== null;
    const known = isConnected ? 'FIRST' : 'UNKNOWN';
    return {
      // What the caller knows is of now: nothing in the books is newer.
      degree: asked.degree === 'UNKNOWN' ? known : asked.degree,
      openProfile: asked.openProfile,
      isReply: asked.isReply,
      ...this.sentTo(reads),
      declined: newest(reads, DECLINES) !== null,
      holds: this.holdsOf(reads),
      doNotContact: this.markOn(standing, recipientId, asked.recipient),
      spans: spansOf(standing.course.at(this.loaded.at)),
    };
  }

  private sentTo(reads: readonly PersonRead[]): Pick<PersonFacts, 'invitedAt' | 'withdrawnAt' | 'inmailAt'> {
    const last = (action: Action) => latest(this.sendsIn(reads, action).map(({ at }) => at));
    const withdrawnAt = latest([last('INVITATION_WITHDRAWAL'), newest(reads, ['INVITATION_WITHDRAWN'])]);
    const answeredAt = latest([newest(reads, ENDS_INVITATION), withdrawnAt, connectedAt(reads)]);
    return {
      invitedAt: unlessSince(last('CONNECTION_REQUEST'), answeredAt),
      withdrawnAt,
      inmailAt: unlessSince(last('INMAIL'), newest(reads, ENDS_INMAIL)),
    };
  }

  /** Whether anything that the seat sent to the person lately was answered by nobody: a withdrawal is no answer. */
  isUnanswered(seatId: string, recipientId: string): boolean {
    const reads = this.reads(seatId, recipientId);
    const messages = reads.flatMap((read) => read.messages).filter(({ id }) => !this.isTakenOut(id));
    const written = [...messages, ...WRITES.flatMap((action) => this.sendsIn(reads, action))];
    const invited = this.sendsIn(reads, 'CONNECTION_REQUEST');
    const accepted = latest([newest(reads, ANSWERS_INVITATION), connectedAt(reads)]);
    return [
      unlessSince(latest(written.map(({ at }) => at)), newest(reads, ENDS_INMAIL)),
      unlessSince(latest(invited.map(({ at }) => at)), accepted),
    ].some((at) => at !== null);
  }

  /** When the person was sent the invitation that is pending; null where none is. */
  pendingSince(seatId: string, recipientId: string): Instant | null {
    return this.invited(seatId, recipientId).pending?.at ?? null;
  }

  /** Of all who are the same person, the one whose invitation is pending: what is pending is counted by whom it was sent to. */
  invitedAs(seatId: string, recipientId: string): string {
    return this.idsOf(recipientId).find((id) => this.pendingSince(seatId, id) !== null) ?? recipientId;
  }

  /** All that is known of a seat's invitations to a person. */
  invited(seatId: string, recipientId: string): InvitedPerson {
    return this.invitedPeople.of(seatId, recipientId);
  }

  /** Active seats of the same client account that are connected to the person and may write to them, the newest tie first. */
  connectedSeats(seatId: string, recipientId: string): readonly string[] {
    const read = this.loaded.people.get(personName(seatId, recipientId));
    const isLeftAlone = (id: string): boolean => read?.marks.some(({ scopeId }) => scopeId === id) ?? false;
    return (read?.connectedSeatIds ?? []).filter((id) => !isLeftAlone(id));
  }

  /** The mark that keeps a person from being contacted by a seat: its own, its client account's or the agency's. */
  markOn(standing: Standing, recipientId: string, recipient: Recipient): DoNotContactKind | null {
    const named = markKeysOf({ key: recipient.key, employers: recipient.employers ?? [] });
    const marks = [
      ...named.flatMap((key) => this.loaded.marks.get(markName(key)) ?? []),
      ...(this.loaded.people.get(personName(standing.seatId, recipientId))?.marks ?? []),
      ...this.marksHere(recipientId),
    ];
    const scopes = [standing.agencyId, standing.clientAccountId, standing.seatId];
    const binding = marks.filter(({ scopeId }) => scopes.includes(scopeId)).map(({ kind }) => kind);
    return MARK_KINDS.find((kind) => binding.includes(kind)) ?? null;
  }

  /** Takes note of a send that counts from now on. */
  charged(row: ChargeRow): void {
    this.contacts.charged(row);
    if (row.recipient_id === null) return;
    this.invitedPeople.forget(row.seat_id, row.recipient_id);
    if (row.voids !== null) return;
    const { id, action, client_account_id: clientAccountId, effective_at: at } = row;
    this.of(row.seat_id, row.recipient_id).sends.push({ id, action, clientAccountId, at });
  }

  held(reservation: ReservationFacts): void {
    const { id, seatId, recipientId, action, expiresAt: at } = reservation;
    this.reservations.set(id, reservation);
    this.contacts.hold(reservation);
    this.of(seatId, recipientId).holds.push({ id, action, at });
  }

  /** Takes note of an answer. */
  engaged(seatId: string, recipientId: string, engagement: EngagementHere): void {
    const { engagements, ends } = this.of(seatId, recipientId);
    const { kind, clientAccountId, at } = engagement;
    if (endsInvitation(kind)) ends.push({ kind, clientAccountId, at });
    this.invitedPeople.forget(seatId, recipientId);
    engagements.set(kind, Math.max(at, engagements.get(kind) ?? at));
    const name = personName(seatId, recipientId);
    this.engagements.set(name, [...(this.engagements.get(name) ?? []), engagement]);
  }

  /** The same answer, told by requests before, for whichever client account each. */
  engagementsHere(
    seatId: string,
    recipientId: string,
    { kind, occurredAt }: { readonly kind: EngagementKind; readonly occurredAt: Instant },
  ): readonly EngagementHere[] {
    const told = this.idsOf(recipientId).flatMap((id) => this.engagements.get(personName(seatId, id)) ?? []);
    return told.filter((one) => one.kind === kind && Math.abs(one.toldAt - occurredAt) <= MATCH_WITHIN_MS);
  }

  /** What was sent to the person by some actions, whoever had the seat then. */
  sendsBy(seatId: string, recipientId: string, actions: readonly Action[]): SendToPerson[] {
    return actions.flatMap((action) => this.sends(seatId, recipientId, action));
  }

  /** The InMails to the person that went out by an instant, the newest first. */
  inMails(seatId: string, recipientId: string, until: Instant): SendToPerson[] {
    const sent = this.sends(seatId, recipientId, 'INMAIL').filter(({ at }) => at <= until);
    return sent.toSorted((one, other) => other.at - one.at);
  }

  /** What requests before have sent to the person. */
  sentHere(seatId: string, recipientId: string): readonly SendToPerson[] {
    return this.doneTo(seatId, recipientId).flatMap((done) => done.sends);
  }

  /** Marks a person; false where a request before has done so. */
  mark(recipientId: string, mark: Mark): boolean {
    const isSame = ({ kind, scopeId }: Mark) => kind === mark.kind && scopeId === mark.scopeId;
    if (this.marksHere(recipientId).some(isSame)) return false;
    this.marked.set(recipientId, [...(this.marked.get(recipientId) ?? []), mark]);
    return true;
  }

  private marksHere(recipientId: string): Mark[] {
    return this.idsOf(recipientId).flatMap((id) => this.marked.get(id) ?? []);
  }

  /** What is under way to a person for a client account, from whichever seat, and from a seat, for whomever; null for no seat. */
  liveHoldsOf(
    recipientId: string,
    by: Pick<Standing, 'clientAccountId'> & { readonly seatId: string | null },
  ): ReservationFacts[] {
    const ofPerson = this.idsOf(recipientId);
    const here = [...this.reservations.values()].filter((hold) => ofPerson.includes(hold.recipientId));
    return [...(this.loaded.holdsOfPeople.get(recipientId) ?? []), ...here].filter(
      (hold) =>
        (hold.clientAccountId === by.clientAccountId || hold.seatId === by.seatId) &&
        hold.expiresAt > this.loaded.at &&
        !this.ended.has(hold.id),
    );
  }

  unheld(reservationId: string): void {
    this.ended.add(reservationId);
    this.contacts.unhold(reservationId);
  }

  private of(seatId: string, recipientId: string): PersonRead {
    const name = personName(seatId, recipientId);
    const known = this.done.get(name) ?? nothingRead();
    this.done.set(name, known);
    return known;
  }

  private reads(seatId: string, recipientId: string): PersonRead[] {
    const read = this.loaded.people.get(personName(seatId, recipientId)) ?? [];
    return [read, ...this.doneTo(seatId, recipientId)].flat();
  }

  private doneTo(seatId: string, recipientId: string): PersonRead[] {
    return this.idsOf(recipientId).flatMap((id) => this.done.get(personName(seatId, id)) ?? []);
  }

  private sends(seatId: string, recipientId: string, action: Action): SendToPerson[] {
    return this.sendsIn(this.reads(seatId, recipientId), action);
  }

  private sendsIn(reads: readonly PersonRead[], action: Action): SendToPerson[] {
    return reads
      .flatMap(({ sends }) => sends)
      .filter((send) => send.action === action && !this.isTakenOut(send.id));
  }

  private holdsOf(reads: readonly PersonRead[]): PersonHold[] {
    return reads
      .flatMap(({ holds }) => holds)
      .filter(({ id, at }) => at > this.loaded.at && !this.ended.has(id))
      .map(({ action, at: expiresAt }) => ({ action, expiresAt }));
  }
}

function newest(reads: readonly PersonRead[], kinds: readonly EngagementKind[]): Instant | null {
  return latest(reads.flatMap(({ engagements }) => kinds.map((kind) => engagements.get(kind) ?? null)));
}

function connectedAt(reads: readonly PersonRead[]): Instant | null {
  return latest(reads.map((read) => read.connectedAt));
}
