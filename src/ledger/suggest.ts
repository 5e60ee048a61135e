import { countedOn, decide, laterAnswers } from '../quota/decide.js';
import type { Ask } from '../quota/ask.js';
import type { CollisionFacts } from '../quota/collision.js';
import type { Policy } from '../quota/policy/index.js';
import type { PersonFacts } from '../quota/person.js';
import type { Reason } from '../quota/rule.js';
import type { Books } from '../quota/unit.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { askOf, throughVersions } from './reading/asks.js';
import type { Suggestion } from './decision-record.js';
import type { Desk } from './desk.js';
import { Missing } from './reading/needs.js';
import { spansOf } from './people/person-spans.js';
import type { CampaignStanding, Standing } from './reading/standing.js';

/** A refusal, and what it was judged by. */
export interface Refused {
  readonly standing: Standing;
  readonly campaign: CampaignStanding | null;
  readonly ask: Ask;
  readonly person: PersonFacts;
  /** What other client accounts did, under a version of the policy. */
  readonly collision: ((policy: Policy) => CollisionFacts) | null;
  readonly recipientId: string;
  readonly reasons: readonly Reason[];
}

/**
 * What would work instead of a way that is closed because the seat is not connected to the person: another way of the
 * same seat, or the seat of the same client account that is connected. Each with the instant that its own rules give.
 */
export function suggest(desk: Desk, refused: Refused): Suggestion[] {
  const { standing, ask, reasons } = refused;
  if (!reasons.some(({ code }) => code === 'NOT_CONNECTED')) return [];
  // To an open profile the message is free: no credit is advised.
  const mail = refused.person.openProfile ? 'OPEN_PROFILE_MESSAGE' : 'INMAIL';
  const ways = (['DIRECT_MESSAGE', mail, 'CONNECTION_REQUEST'] as const).filter(
    (action) => action !== ask.action && (action !== 'INMAIL' || hasCredits(standing, desk.at)),
  );
  const ofSeat = ways.flatMap((action): Suggestion[] => {
    const availableAt = availableFrom(desk, standing, refused.campaign, action, refused);
    return availableAt === null ? [] : [{ action, seatId: null, availableAt }];
  });
  return [...ofSeat, ...fromConnectedSeat(desk, refused)];
}

/** No way round (P13): only where this seat is merely not connected, and the person has neither turned it down nor left it unanswered. */
function fromConnectedSeat(desk: Desk, refused: Refused): Suggestion[] {
  const { standing, person, recipientId, reasons } = refused;
  const isMerelyUnconnected = reasons.length === 1 && person.degree !== 'FIRST';
  if (!isMerelyUnconnected || person.declined) return [];
  if (desk.people.isUnanswered(standing.seatId, recipientId)) return [];
  const [seatId] = desk.people.connectedSeats(standing.seatId, recipientId);
  if (seatId === undefined) return [];
  const connected = desk.loaded.standings.get(seatId);
  if (!connected) throw new Missing([], [], [{ agencyId: desk.agencyId, seatId }]);
  const facts: PersonFacts = { ...person, degree: 'FIRST', holds: [] };
  const availableAt = availableFrom(desk, connected, null, 'DIRECT_MESSAGE', {
    ...refused,
    person: facts,
  });
  return availableAt === null ? [] : [{ action: 'DIRECT_MESSAGE', seatId, availableAt }];
}

/** From when on an action would be allowed; null where only a person can change that. */
function availableFrom(
  desk: Desk,
  standing: Standing,
  campaign: CampaignStanding | null,
  action: Action,
  { person, collision }: Pick<Refused, 'person' | 'collision'>,
): Instant | null {
  const { at } = desk;
  const pace = desk.pace(standing.seatId);
  const ask = throughVersions(standing, at, (policy) => {
    const asked = askOf(standing, campaign, { action, noted: false }, { at, policy, pace });
    const judged = desk.invitations.asked(standing, asked, policy);
    return {
      ...judged,
      person: { ...person, spans: spansOf(policy) },
      collision: collision && collision(policy),
    };
  });
  desk.open(countedOn(ask));
  const books: Books = (scope) => desk.book(scope);
  const verdict = decide(ask, books, at);
  desk.invitations.acceptance.checkReach(standing, ask, laterAnswers(verdict));
  return verdict.outcome === 'ALLOWED' ? at : verdict.retryAt;
}

/** Whether the tier has InMail credits at all. */
function hasCredits({ tier, course }: Standing, at: Instant): boolean {
  return course.at(at).creditRules.some((rule) => rule.tier === tier && rule.perMonth > 0);
}
