import type { AcceptanceStep } from './acceptance.js';
import type { CollisionFacts } from './collision.js';
import type { CreditFacts } from './credits.js';
import type { Limit } from './limit.js';
import type { TextAsk } from './text.js';
import type { PersonFacts } from './person.js';
import type { GapFacts, HoursFacts, RestrictionFacts, TierFacts } from './seat-facts.js';
import type { Instant } from './window.js';
import type { Action, CampaignStatus, ClientAccountStatus, SeatHistory } from './words.js';

/** A request, with all that it is judged by but the counters. */
export interface Ask {
  readonly action: Action;
  readonly noted: boolean;
  readonly states: States;
  readonly history: SeatHistory;
  readonly tier?: TierFacts;
  readonly hours?: HoursFacts;
  readonly gap?: GapFacts | null;
  readonly restrictions?: readonly RestrictionFacts[];
  /** The lowest limit on each counter of each scope of the request, of all actions. */
  readonly limits: readonly Limit[];
  /** The text, where one was handed over. */
  readonly text?: TextAsk | null;
  /** Left out where it is about nobody: room, for instance. */
  readonly person?: PersonFacts;
  /** Left out or null where the client account pools its contacts with nobody. */
  readonly collision?: CollisionFacts | null;
  /** Of an InMail: the purse that it would take from. Null or left out where there is none. */
  readonly credits?: CreditFacts | null;
  /** The gauges of the seat's pending invitations. Left out where none is kept. */
  readonly pending?: readonly Limit[];
  /** How the seat's invitations are taken, from now on, in the order of time. */
  readonly acceptance?: readonly AcceptanceStep[];
  /** The same request under each version of the policy to come, in order; left out where none is. */
  readonly later?: readonly LaterAsk[];
}

/** What a request will be judged by from an instant on. Limits and credits know by themselves what is to come. */
export interface LaterAsk {
  readonly from: Instant;
  readonly ask: Ask;
}

/** The states of a seat and of what it belongs to that stop everything until a person changes them. */
export interface States {
  readonly seatPaused: boolean;
  readonly holderAgreed: boolean;
  readonly clientAccountStatus: ClientAccountStatus;
  /** Null where the request is of no campaign. */
  readonly campaignStatus: CampaignStatus | null;
}
