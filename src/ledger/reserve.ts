import { refuse, Refusal } from '../errors.js';
import { countedOn, decide, laterAnswers, usageOf } from '../quota/decide.js';
import type { Books } from '../quota/unit.js';
import type { Ask } from '../quota/ask.js';
import { limitsOn } from '../quota/limit.js';
import { recommendedAsk } from '../quota/recommended.js';
import { textNumbers } from '../quota/text.js';
import { SECOND } from '../quota/window.js';
import { uuidAt } from '../tenancy/uuid.js';
import { askOf, throughVersions } from './reading/asks.js';
import { decisionRow, type DecisionRecord } from './decision-record.js';
import { creditsFor } from './credits/credit-requests.js';
import type { Desk } from './desk.js';
import { raiseLimitAlerts } from './alerts/limit-alerts.js';
import { recipientTold } from './people/employers-told.js';
import { spansOf } from './people/person-spans.js';
import { campaignOfSeat } from './reading/ended-campaigns.js';
import type { Place } from './reading/places.js';
import type { Question, ReserveAnswer, ReserveRequest } from './requests.js';
import { suggest, type Refused } from './suggest.js';
import type { CampaignStanding, Standing } from './reading/standing.js';
import { raiseRepeatedText } from './alerts/text-alerts.js';
import { keepText } from './texts/kept-texts.js';
import { knownTexts, textAskOf } from './texts/texts.js';
import type { HeldHere } from './texts/texts-of-pass.js';

/** Decides one request, and holds room for it where it is allowed. */
export function reserve(desk: Desk, request: ReserveRequest): ReserveAnswer {
  const { viewer, idempotency } = request;
  const forbidden = desk.authorize(viewer, 'reserve');
  if (forbidden) return forbidden;
  const standing = desk.standing(viewer, request.seatId);
  if (!standing) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
  const kept = desk.kept('RESERVE', idempotency);
  if (kept === 'REUSED') {
    return refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'This key was used before, with another input.',
      'idempotencyKey',
    );
  }
  if (kept) return { replayOf: kept.subjectId };
  const campaign = campaignOf(desk, standing, request);
  if (campaign instanceof Refusal) return campaign;

  const record = decideAndRecord(desk, request, standing, campaign);
  desk.keep('RESERVE', idempotency, record.id);
  return { decision: record, replayed: false };
}

/** The campaign of a request; null where it names none, a refusal where it may not be asked like this. */
export function campaignOf(
  desk: Desk,
  standing: Standing,
  { campaignId }: Question,
): CampaignStanding | null | Refusal {
  if (standing.status === 'REMOVED') return refuse('WRONG_STATE', 'The seat was removed.', 'seatId');
  if (campaignId === null) return null;
  const campaign = campaignOfSeat(desk.loaded, standing, campaignId);
  if (!campaign || campaign.clientAccountId !== standing.clientAccountId) {
    return refuse(
      'INVALID',
      'No campaign of the seat’s client account has this id and the seat.',
      'campaignId',
    );
  }
  if (campaign.status === 'COMPLETED' || campaign.status === 'ARCHIVED') {
    return refuse('WRONG_STATE', `The campaign is ${campaign.status.toLowerCase()}.`, 'campaignId');
  }
  return campaign;
}

/** All that a question is judged by, under the version of the policy in force and under those to come. */
function askAbout(
  desk: Desk,
  request: Question & Pick<ReserveRequest, 'recipient'>,
  standing: Standing,
  campaign: CampaignStanding | null,
  { person, collision }: Pick<Refused, 'person' | 'collision'>,
): Ask {
  const { action } = request;
  const text = textAskOf(desk, standing, request);
  const credits = creditsFor(desk, standing, action);
  const pace = desk.pace(standing.seatId);
  return throughVersions(standing, desk.at, (policy) => ({
    ...desk.invitations.asked(
      standing,
      askOf(standing, campaign, request, { at: desk.at, policy, pace }),
      policy,
    ),
    person: { ...person, spans: spansOf(policy) },
    collision: collision && collision(policy),
    text: text && { ...text, numbers: textNumbers(policy, standing.tier, action) },
    credits,
  }));
}

/** Decides a question at a desk and writes it down there. On a desk that nobody writes out it is a preview. */
export function decideAndRecord(
  desk: Desk,
  request: Omit<ReserveRequest, 'kind' | 'idempotency'>,
  standing: Standing,
  campaign: CampaignStanding | null,
): DecisionRecord {
  const { agencyId, seatId, clientAccountId } = standing;
  const { action, noted, viewer } = request;
  const { at } = desk;
  const recipientId = recipientTold(desk, viewer, request.recipient, standing);
  desk.recipients.spell(recipientId, request.recipient, clientAccountId);
  const person = desk.people.factsOf(standing, recipientId, request);
  const isNew = desk.recipients.isNew(recipientId);
  const collision = desk.people.contacts.factsOf(standing, { ...request, recipientId, isNew });
  const ask = askAbout(desk, request, standing, campaign, { person, collision });
  const limits = limitsOn(ask.limits, action, noted);
  desk.open(countedOn(ask));
  const books: Books = (scope) => desk.book(scope);
  // What is counted, shown and told stays what is in force.
  const verdict = decide(request.isPlanned === true ? recommendedAsk(ask) : ask, books, at);
  desk.invitations.acceptance.checkReach(standing, ask, laterAnswers(verdict));

  const refused = { standing, campaign, ask, person, collision, recipientId, reasons: verdict.reasons };
  const allowed = verdict.outcome === 'ALLOWED';
  const expiresAt = allowed ? at + request.holdSeconds * SECOND : null;
  const place = { agencyId, seatId, clientAccountId, campaignId: campaign?.id ?? null };
  const id = uuidAt(at);
  if (expiresAt !== null) {
    const held = { id, seatId, recipientId, action, noted, expiresAt, text: request.text ?? null };
    holdRoom(desk, place, held);
    keepText(desk, standing, request, { ...place, reservationId: id, recipientId, askedBy: viewer.actor });
  }
  // Written out: what is spread into an object is copied property by property.
  const record: DecisionRecord = {
    agencyId,
    id,
    seatId,
    clientAccountId,
    campaignId: place.campaignId,
    recipientId,
    action,
    noted,
    outcome: verdict.outcome,
    reasons: verdict.reasons,
    warnings: verdict.warnings,
    retryAt: verdict.retryAt,
    certainAt: verdict.certainAt,
    expiresAt,
    decidedAt: at,
    askedBy: viewer.actor,
    policyVersion: standing.course.at(at).version,
    usage: usageOf(limits, books),
    suggestions: suggest(desk, refused),
  };
  desk.writes.decisions.push(decisionRow(record));
  if (allowed) raiseRepeatedText(desk, standing, ask.text ?? null, verdict.warnings);
  desk.writes.tell(allowed ? 'allowed' : 'denied', record, at);
  raiseLimitAlerts(desk, place, { usage: record.usage, count: () => (allowed ? 1 : 0), recorded: false });
  return record;
}

/** What is under way counts from now on, for those behind it in the batch as well. */
function holdRoom(desk: Desk, place: Place, held: HeldHere): void {
  const { agencyId, seatId, clientAccountId, campaignId } = place;
  const { id, recipientId, action, noted, expiresAt, text } = held;
  desk.hold(place, { action, noted, expiresAt });
  desk.texts.hold(held, text ? knownTexts(desk, text) : []);
  const reserved = { id, recipientId, action, noted, expiresAt, resolution: null };
  desk.people.held({ agencyId, seatId, clientAccountId, campaignId, ...reserved });
  desk.writes.holds.push({
    agency_id: agencyId,
    id,
    seat_id: seatId,
    client_account_id: clientAccountId,
    campaign_id: campaignId,
    recipient_id: recipientId,
    action,
    noted,
    held_at: desk.at,
    expires_at: expiresAt,
  });
}
