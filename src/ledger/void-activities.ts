import { Refusal } from '../errors.js';
import { instantOf, uuidAt } from '../tenancy/uuid.js';
import { sees } from '../tenancy/viewer.js';
import type { Desk } from './desk.js';
import { LongWork } from './long-work.js';
import type { ChargeFacts } from './reading/facts.js';
import { columnsOf } from './reading/places.js';
import type { VoidAnswer, VoidRequest } from './requests.js';

/**
 * Takes wrong records out by counter-entries of the same instants. Repeated, it is a no-op. All or nothing. A thousand under hundreds
 * of limits are taken out with turns of everybody else in between, as they were recorded.
 */
export async function voidActivities(desk: Desk, request: VoidRequest): Promise<VoidAnswer> {
  const { viewer } = request;
  const forbidden = desk.authorize(viewer, 'voidActivities');
  if (forbidden) return forbidden;
  const charges: ChargeFacts[] = [];
  const isOut = ({ id, voided }: ChargeFacts): boolean => voided || desk.sends.isTakenOut(id);
  for (const [index, id] of request.activityIds.entries()) {
    const found = desk.loaded.charges.get(id);
    if (!found || !sees(viewer, found) || !isActivity(found)) {
      return refuseActivity('NOT_FOUND', 'There is no such activity.', index);
    }
    if (isOut(found)) continue;
    // What is taken out makes room in the seat, whoever has it now: nobody fills up the seat of others, nor empties it.
    if (!desk.standing(viewer, found.seatId)) return refuseActivity('WRONG_STATE', LEFT, index);
    charges.push(found);
  }
  desk.invitations.needFor(
    charges.map((charge) => ({ ...charge, at: charge.effectiveAt, voids: charge.id })),
  );
  desk.credits.needTakes(charges.filter(({ action }) => action === 'INMAIL').map(({ id }) => id));
  let voided = 0;
  await new LongWork(request.viewer.agencyId).each(charges, (found) => {
    if (isOut(found)) return;
    voided += 1;
    takeOut(desk, request, found);
  });
  return { voided };
}

const LEFT =
  'Its seat is another client account’s by now: whoever sees both, or the whole agency, takes it out.';

function refuseActivity(code: 'NOT_FOUND' | 'WRONG_STATE', message: string, index: number): Refusal {
  return new Refusal(code, message, ['input', 'activityIds', String(index)]);
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
    told_recipient_id: null,
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
