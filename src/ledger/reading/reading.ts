import type { LiveHold } from '../../quota/book.js';
import type { ZoneFrom } from '../../quota/calendar.js';
import type { Scope } from '../../quota/counter.js';
import { lowestLimits, type Limit } from '../../quota/limit.js';
import type { Send } from '../../quota/matching.js';
import type { RecordedDay } from '../../quota/outside-use.js';
import { pendingCounterOf } from '../../quota/pending.js';
import type { Instant } from '../../quota/window.js';
import { CreditsRead } from '../credits/credit-reading.js';
import type { Authority } from './authority.js';
import type { ChargeFacts, KeptKey, KnownRecipient, ReservationFacts } from './facts.js';
import { campaignName } from './ended-campaigns.js';
import { scopeName, type Loaded, type OpenEntries } from './loaded.js';
import type { InvitationsRead } from '../invitations/invitation-reading.js';
import type { EngagementKnown, FirstSend } from '../people/engagement-facts.js';
import type { Mark, PersonRead } from '../people/people-facts.js';
import type { ContactsRead } from '../people/pooled-contacts.js';
import type { SentToNobody } from '../invitations/nobodys-invitations.js';
import type { PaceRead } from './paces.js';
import type { ResponsesRead } from '../invitations/response-reading.js';
import type { ScopeLimits } from './scope-limits.js';
import type { DayFacts, DayLook } from '../alerts/seat-days.js';
import { limitsOfStanding, zonesOf, type CampaignStanding, type Standing } from './standing.js';
import type { OpenCounter, StateJson } from '../books/state.js';
import type { KnownText } from '../texts/text-sends.js';
import type { Writings } from '../texts/writings.js';

/** Everything that was read of one agency so far; what a desk decides on. Agencies of a batch share nothing. */
export class AgencyReading implements Loaded {
  readonly standings = new Map<string, Standing>();
  readonly endedCampaigns = new Map<string, CampaignStanding>();
  readonly scopeLimits = new Map<string, readonly Limit[]>();
  readonly paces = new Map<string, PaceRead>();
  readonly zones = new Map<string, readonly ZoneFrom[]>();
  readonly wanted = new Map<string, Set<string>>();
  readonly authorities = new Map<string, Authority>();
  readonly keys = new Map<string, KeptKey>();
  readonly recipients = new Map<string, KnownRecipient>();
  readonly reservations = new Map<string, ReservationFacts>();
  readonly reservationCharges = new Map<string, string>();
  readonly charges = new Map<string, ChargeFacts>();
  readonly people = new Map<string, PersonRead>();
  readonly invited = new Map<string, PersonRead>();
  readonly invitations = new Map<string, InvitationsRead>();
  readonly sentToNobody = new Map<string, SentToNobody>();
  readonly responses = new Map<string, ResponsesRead>();
  readonly contacts = new Map<string, ContactsRead>();
  readonly marks = new Map<string, Mark[]>();
  readonly firstSends = new Map<string, FirstSend[]>();
  readonly engagements = new Map<string, EngagementKnown[]>();
  readonly holdsOfPeople = new Map<string, ReservationFacts[]>();
  readonly sources = new Map<string, string>();
  readonly texts = new Map<string, readonly KnownText[]>();
  readonly writings = new Map<string, Writings>();
  readonly candidates = new Map<string, readonly Send[]>();
  readonly states = new Map<string, StateJson | null>();
  readonly holds = new Map<string, readonly LiveHold[]>();
  readonly tallies = new Map<string, Map<string, OpenCounter>>();
  readonly entries = new Map<string, Map<string, OpenEntries>>();
  /** The last instant in the books before this one. */
  lastAt: Instant = 0;
  readonly credits = new CreditsRead();
  readonly recordedDays = new Map<string, readonly RecordedDay[]>();
  readonly days = new Map<string, DayFacts>();
  looks: ReadonlyMap<string, DayLook> = new Map();
  private opened: Instant | null = null;

  constructor(readonly agencyId: string) {}

  /** Says from when on nothing else changes: the agency's book is held, or a snapshot is taken. */
  openAt(at: Instant, lastAt: Instant): void {
    this.opened = at;
    this.lastAt = lastAt;
  }

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
      this.wanted.set(scopeName(scope), new Set());
    }
    for (const policy of [course.at(this.at), ...course.after(this.at)]) {
      const pending = pendingCounterOf(policy);
      if (pending) this.wanted.get(scopeName({ kind: 'SEAT', id: seatId }))?.add(pending.key);
    }
    for (const campaign of [null, ...campaigns]) this.want(standing, campaign);
  }

  /** A campaign that has ended, which has a seat whose standing was read. */
  addEndedCampaign(standing: Standing, campaign: CampaignStanding): void {
    const { id } = campaign;
    const scope = { kind: 'CAMPAIGN', id } as const;
    this.endedCampaigns.set(campaignName(standing.seatId, id), campaign);
    this.zones.set(scopeName(scope), zonesOf(standing, scope));
    this.wanted.set(scopeName(scope), new Set());
    this.want(standing, campaign);
  }

  private want(standing: Standing, campaign: CampaignStanding | null): void {
    for (const { scope, counter } of limitsOfStanding(standing, campaign, this.at)) {
      this.wanted.get(scopeName(scope))?.add(counter.key);
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
