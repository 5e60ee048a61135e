import { Refusal } from '../errors.js';
import { DAY, type Instant } from '../quota/window.js';
import { instantOf, uuidAt } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { Desk } from './desk.js';
import { LongWork } from './long-work.js';
import type { MissingOfPass } from './passes.js';
import type { ReservationFacts } from './reading/facts.js';
import { isAboutInvitation } from './invitations/about-invitations.js';
import { refuseTooOften, type ToldOfPerson } from './invitations/invited-often.js';
import { checkInputs, refuseInput, reused } from './keyed-inputs.js';
import { recipientTold } from './people/employers-told.js';
import { stirredByHolds } from './books/people-tables.js';
import type { UnaskedSendOf } from './hindsight/past-ask.js';
import { columnsOf, type Place } from './reading/places.js';
import { raiseLimitAlerts } from './alerts/limit-alerts.js';
import { type HeldToLimits, limitsOfRecord, openLimits } from './record-limits.js';
import { matchRecords, refuseCrowd, type RecordSeen } from './record-matching.js';
import type { RecordAnswer, RecordInput, RecordRequest } from './requests.js';
import { CLOCK_SLACK_MS } from './resolve.js';
import { taken } from '../quota/usage.js';
import { clientAccountToldOf, type Standing } from './reading/standing.js';

/** How long after a move the client account that a seat left tells what was under way. */
const TOLD_AFTER_MOVE_MS = DAY;

/** An input that is new, with all that is known of it. */
interface NewRecord extends HeldToLimits {
  readonly input: RecordInput;
  readonly at: Instant;
  readonly recipientId: string | null;
}

/**
 * Puts what was done elsewhere into the books. It happened, so nothing refuses it for lack of room. All or nothing. A thousand
 * under hundreds of limits are charged with turns of everybody else in between: the books are this pass's alone until it is done. Undefined
 * where something must be read first.
 */
export async function record(
  desk: Desk,
  request: RecordRequest,
  missing: MissingOfPass,
): Promise<RecordAnswer | undefined> {
  const forbidden = desk.authorize(request.viewer, 'recordActivities');
  if (forbidden) return forbidden;
  const found = checkInputs(request.inputs, (input, index, comesAgain) => {
    const checked = check(desk, request, input, index);
    return checked instanceof Refusal || !comesAgain ? checked : 'KNOWN';
  });
  if (found instanceof Refusal) return found;
  const records = found.filter((one) => one !== 'KNOWN');
  desk.invitations.needFor(records.flatMap((one) => sendsOf(desk, one)));
  const seen = seenOf(desk, request.viewer, records);
  const matches = matchRecords(desk, seen);
  if ('index' in matches) {
    const { input } = records[matches.index]!;
    return refuseCrowd(request.inputs.indexOf(input), input.action);
  }
  const isNew = records.map((_, place) => seen[place] !== null && matches[place] === null);
  const tooOften = refuseTooOften(request.viewer, toldOfPeople(desk, request, records, isNew), desk.people);
  if (tooOften) return tooOften;
  if (!(await openLimits(desk, records, missing))) return undefined;
  desk.credits.needPurses(records.flatMap(({ input, place }) => (input.action === 'INMAIL' ? place : [])));
  const newSends: UnaskedSendOf[] = [];
  await new LongWork(request.viewer.agencyId).each(records, (entry, index) => {
    const { input } = entry;
    const reserved = reservedAs(desk, input);
    const match = reserved ?? matches[index] ?? null;
    const subjectId = match ?? charge(desk, request.viewer.actor, entry);
    const { reservationId } = input;
    desk.keep('RECORD', input.idempotency, subjectId, match === null ? null : { reservationId });
    if (reservationId !== null && reserved === null) account(desk, reservationId, entry, match !== null);
    if (match === null) newSends.push(newSendOf(entry, subjectId));
  });
  const recorded = newSends.length;
  const noted = request.inputs.map((input) => (reservationOf(desk, request.viewer, input) ?? input).noted);
  return { recorded, alreadyKnown: request.inputs.length - recorded, newSends, noted };
}

/** As it was charged. */
function newSendOf({ place, input, at, noted, recipientId }: NewRecord, chargeId: string): UnaskedSendOf {
  const { seatId, clientAccountId, campaignId } = place;
  const { action, count } = input;
  return { seatId, clientAccountId, campaignId, action, noted, count, at, recipientId, chargeId };
}

function reservationOf(desk: Desk, viewer: Viewer, { reservationId }: RecordInput): ReservationFacts | null {
  return reservationId === null ? null : desk.reservation(viewer, reservationId);
}

/** What it may be charged as: to whichever of those who are the same person. */
function sendsOf(desk: Desk, { place: { seatId }, input: { action }, at, recipientId: told }: NewRecord) {
  const recipientIds = told === null ? [null] : desk.people.idsOf(told);
  return recipientIds.map((recipientId) => ({ seatId, action, at, recipientId, voids: null }));
}

/** The invitations to people, and the withdrawals of them, that are new. */
function toldOfPeople(
  desk: Desk,
  { inputs }: RecordRequest,
  records: readonly NewRecord[],
  isNew: readonly boolean[],
): ToldOfPerson[] {
  return records.flatMap(({ place: { seatId }, input, recipientId }, place): ToldOfPerson[] => {
    if (recipientId === null || !isNew[place] || !isAboutInvitation(input.action)) return [];
    const what = input.action === 'CONNECTION_REQUEST' ? 'invitations' : 'withdrawals';
    const index = inputs.indexOf(input);
    return [{ seatId, recipientIds: desk.people.idsOf(recipientId), what, index, field: 'recipient' }];
  });
}

function check(
  desk: Desk,
  { viewer, inputs }: RecordRequest,
  input: RecordInput,
  index: number,
): NewRecord | 'KNOWN' | Refusal {
  const { reservationId } = input;
  const reservation = reservationOf(desk, viewer, input);
  const standing = desk.standing(viewer, input.seatId) ?? standingLeft(desk, input, reservation);
  if (!standing) return refuseInput(index, 'NOT_FOUND', 'There is no such seat.', 'seatId');
  const kept = desk.kept('RECORD', input.idempotency);
  if (kept === 'REUSED') return reused(index);
  if (kept) return 'KNOWN';
  if (input.occurredAt - desk.at > CLOCK_SLACK_MS) {
    const message = 'occurredAt is more than five minutes in the future.';
    return refuseInput(index, 'INVALID', message, 'occurredAt');
  }
  const at = Math.min(input.occurredAt, desk.at);
  const place = reservation ?? placeAt(viewer, standing, at);
  const recipientId = input.recipient && recipientTold(desk, viewer, input.recipient, place);
  if (reservationId !== null) {
    const refusal =
      checkReservation(desk, input, reservation, recipientId, index) ??
      refuseEarly(desk, inputs, input, index);
    if (refusal) return refusal;
  }
  if (input.recipient && recipientId !== null)
    desk.recipients.spell(recipientId, input.recipient, place.clientAccountId);
  // What the hold says of the send is what was decided: the record tells when it went out.
  if (reservation) {
    const { noted, recipientId: reserved } = reservation;
    const sentAt = Math.max(at, instantOf(reservation.id));
    return { standing, input, place: reservation, at: sentAt, noted, recipientId: reserved };
  }
  return { standing, input, place, at, noted: input.noted, recipientId };
}

/**
 * A seat that went to another client account while something was held: it may have been sent right then, and whoever it was held for
 * tells of it. Of what that move released alone, which fitted into the seat, and for so long: nobody fills up the seat of others.
 */
function standingLeft(
  desk: Desk,
  { seatId }: RecordInput,
  reservation: ReservationFacts | null,
): Standing | null {
  const resolution = reservation?.resolution;
  if (reservation?.seatId !== seatId || resolution?.releasedBecause !== 'SEAT_MOVED') return null;
  return desk.at - resolution.resolvedAt <= TOLD_AFTER_MOVE_MS ? desk.loaded.standings.get(seatId)! : null;
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
  if (recipientId !== null && !desk.people.idsOf(recipientId).includes(reservation.recipientId)) {
    return invalid('The reservation is of another person.', 'reservationId');
  }
  if (noted && !reservation.noted)
    return invalid('The reservation is of an invitation without a note.', 'withNote');
  if (!reservation.resolution && desk.at < reservation.expiresAt) {
    return refuseInput(index, 'WRONG_STATE', 'The hold is live: commit it instead.', 'reservationId');
  }
  return null;
}

/** As for a commit: before its hold nothing was sent. What is known to be sent, or told just before, may be told again at any instant (P14). */
function refuseEarly(
  desk: Desk,
  inputs: readonly RecordInput[],
  input: RecordInput,
  index: number,
): Refusal | null {
  const { reservationId, occurredAt } = input;
  if (instantOf(reservationId!) - occurredAt <= CLOCK_SLACK_MS || reservedAs(desk, input) !== null)
    return null;
  if (inputs.slice(0, index).some((before) => before.reservationId === reservationId)) return null;
  const message = 'occurredAt is more than five minutes before the hold.';
  return refuseInput(index, 'INVALID', message, 'occurredAt');
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

/**
 * Where in the books each record may be; null where nobody is named, or its reservation tells: that became a send, or will with the
 * first record of the call that names it, and so that send is looked for once.
 */
function seenOf(desk: Desk, viewer: Viewer, records: readonly NewRecord[]): (RecordSeen | null)[] {
  const told = new Set<string>();
  return records.map(({ place, input, at, recipientId }) => {
    const { action, reservationId } = input;
    const isTold = reservationId !== null && told.has(reservationId);
    if (reservationId !== null) told.add(reservationId);
    if (recipientId === null || isTold || reservedAs(desk, input) !== null) return null;
    const { agencyId, seatId } = place;
    // What a seat that left does for others is nobody's to ask by telling the same.
    const ofAccount = desk.standing(viewer, seatId) ? null : place.clientAccountId;
    return { agencyId, seatId, action, recipientId, at, reservationId, ofAccount };
  });
}

/** Charges what was done elsewhere, and tells of the limits that it brings closer. */
function charge(desk: Desk, actor: string, entry: NewRecord): string {
  const limits = limitsOfRecord(desk, entry);
  const amounts = () => limits.map((limit) => desk.book(limit.scope).usage(limit));
  const before = new Map(amounts().map((usage) => [usage.limit, taken(usage)]));
  const id = chargeOnly(desk, actor, entry);
  for (const usage of amounts()) {
    // Whoever had the seat at that time is told nothing of how it stands by now; its campaign is still theirs.
    const whose = usage.limit.scope.kind === 'CAMPAIGN' ? entry.place : entry.standing;
    const count = () => taken(usage) - (before.get(usage.limit) ?? 0);
    raiseLimitAlerts(desk, whose, { usage: [usage], count, recorded: true });
  }
  return id;
}

function chargeOnly(desk: Desk, actor: string, { input, place, at, noted, recipientId }: NewRecord): string {
  const { seatId, action, count, reservationId } = input;
  const id = uuidAt(at);
  const chargedTo =
    recipientId !== null && isAboutInvitation(action)
      ? desk.people.invitedAs(seatId, recipientId)
      : recipientId;
  desk.charge({
    ...columnsOf(place),
    effective_at: at,
    id,
    action,
    noted,
    count,
    origin: 'RECORD',
    earliest_at: null,
    recipient_id: chargedTo,
    told_recipient_id: chargedTo === recipientId ? null : recipientId,
    reservation_id: reservationId,
    voids: null,
    source_id: input.source === null ? null : desk.sourceId(input.source),
    recorded_at: desk.at,
    recorded_by: actor,
  });
  desk.writes.tell('recorded', { ...place, action }, at, count);
  return id;
}

/** What came of a reservation is known: it was sent, also where somebody had told of that send without it. Its person is looked at next. */
function account(
  desk: Desk,
  reservationId: string,
  { place: { agencyId, seatId, campaignId }, at, recipientId }: NewRecord,
  wasTold: boolean,
): void {
  desk.writes.holdsAccounted.push({ agencyId, id: reservationId, at: desk.at });
  if (wasTold) desk.texts.sent(reservationId, seatId, at);
  if (recipientId === null) return;
  desk.writes.stirred.push(...stirredByHolds([{ agencyId, seatId, campaignId, recipientId }], desk.at));
}
