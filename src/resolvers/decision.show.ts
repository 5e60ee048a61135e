import type { DecisionRecord, Suggestion as SuggestionRecord } from '../ledger/decision-record.js';
import type { ReservationRecord } from '../ledger/told/history.js';
import type { Limit } from '../quota/limit.js';
import { suggestionInWords } from '../quota/reason-words.js';
import type { Reason } from '../quota/rule.js';
import { REASON_CODES } from '../quota/words.js';
import { Decision } from '../schema/decision.schema.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import type { Limit as ShownLimit } from '../schema/limit.schema.js';
import { Suggestion } from '../schema/reason.schema.js';
import { Reservation } from '../schema/reservation.schema.js';
import type { Decided } from '../services/decisions/decided.js';
import { onlyLooksOn } from '../tenancy/roles.js';
import { sees, type Viewer } from '../tenancy/viewer.js';
import { actorId } from '../schema/actor.js';
import { showLimit } from './limit.show.js';
import type { Loaders } from './loaders.js';
import { isToldWhen, showReason } from './reason.show.js';

/** From the books' decisions and reservations to those of the schema. */

export function showDecision(viewer: Viewer, record: DecisionRecord, replayed = false): Decision {
  const { clientAccountId } = record;
  const showReasons = (reasons: readonly Reason[]) =>
    reasons.map((reason) =>
      showReason(viewer, reason, reason.limit && limitIn(record, reason.limit), clientAccountId),
    );
  const isTold = isToldWhen(viewer, record.reasons, clientAccountId);
  return fill(Decision, {
    id: toId('decision', record.id),
    outcome: record.outcome,
    action: record.action,
    seatId: record.seatId,
    clientAccountId,
    campaignId: record.campaignId,
    recipientId: record.recipientId,
    requestedBy: actorId(record.askedBy),
    decidedAt: record.decidedAt,
    replayed,
    reasons: showReasons(record.reasons),
    warnings: showReasons(record.warnings),
    retryAt: isTold ? record.retryAt : null,
    certainAt: isTold ? record.certainAt : null,
    counted: record.usage,
    suggestions: record.suggestions.filter((one) => isSuggested(viewer, record, one)).map(showSuggestion),
    policyVersion: record.policyVersion,
  });
}

/**
 * Whom other seats are connected to, and what room they have, is for whoever sees these; and when something opens that waits for a
 * limit of the agency is not for whoever sees a part of it and only looks on.
 */
function isSuggested(
  viewer: Viewer,
  { seatId: asked, clientAccountId, decidedAt }: DecisionRecord,
  { seatId, availableAt }: SuggestionRecord,
): boolean {
  if (viewer.reach !== null && onlyLooksOn(viewer.role) && availableAt > decidedAt) return false;
  return sees(viewer, { seatId: seatId ?? asked, clientAccountId });
}

function showSuggestion({ action, seatId, availableAt }: SuggestionRecord): Suggestion {
  return fill(Suggestion, {
    action,
    seatId,
    availableAt,
    message: suggestionInWords(action, seatId !== null),
  });
}

/** An answer that was given just now: what came with it is not looked up again. */
export function showDecided(viewer: Viewer, loaders: Loaders, decided: Decided): Decision {
  const { decision, replayed, reservation, profileUrl } = decided;
  // Null as well: of a refusal, and of a preview, whose id names nothing.
  loaders.reservation.prime(decision.id, reservation);
  if (profileUrl !== null) loaders.profileUrl.prime(decision, profileUrl);
  return showDecision(viewer, decision, replayed);
}

export function showReservation(record: ReservationRecord): Reservation {
  const { resolution } = record;
  return fill(Reservation, {
    id: toId('reservation', record.id),
    status: record.status,
    action: record.action,
    seatId: record.seatId,
    clientAccountId: record.clientAccountId,
    recipientId: record.recipientId,
    heldAt: record.heldAt,
    expiresAt: record.expiresAt,
    sentAt: resolution?.sentAt ?? null,
    resolvedAt: resolution?.resolvedAt ?? (record.status === 'EXPIRED' ? record.expiresAt : null),
    releasedBecause: REASON_CODES.find((code) => code === resolution?.releasedBecause) ?? null,
  });
}

/** The limit of a reason: in the zone that its counter had, which stands among the usage. */
function limitIn({ usage }: DecisionRecord, limit: Limit): ShownLimit {
  const counter = usage.find(
    (one) => one.limit.scope.id === limit.scope.id && one.limit.counter.key === limit.counter.key,
  );
  return showLimit(limit, counter?.timeZone ?? null);
}
