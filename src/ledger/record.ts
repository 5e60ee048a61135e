import { Refusal } from '../errors.js';
import { matchSightings, MATCH_WITHIN_MS } from '../quota/matching.js';
import type { Instant } from '../quota/window.js';
import { uuidAt, instantOf } from '../tenancy/uuid.js';
import type { Desk } from './desk.js';
import { Missing, whereaboutsName } from './loaded.js';
import type { ChargeFacts, ReservationFacts, Whereabouts } from './facts.js';
import type { RecordAnswer, RecordInput, RecordRequest, VoidAnswer, VoidRequest } from './requests.js';
import { CLOCK_SLACK_MS } from './resolve.js';
import { clientAccountAt, type Standing } from './standing.js';

/** An input that is new, with all that is known of it. */
interface NewRecord {
  readonly input: RecordInput;
  readonly standing: Standing;
  /** The hold that it came from. */
  readonly reservation: ReservationFacts | null;
  readonly at: Instant;
  readonly recipientId: string | null;
}

/** Puts what was done elsewhere into the books. It happened, so nothing refuses it for lack of room. All or nothing. */
export function record(desk: Desk, request: RecordRequest): RecordAnswer {
  const { viewer } = request;
  const forbidden = desk.authorize(viewer, 'recordActivities');
  if (forbidden) return forbidden;
  const records: NewRecord[] = [];
  const keysSeen = new Set<string>();
  for (const [index, input] of request.inputs.entries()) {
    const checked = check(desk, request, input, index);
    if (checked instanceof Refusal) return checked;
    const { key } = input.idempotency;
    if (checked !== 'KNOWN' && !keysSeen.has(key)) records.push(checked);
    keysSeen.add(key);
  }
  const matches = matchRecords(desk, records);
  const newInputs: number[] = [];
  for (const [index, entry] of records.entries()) {
    const match = matches[index] ?? null;
    const subjectId = match ?? charge(desk, viewer.actor, entry);
    desk.keep(viewer.agencyId, 'RECORD', entry.input.idempotency, subjectId, match !== null);
    if (match === null) newInputs.push(request.inputs.indexOf(entry.input));
  }
  const recorded = newInputs.length;
  return { recorded, alreadyKnown: request.inputs.length - recorded, newInputs };
}

function check(
  desk: Desk,
  { viewer, inputs }: RecordRequest,
  input: RecordInput,
  index: number,
): NewRecord | 'KNOWN' | Refusal {
  const refuseField = (code: Refusal['code'], message: string, field: string) =>
    new Refusal(code, message, ['inputs', String(index), field]);
  const standing = desk.standing(viewer, input.seatId);
  if (!standing) return refuseField('NOT_FOUND', 'There is no such seat.', 'seatId');
  const kept = desk.kept(viewer.agencyId, 'RECORD', input.idempotency);
  const reusedHere = inputs.some(
    (other, place) =>
      place < index &&
      other.idempotency.key === input.idempotency.key &&
      !other.idempotency.fingerprint.equals(input.idempotency.fingerprint),
  );
  if (kept === 'REUSED' || reusedHere) {
    return refuseField(
      'IDEMPOTENCY_KEY_REUSED',
      'This key was used before, with another input.',
      'idempotencyKey',
    );
  }
  if (kept) return 'KNOWN';
  const now = desk.at(viewer.agencyId);
  if (input.occurredAt - now > CLOCK_SLACK_MS) {
    return refuseField('INVALID', 'occurredAt is more than five minutes in the future.', 'occurredAt');
  }
  const reservation = input.reservationId === null ? null : desk.reservation(viewer, input.reservationId);
  if (input.reservationId !== null) {
    if (!reservation) return refuseField('NOT_FOUND', 'There is no such reservation.', 'reservationId');
    if (reservation.seatId !== input.seatId || reservation.action !== input.action) {
      return refuseField('INVALID', 'The reservation is of another seat or action.', 'reservationId');
    }
    if (!reservation.resolution && now < reservation.expiresAt) {
      return refuseField('WRONG_STATE', 'The hold is live: commit it instead.', 'reservationId');
    }
  }
  // A hold knows its person: without one the same send, told twice, couldn't be recognised (P14).
  const recipientId = input.recipient
    ? desk.recipientId(viewer.agencyId, input.recipient)
    : (reservation?.recipientId ?? null);
  return { input, standing, reservation, at: Math.min(input.occurredAt, now), recipientId };
}

/** The sends in the books that records are (P14), in the order of the records. Those of one call never match each other. */
function matchRecords(desk: Desk, records: readonly NewRecord[]): (string | null)[] {
  const places = records.map(whereabouts);
  const missing = places.filter(
    (place): place is Whereabouts =>
      place !== null &&
      !desk.isNewRecipient(place.recipientId) &&
      !desk.loaded.candidates.has(whereaboutsName(place)),
  );
  if (missing.length > 0) throw new Missing([], missing);

  const matches = records.map((): string | null => null);
  for (const indexes of groupsOf(records)) {
    const candidates = new Map<string, ChargeFacts>();
    for (const index of indexes) {
      const place = places[index];
      for (const candidate of place ? candidatesAt(desk, place) : []) candidates.set(candidate.id, candidate);
    }
    const sends = [...candidates.values()].map(({ id, effectiveAt, earliestAt }) => ({
      id,
      at: effectiveAt,
      earliest: earliestAt,
    }));
    const found = matchSightings(
      indexes.map((index) => ({ earliest: records[index]!.at, latest: records[index]!.at })),
      sends,
    );
    for (const [place, index] of indexes.entries()) matches[index] = found[place] ?? null;
  }
  return matches;
}

function whereabouts({ standing, input, at, recipientId }: NewRecord): Whereabouts | null {
  if (recipientId === null) return null;
  const { agencyId, seatId } = standing;
  return {
    agencyId,
    seatId,
    action: input.action,
    recipientId,
    from: at - MATCH_WITHIN_MS,
    until: at + MATCH_WITHIN_MS,
  };
}

/** What was read, without what a record of this batch took, and with what this batch sent. */
function candidatesAt(desk: Desk, place: Whereabouts): readonly ChargeFacts[] {
  const read = desk.loaded.candidates.get(whereaboutsName(place)) ?? [];
  const taken = new Set(
    desk.writes.keys.filter(({ matched }) => matched).map(({ subject_id }) => subject_id),
  );
  const voided = new Set(desk.writes.charges.map(({ voids }) => voids));
  const sentHere = desk.writes.charges
    .filter(
      (row) =>
        row.agency_id === place.agencyId &&
        row.seat_id === place.seatId &&
        row.action === place.action &&
        row.recipient_id === place.recipientId &&
        row.voids === null,
    )
    .map((row): ChargeFacts => ({
      agencyId: row.agency_id,
      seatId: row.seat_id,
      id: row.id,
      effectiveAt: row.effective_at,
      earliestAt: row.earliest_at,
      clientAccountId: row.client_account_id,
      campaignId: row.campaign_id,
      recipientId: row.recipient_id,
      action: place.action,
      noted: row.noted,
      count: row.count,
      origin: row.origin,
      reservationId: row.reservation_id,
      voided: false,
    }));
  return [...read, ...sentHere].filter(({ id }) => !taken.has(id) && !voided.has(id));
}

/** Indexes of records of one seat, action and recipient. */
function groupsOf(records: readonly NewRecord[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, { standing, input, recipientId }] of records.entries()) {
    if (recipientId === null) continue;
    const key = `${standing.seatId} ${input.action} ${recipientId}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()];
}

function charge(
  desk: Desk,
  actor: string,
  { input, standing, reservation, at, recipientId }: NewRecord,
): string {
  const { agencyId, seatId } = standing;
  const now = desk.at(agencyId);
  const id = uuidAt(at);
  const clientAccountId = reservation?.clientAccountId ?? clientAccountAt(standing, at);
  const campaignId = reservation?.campaignId ?? null;
  const { action, noted, count, reservationId } = input;
  desk.charge({
    agency_id: agencyId,
    effective_at: at,
    id,
    seat_id: seatId,
    client_account_id: clientAccountId,
    campaign_id: campaignId,
    action,
    noted,
    count,
    origin: 'RECORD',
    earliest_at: null,
    recipient_id: recipientId,
    reservation_id: reservationId,
    voids: null,
    source_id: input.source === null ? null : desk.sourceId(agencyId, input.source),
    recorded_at: now,
    recorded_by: actor,
  });
  if (reservationId !== null) desk.writes.holdsAccounted.push({ agencyId, id: reservationId, at: now });
  desk.writes.tell('recorded', { agencyId, seatId, clientAccountId, campaignId, action }, at, count);
  return id;
}

/** Takes wrong records out by counter-entries of the same instants. Repeated, it is a no-op. All or nothing. */
export function voidActivities(desk: Desk, request: VoidRequest): VoidAnswer {
  const { viewer } = request;
  const { agencyId } = viewer;
  const forbidden = desk.authorize(viewer, 'voidActivities');
  if (forbidden) return forbidden;
  const charges: ChargeFacts[] = [];
  for (const [index, id] of request.activityIds.entries()) {
    const found = desk.loaded.charges.get(`${agencyId} ${id}`);
    const visible =
      found && (viewer.clientAccountId === null || viewer.clientAccountId === found.clientAccountId);
    if (!visible || !isActivity(found)) {
      return new Refusal('NOT_FOUND', 'There is no such activity.', ['input', 'activityIds', String(index)]);
    }
    charges.push(found);
  }
  const voidedHere = new Set(desk.writes.charges.map(({ voids }) => voids));
  let voided = 0;
  for (const found of charges) {
    if (found.voided || voidedHere.has(found.id)) continue;
    voidedHere.add(found.id);
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
  const { agencyId, seatId, clientAccountId, campaignId, action, noted, count } = found;
  const now = desk.at(agencyId);
  desk.charge({
    agency_id: agencyId,
    effective_at: found.effectiveAt,
    id: uuidAt(instantOf(found.id)),
    seat_id: seatId,
    client_account_id: clientAccountId,
    campaign_id: campaignId,
    action,
    noted,
    count: -count,
    origin: 'VOID',
    earliest_at: null,
    recipient_id: found.recipientId,
    reservation_id: null,
    voids: found.id,
    source_id: null,
    recorded_at: now,
    recorded_by: viewer.actor,
  });
  desk.writes.tell(
    'recorded',
    { agencyId, seatId, clientAccountId, campaignId, action },
    found.effectiveAt,
    -count,
  );
  desk.writes.auditEntries.push({
    agency_id: agencyId,
    id: uuidAt(now),
    actor: viewer.actor,
    verb: 'voidActivities',
    subject_kind: 'ACTIVITY',
    subject_id: found.id,
    changes: { v: 1, reason: { new: reasonFingerprint } },
  });
}
