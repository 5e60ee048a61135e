import type { Entries } from '../../quota/book.js';
import type { LiveHold } from '../../quota/live-holds.js';
import type { ZoneFrom } from '../../quota/calendar.js';
import type { Counter, Scope } from '../../quota/counter.js';
import { lowestLimits, type Limit } from '../../quota/limit.js';
import type { Send } from '../../quota/matching.js';
import type { RecordedDay } from '../../quota/outside-use.js';
import { pendingCounterOf } from '../../quota/pending.js';
import type { Instant } from '../../quota/window.js';
import { CreditsRead } from '../credits/credit-reading.js';
import type { Authority } from './authority.js';
import type { ChargeFacts, KeptKey, ReservationCharge, ReservationFacts } from './facts.js';
import type { KnownRecipient } from '../people/recipients.js';
import { campaignName } from './ended-campaigns.js';
import { scopeName } from './names.js';
import type { InvitationsRead } from '../invitations/invitation-reading.js';
import type { EngagementKnown, FirstSend } from '../people/engagement-facts.js';
import type { PersonRead, SetMark } from '../people/people-facts.js';
import type { ContactsRead } from '../people/pooled-contacts.js';
import type { SentToNobody } from '../invitations/nobodys-invitations.js';
import type { PaceRead } from './paces.js';
import type { ResponsesRead } from '../invitations/response-reading.js';
import type { ScopeLimits } from './scope-limits.js';
import type { DayFacts, DayLook } from '../alerts/seat-days.js';
import { listsOfLimits } from './standing-limits.js';
import { zonesOf, type CampaignStanding, type Standing } from './standing.js';
import type { OpenCounter, StateJson } from '../books/state.js';
import type { KnownText } from '../texts/text-sends.js';
import type { Writings } from '../texts/writings.js';

/**
 * What was read of one agency under its lock, and grows while a batch finds out what it needs. Agencies of a batch share nothing.
 */
export class AgencyReading {
  readonly standings = new Map<string, Standing>();
  /** Campaigns that have ended and that somebody names, by campaignName(). */
  readonly endedCampaigns = new Map<string, CampaignStanding>();
  /** Those of scopes that were read without a seat, by scopeName(). */
  readonly scopeLimits = new Map<string, readonly Limit[]>();
  /** By the seat. */
  readonly paces = new Map<string, PaceRead>();
  /** By scopeName(), as all that is of a scope. */
  readonly zones = new Map<string, readonly ZoneFrom[]>();
  /** The keys of the counters that some limit needs; a scope that is not here keeps all of its counters. */
  readonly wanted = new Map<string, Set<string>>();
  readonly authorities = new Map<string, Authority>();
  /** By the caller's own key. */
  readonly keys = new Map<string, KeptKey>();
  /** By keyName(). */
  readonly recipients = new Map<string, KnownRecipient>();
  readonly reservations = new Map<string, ReservationFacts>();
  /** The send that a reservation became, by the reservation; of those alone that a record or an answer names. */
  readonly reservationCharges = new Map<string, ReservationCharge>();
  readonly charges = new Map<string, ChargeFacts>();
  /** By personName(). */
  readonly people = new Map<string, PersonRead>();
  /** What is known of invitations to people, by personName(). */
  readonly invited = new Map<string, PersonRead>();
  /** All invitations that a seat's acceptance is judged by, where it was looked at, by the seat. */
  readonly invitations = new Map<string, InvitationsRead>();
  /** What was sent to nobody in particular, by the seat. */
  readonly sentToNobody = new Map<string, SentToNobody>();
  /** The InMails that a seat's answers are judged by, where somebody looked, by the seat. */
  readonly responses = new Map<string, ResponsesRead>();
  /** What client accounts that pool their contacts did, by contactName(), where somebody looked. */
  readonly contacts = new Map<string, ContactsRead>();
  /** By markName(). */
  readonly marks = new Map<string, SetMark[]>();
  /** The first sends of seats to people who answered, by personName(). */
  readonly firstSends = new Map<string, FirstSend[]>();
  /** The same engagement, where it is known, by engagementName(): of whichever client account each. */
  readonly engagements = new Map<string, EngagementKnown[]>();
  /** Live ones of people who opted out, or of whom an employer is told that is marked, by whichever address, by the recipient who was asked for. */
  readonly holdsOfPeople = new Map<string, ReservationFacts[]>();
  readonly sources = new Map<string, string>();
  /** Those that may be nearly the same, by the text that is asked about. */
  readonly texts = new Map<string, readonly KnownText[]>();
  /** By writingsName(). */
  readonly writings = new Map<string, Writings>();
  /** Sends that records may be, by whereaboutsName(); undefined where nobody looked yet. */
  readonly candidates = new Map<string, readonly Send[]>();
  /** As it is kept: one that this program can't read is found out at the desk, and strikes its agency alone. */
  readonly states = new Map<string, StateJson | null>();
  /** The live ones; of a seat those that lapsed in its day as well. */
  readonly holds = new Map<string, readonly LiveHold[]>();
  /** Tallies that were counted from the charges. */
  readonly tallies = new Map<string, Map<string, OpenCounter>>();
  readonly entries = new Map<string, Map<string, OpenEntries>>();
  /** The last instant in the books before this one. */
  lastAt: Instant = 0;
  /** Of InMail credits. */
  readonly credits = new CreditsRead();
  /** What was recorded on the days that outside use is declared of, by the seat. */
  readonly recordedDays = new Map<string, readonly RecordedDay[]>();
  /** By dayName(), where somebody looked. */
  readonly days = new Map<string, DayFacts>();
  /** What others found who looked before, by dayName(). */
  looks: ReadonlyMap<string, DayLook> = new Map();
  /** The lists whose counters are among those that are wanted: seats share most of them. */
  private readonly limitsWanted = new Set<readonly Limit[]>();
  private opened: Instant | null = null;

  constructor(readonly agencyId: string) {}

  /** Says from when on nothing else changes: the agency's book is held, or a snapshot is taken. */
  openAt(at: Instant, lastAt: Instant): void {
    this.opened = at;
    this.lastAt = lastAt;
  }

  /** The instant that the agency's requests are decided at. */
  get at(): Instant {
    if (this.opened === null) throw new Error('An agency that is not open has no instant.');
    return this.opened;
  }

  addStanding(standing: Standing): void {
    const { seatId, clientAccountId, campaigns, course } = standing;
    this.standings.set(seatId, standing);
    const scopes: Scope[] = [
      { kind: 'SEAT', id: seatId },
      { kind: 'CLIENT_ACCOUNT', id: clientAccountId },
      { kind: 'AGENCY', id: this.agencyId },
      ...campaigns.map(({ id }) => ({ kind: 'CAMPAIGN', id }) as const),
    ];
    for (const scope of scopes) {
      this.zones.set(scopeName(scope), zonesOf(standing, scope));
      if (!this.wanted.has(scopeName(scope))) this.wanted.set(scopeName(scope), new Set());
    }
    for (const policy of [course.at(this.at), ...course.after(this.at)]) {
      const pending = pendingCounterOf(policy);
      if (pending) this.wanted.get(scopeName({ kind: 'SEAT', id: seatId }))?.add(pending.key);
    }
    this.want([...listsOfLimits(standing, this.at), ...campaigns.map(({ set }) => set)]);
  }

  /** A campaign that has ended, which has a seat whose standing was read. */
  addEndedCampaign(standing: Standing, campaign: CampaignStanding): void {
    const { id } = campaign;
    const scope = { kind: 'CAMPAIGN', id } as const;
    this.endedCampaigns.set(campaignName(standing.seatId, id), campaign);
    this.zones.set(scopeName(scope), zonesOf(standing, scope));
    if (!this.wanted.has(scopeName(scope))) this.wanted.set(scopeName(scope), new Set());
    this.want([campaign.set]);
  }

  private want(lists: readonly (readonly Limit[])[]): void {
    for (const limits of lists) {
      if (this.limitsWanted.has(limits)) continue;
      this.limitsWanted.add(limits);
      for (const { scope, counter } of limits) this.wanted.get(scopeName(scope))?.add(counter.key);
    }
  }

  /** Limits and zones of a scope by themselves: of a client account that a seat has left, and for those who read usage without one. */
  addScope({ scope, limits, zones }: ScopeLimits): void {
    this.scopeLimits.set(scopeName(scope), lowestLimits(limits));
    this.zones.set(scopeName(scope), zones);
    this.wanted.set(scopeName(scope), new Set(limits.map(({ counter }) => counter.key)));
  }

  /** Drops what was read of scopes on the strength of standings that turned out to be of an older revision. */
  forgetScopes(): void {
    this.states.clear();
    this.holds.clear();
  }
}

/** As a desk has it, which only reads: nothing that changes it, and no map, set or list that can be changed. */
export type Loaded = {
  readonly [
    Field in keyof AgencyReading as AgencyReading[Field] extends (...given: never) => unknown ? never : Field
  ]: AsRead<AgencyReading[Field]>;
};

type AsRead<Value> =
  Value extends Map<infer Key, infer Inner>
    ? ReadonlyMap<Key, AsRead<Inner>>
    : Value extends Set<infer Inner>
      ? ReadonlySet<Inner>
      : Value extends (infer Inner)[]
        ? readonly Inner[]
        : Value;

interface OpenEntries {
  readonly counter: Counter;
  readonly entries: Entries;
}

export function standingOfSeat({ standings }: Loaded, seatId: string): Standing {
  const standing = standings.get(seatId);
  if (!standing) throw new Error(`Where seat ${seatId} stands was not read.`);
  return standing;
}
