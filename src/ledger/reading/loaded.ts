import type { Entries, LiveHold } from '../../quota/book.js';
import type { ZoneFrom } from '../../quota/calendar.js';
import type { Counter, Scope } from '../../quota/counter.js';
import type { Limit } from '../../quota/limit.js';
import type { Send } from '../../quota/matching.js';
import type { RecordedDay } from '../../quota/outside-use.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Authority } from './authority.js';
import type { CreditsRead } from '../credits/credit-reading.js';
import type {
  ChargeFacts,
  KeptKey,
  KnownRecipient,
  RecipientKey,
  ReservationFacts,
  SendsTo,
  Whereabouts,
} from './facts.js';
import type { InvitationsRead } from '../invitations/invitation-reading.js';
import type { EngagementKnown, FirstSend } from '../people/engagement-facts.js';
import type { Mark, PersonRead } from '../people/people-facts.js';
import type { PaceRead } from './paces.js';
import type { OpeningInvitations } from '../../quota/opening-invitations.js';
import type { ResponsesRead } from '../invitations/response-reading.js';
import type { EntriesQuestion, SumQuestion } from './scopes.js';
import type { DayFacts, DayLook, DayQuestion } from '../alerts/seat-days.js';
import type { CampaignStanding, SeatRef, Standing } from './standing.js';
import type { OpenCounter, StateJson } from '../books/state.js';
import type { ContactsRead } from '../people/pooled-contacts.js';
import type { SentToNobody } from '../invitations/nobodys-invitations.js';
import type { KnownText } from '../texts/text-sends.js';
import type { Writings, WritingsQuestion } from '../texts/writings.js';

/** What was read of one agency under its lock. Grows while a batch finds out what it needs; a desk only reads it. */
export interface Loaded {
  readonly agencyId: string;
  /** The instant that the agency's requests are decided at. */
  readonly at: Instant;
  /** The last instant in the books before this one. */
  readonly lastAt: Instant;
  readonly standings: ReadonlyMap<string, Standing>;
  /** Campaigns that have ended and that somebody names, by campaignName(). */
  readonly endedCampaigns: ReadonlyMap<string, CampaignStanding>;
  /** Those of scopes that were read without a seat, by scopeName(). */
  readonly scopeLimits: ReadonlyMap<string, readonly Limit[]>;
  /** By the seat. */
  readonly paces: ReadonlyMap<string, PaceRead>;
  /** By scopeName(), as all that is of a scope. */
  readonly zones: ReadonlyMap<string, readonly ZoneFrom[]>;
  /** The keys of the counters that some limit needs; a scope that is not here keeps all of its counters. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly authorities: ReadonlyMap<string, Authority>;
  /** By the caller's own key. */
  readonly keys: ReadonlyMap<string, KeptKey>;
  /** By recipientName(). */
  readonly recipients: ReadonlyMap<string, KnownRecipient>;
  readonly reservations: ReadonlyMap<string, ReservationFacts>;
  /** The send that a reservation became, by the reservation; of those alone that a record names. */
  readonly reservationCharges: ReadonlyMap<string, string>;
  readonly charges: ReadonlyMap<string, ChargeFacts>;
  /** By personName(). */
  readonly people: ReadonlyMap<string, PersonRead>;
  /** What is known of invitations to people, by personName(). */
  readonly invited: ReadonlyMap<string, PersonRead>;
  /** All invitations that a seat's acceptance is judged by, where it was looked at, by the seat. */
  readonly invitations: ReadonlyMap<string, InvitationsRead>;
  /** What was sent to nobody in particular, by the seat. */
  readonly sentToNobody: ReadonlyMap<string, SentToNobody>;
  /** The InMails that a seat's answers are judged by, where somebody looked, by the seat. */
  readonly responses: ReadonlyMap<string, ResponsesRead>;
  /** What client accounts that pool their contacts did, by contactName(), where somebody looked. */
  readonly contacts: ReadonlyMap<string, ContactsRead>;
  /** By markName(). */
  readonly marks: ReadonlyMap<string, readonly Mark[]>;
  /** The first sends of seats to people who answered, by personName(). */
  readonly firstSends: ReadonlyMap<string, readonly FirstSend[]>;
  /** The same engagement, where it is known, by engagementName(): of whichever client account each. */
  readonly engagements: ReadonlyMap<string, readonly EngagementKnown[]>;
  /** Live ones of people who opted out, by whichever address, by the recipient who was asked for. */
  readonly holdsOfPeople: ReadonlyMap<string, readonly ReservationFacts[]>;
  readonly sources: ReadonlyMap<string, string>;
  /** Those that may be nearly the same, by the text that is asked about. */
  readonly texts: ReadonlyMap<string, readonly KnownText[]>;
  /** By writingsName(). */
  readonly writings: ReadonlyMap<string, Writings>;
  /** Sends that records may be, by whereaboutsName(); undefined where nobody looked yet. */
  readonly candidates: ReadonlyMap<string, readonly Send[]>;
  /** As it is kept: one that this program can't read is found out at the desk, and strikes its agency alone. */
  readonly states: ReadonlyMap<string, StateJson | null>;
  /** The live ones; of a seat those that lapsed in its day as well. */
  readonly holds: ReadonlyMap<string, readonly LiveHold[]>;
  /** Tallies that were counted from the charges. */
  readonly tallies: ReadonlyMap<string, ReadonlyMap<string, OpenCounter>>;
  readonly entries: ReadonlyMap<string, ReadonlyMap<string, OpenEntries>>;
  /** Of InMail credits. */
  readonly credits: CreditsRead;
  /** What was recorded on the days that outside use is declared of, by the seat. */
  readonly recordedDays: ReadonlyMap<string, readonly RecordedDay[]>;
  /** By dayName(), where somebody looked. */
  readonly days: ReadonlyMap<string, DayFacts>;
  /** What others found who looked before, by dayName(). */
  readonly looks: ReadonlyMap<string, DayLook>;
}

export interface OpenEntries {
  readonly counter: Counter;
  readonly entries: Entries;
}

/** What a request can't be decided without, found out on the way: it is read, and all is decided again. */
export class Missing extends Error {
  constructor(
    readonly tallies: readonly SumQuestion[],
    readonly whereabouts: readonly Whereabouts[] = [],
    /** Besides those that the requests name. */
    readonly seats: readonly SeatRef[] = [],
    readonly days: readonly DayQuestion[] = [],
  ) {
    super('The batch needs to read on.');
  }
}

/** The versions of the policy that a seat is under. */
export function courseOf({ standings }: Loaded, seatId: string): PolicyCourse {
  const standing = standings.get(seatId);
  if (!standing) throw new Error(`Where seat ${seatId} stands was not read.`);
  return standing.course;
}

/** What a seat had pending when it was added. */
export function openingOf({ standings }: Loaded, seatId: string): OpeningInvitations {
  const standing = standings.get(seatId);
  if (!standing) throw new Error(`Where seat ${seatId} stands was not read.`);
  return standing.opening;
}

/** Its id alone: no two things have the same uuid, and a name that was put together would be hashed at each look. */
export function scopeName({ id }: Scope): string {
  return id;
}

/** The first charges of a counter and the last ones are asked for by themselves. */
export function entriesName({ counter, newest }: Pick<EntriesQuestion, 'counter' | 'newest'>): string {
  return newest ? `${counter.key} newest` : counter.key;
}

export function recipientName({ kind, version, fingerprint }: RecipientKey): string {
  return `${kind} ${version} ${fingerprint.toString('base64')}`;
}

export function writingsName({ seatId, key }: Pick<WritingsQuestion, 'seatId' | 'key'>): string {
  return `${seatId} ${recipientName(key)}`;
}

export function sendsToName({ seatId, action, recipientId }: SendsTo): string {
  return [seatId, action, recipientId].join(' ');
}

export function whereaboutsName({ from, until, most, ...to }: Whereabouts): string {
  return [sendsToName(to), from, until, most].join(' ');
}
