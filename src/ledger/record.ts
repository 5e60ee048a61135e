import { Refusal } from '../errors.js';
import { limitsOn, type Limit } from '../quota/limit.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { instantOf, uuidAt } from '../tenancy/uuid.js';
import { sees, type Viewer } from '../tenancy/viewer.js';
import type { Desk } from './desk.js';
import type { ChargeFacts, ReservationFacts } from './reading/facts.js';
import { checkInputs, refuseInput, reused } from './people/keyed-inputs.js';
import { columnsOf, type Place } from './reading/places.js';
import { raiseLimitAlerts } from './alerts/limit-alerts.js';
import { matchRecords, type RecordSeen } from './record-matching.js';
import type { RecordAnswer, RecordInput, RecordRequest, VoidAnswer, VoidRequest } from './requests.js';
import { CLOCK_SLACK_MS } from './resolve.js';
import { taken } from '../quota/usage.js';
import { clientAccountToldOf, limitsOfStanding, type Standing } from './reading/standing.js';

/** An input that is new, with all that is known of it. */
interface NewRecord {
  readonly standing: Standing;
  readonly input: RecordInput;
  readonly place: Place;
  readonly at: Instant;
  readonly noted: boolean;
  readonly recipientId: string | null;
}

/** Puts what was done elsewhere into the books. It happened, so nothing refuses it for lack of room. All or nothing. */
export function record(desk: Desk, request: RecordRequest): RecordAnswer {
  const forbidden = desk.authorize(request.viewer, 'recordActivities');
  if (forbidden) return forbidden;
  const found = checkInputs(request.inputs, (input, index, comesAgain) => {
    const checked = check(desk, request, input, index);
    return checked instanceof Refusal || !comesAgain ? checked : 'KNOWN';
  });
  if (found instanceof Refusal) return found;
  const records = found.filter((one) => one !== 'KNOWN');
  desk.invitations.needFor(records.map(sendOf));
  const matches = matchRecords(
    desk,
    records.map((one) => seenOf(desk, one)),
  );
  if ('index' in matches) {
    const { input } = records[matches.index]!;
    return refuseCrowd(request.inputs.indexOf(input), input.action);
  }
  desk.open(records.flatMap((entry) => limitsOf(desk, entry)));
  const newInputs: number[] = [];
  const newIds: string[] = [];
  for (const [index, entry] of records.entries()) {
    const { input } = entry;
    const match = reservedAs(desk, input) ?? matches[index] ?? null;
    const subjectId = match ?? charge(desk, request.viewer.actor, entry);
    desk.keep('RECORD', input.idempotency, subjectId, match !== null);
    if (match !== null) continue;
    newInputs.push(request.inputs.indexOf(input));
    newIds.push(subjectId);
  }
  const recorded = newInputs.length;
  return { recorded, alreadyKnown: request.inputs.length - recorded, newInputs, newIds };
}

function sendOf({ place: { seatId }, input: { action }, at, recipientId }: NewRecord) {
  return { seatId, action, at, recipientId, voids: null };
}

function check(
  desk: Desk,
  { viewer }: RecordRequest,
  input: RecordInput,
  index: number,
): NewRecord | 'KNOWN' | Refusal {
  const standing = desk.standing(viewer, input.seatId);
  if (!standing) return refuseInput(index, 'NOT_FOUND', 'There is no such seat.', 'seatId');
  const kept = desk.kept('RECORD', input.idempotency);
  if (kept === 'REUSED') return reused(index);
  if (kept) return 'KNOWN';
  if (input.occurredAt - desk.at > CLOCK_SLACK_MS) {
    const message = 'occurredAt is more than five minutes in the future.';
    return refuseInput(index, 'INVALID', message, 'occurredAt');
  }
  const recipientId = input.recipient && desk.recipientId(input.recipient);
  const at = Math.min(input.occurredAt, desk.at);
  if (input.reservationId !== null) {
    const reservation = desk.reservation(viewer, input.reservationId);
    const refusal = checkReservation(desk, input, reservation, recipientId, index);
    if (refusal) return refusal;
    // What the hold says of the send is what was decided: the record tells when it went out.
    if (reservation) {
      const { noted, recipientId: reserved } = reservation;
      return { standing, input, place: reservation, at, noted, recipientId: reserved };
    }
  }
  return { standing, input, place: placeAt(viewer, standing, at), at, noted: input.noted, recipientId };
}

function checkReservation(
  desk: Desk,
  { seatId, action, count, noted }: RecordInput,
  reservation: ReservationFacts | null,
  recipientId: string | null,
  index: number,
): Refusal | null {
  const invalid = (message: string, field: string) => refuseInput(index, 'INVALID', message, field);
  if (!reservation) {
    return refuseInput(index, 'NOT_FOUND', 'There is no such reservation.', 'reservationId');
  }
  if (reservation.seatId !== seatId || reservation.action !== action) {
    return invalid('The reservation is of another seat or action.', 'reservationId');
  }
  if (count !== 1) return invalid('A reservation is one send: count is 1.', 'count');
  if (recipientId !== null && recipientId !== reservation.recipientId) {
    return invalid('The reservation is of another person.', 'reservationId');
  }
  if (noted && !reservation.noted)
    return invalid('The reservation is of an invitation without a note.', 'withNote');
  if (!reservation.resolution && desk.at < reservation.expiresAt) {
    return refuseInput(index, 'WRONG_STATE', 'The hold is live: commit it instead.', 'reservationId');
  }
  return null;
}

/** What a seat did counts for the client account of that time. */
function placeAt(viewer: Viewer, standing: Standing, at: Instant): Place {
  const { agencyId, seatId } = standing;
  return { agencyId, seatId, clientAccountId: clientAccountToldOf(viewer, standing, at), campaignId: null };
}

/** The send that a record's reservation became already: whenever it was, it is the same one (P14). */
function reservedAs(desk: Desk, { reservationId }: RecordInput): string | null {
  return reservationId === null ? null : desk.sends.chargeOf(reservationId);
}

/** Where in the books a record may be; null where nobody is named, or its reservation tells. */
function seenOf(desk: Desk, { place, input, at, recipientId }: NewRecord): RecordSeen | null {
  if (recipientId === null || reservedAs(desk, input) !== null) return null;
  const { agencyId, seatId } = place;
  return { agencyId, seatId, action: input.action, recipientId, at };
}

function refuseCrowd(index: number, action: Action): Refusal {
  const message =
    `Around occurredAt there are more sends of ${action} to this person than it can be told apart from. ` +
    'So many to one person within minutes are no history.';
  return refuseInput(index, 'INVALID', message, 'occurredAt');
}

/** The limits that a record may go over: those of the seat as it stands, at the scopes that the record counts at. */
function limitsOf(desk: Desk, { standing, input, place, noted }: NewRecord): Limit[] {
  const campaign = standing.campaigns.find(({ id }) => id === place.campaignId) ?? null;
  const limits = limitsOfStanding(standing, campaign, desk.at);
  const isOwn = ({ scope }: Limit): boolean =>
    scope.kind !== 'CLIENT_ACCOUNT' || scope.id === place.clientAccountId;
  return limitsOn(limits, input.action, noted).filter(isOwn);
}

/** Charges what was done elsewhere, and tells of the limits that it brings closer. */
function charge(desk: Desk, actor: string, entry: NewRecord): string {
  const limits = limitsOf(desk, entry);
  const amounts = () => limits.map((limit) => desk.book(limit.scope).usage(limit));
  const before = new Map(amounts().map((usage) => [usage.limit, taken(usage)]));
  const id = chargeOnly(desk, actor, entry);
  raiseLimitAlerts(desk, entry.place, {
    usage: amounts(),
    count: (usage) => taken(usage) - (before.get(usage.limit) ?? 0),
    recorded: true,
  });
  return id;
}

function chargeOnly(desk: Desk, actor: string, { input, place, at, noted, recipientId }: NewRecord): string {
  const { action, count, reservationId } = input;
  const id = uuidAt(at);
  desk.charge({
    ...columnsOf(place),
    effective_at: at,
    id,
    action,
    noted,
    count,
    origin: 'RECORD',
    earliest_at: null,
    recipient_id: recipientId,
    reservation_id: reservationId,
    voids: null,
    source_id: input.source === null ? null : desk.sourceId(input.source),
    recorded_at: desk.at,
    recorded_by: actor,
  });
  if (reservationId !== null) {
    desk.writes.holdsAccounted.push({ agencyId: place.agencyId, id: reservationId, at: desk.at });
  }
  desk.writes.tell('recorded', { ...place, action }, at, count);
  return id;
}

/** Takes wrong records out by counter-entries of the same instants. Repeated, it is a no-op. All or nothing. */
export function voidActivities(desk: Desk, request: VoidRequest): VoidAnswer {
  const { viewer } = request;
  const forbidden = desk.authorize(viewer, 'voidActivities');
  if (forbidden) return forbidden;
  const charges: ChargeFacts[] = [];
  for (const [index, id] of request.activityIds.entries()) {
    const found = desk.loaded.charges.get(id);
    if (!found || !sees(viewer, found) || !isActivity(found)) {
      return new Refusal('NOT_FOUND', 'There is no such activity.', ['input', 'activityIds', String(index)]);
    }
    charges.push(found);
  }
  desk.invitations.needFor(
    charges.map((charge) => ({ ...charge, at: charge.effectiveAt, voids: charge.id })),
  );
  desk.credits.needTakes(charges.filter(({ action }) => action === 'INMAIL').map(({ id }) => id));
  let voided = 0;
  for (const found of charges) {
    if (found.voided || desk.sends.isTakenOut(found.id)) continue;
    voided += 1;
    takeOut(desk, request, found);
  }
  return { voided };
}

/** What `activities` lists: done elsewhere, and recorded here. */
function isActivity({ origin }: ChargeFacts): boolean {
  return origin === 'RECORD' || origin === 'IMPORT';
}

function takeOut(desk: Desk, { viewer, reasonFingerprint }: VoidRequest, found: ChargeFacts): void {
  const { effectiveAt, action, noted, count } = found;
  desk.charge({
    ...columnsOf(found),
    effective_at: effectiveAt,
    id: uuidAt(instantOf(found.id)),
    action,
    noted,
    count: -count,
    origin: 'VOID',
    earliest_at: null,
    recipient_id: found.recipientId,
    reservation_id: null,
    voids: found.id,
    source_id: null,
    recorded_at: desk.at,
    recorded_by: viewer.actor,
  });
  if (found.reservationId !== null) desk.texts.drop({ ...found, id: found.reservationId });
  desk.writes.tell('recorded', found, effectiveAt, -count);
  desk.writes.auditEntries.push({
    agency_id: desk.agencyId,
    id: uuidAt(desk.at),
    actor: viewer.actor,
    verb: 'voidActivities',
    subject_kind: 'ACTIVITY',
    subject_id: found.id,
    changes: { v: 1, reason: { new: reasonFingerprint } },
  });
}
