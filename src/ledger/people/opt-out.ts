import type { Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Desk } from '../desk.js';
import type { EngageInput } from '../requests.js';
import { releaseHeld } from '../resolve.js';
import { markKeysOf, markName } from './marks.js';
import type { RecipientKey } from './recipients.js';

/** Somebody who wants to hear no more. */
interface OptedOut {
  readonly input: Pick<EngageInput, 'seatId' | 'recipient'>;
  readonly recipientId: string;
  /** Whom it was said to. */
  readonly clientAccountId: string;
}

/**
 * Nothing more goes out to the person for the client account that it was told, nor ever from the seat, whoever has it then (P13). Answers
 * since when the seat is to leave them alone.
 */
export function optOut(
  desk: Desk,
  actor: string,
  { input, clientAccountId, recipientId }: OptedOut,
): Instant {
  const { seatId } = input;
  for (const hold of desk.people.liveHoldsOf(recipientId, { clientAccountId, seatId })) {
    releaseHeld(desk, actor, hold, 'DO_NOT_CONTACT');
  }
  const person = { key: input.recipient.key, recipientId };
  markPerson(desk, actor, person, { kind: 'CLIENT_ACCOUNT', id: clientAccountId });
  return markPerson(desk, actor, person, { kind: 'SEAT', id: seatId });
}

/** Marks a person who is not marked there, and answers since when they are. */
function markPerson(
  desk: Desk,
  actor: string,
  { key, recipientId }: { readonly key: RecipientKey; readonly recipientId: string },
  scope: { readonly kind: 'CLIENT_ACCOUNT' | 'SEAT'; readonly id: string },
): Instant {
  const keys = markKeysOf({ key, employers: [] });
  const standing = keys
    .flatMap((one) => desk.loaded.marks.get(markName(one)) ?? [])
    .filter(({ scopeId }) => scopeId === scope.id);
  if (standing.length > 0) return Math.max(...standing.map(({ setAt }) => setAt));
  if (!desk.people.mark(recipientId, { kind: 'PERSON', scopeId: scope.id })) return desk.at;
  const id = uuidAt(desk.at);
  const marks = keys.map(({ kind, version, fingerprint }) => ({
    ...{ agency_id: desk.agencyId, id, scope_kind: scope.kind, scope_id: scope.id },
    ...{ kind, key_version: version, fingerprint, created_at: desk.at, created_by: actor },
  }));
  desk.writes.marks.push(...marks);
  const told = { kind: 'PERSON', scopeKind: scope.kind, scopeId: scope.id };
  desk.writes.auditEntries.push({
    agency_id: desk.agencyId,
    id: uuidAt(desk.at),
    actor,
    verb: 'recordEngagement',
    subject_kind: 'DO_NOT_CONTACT',
    subject_id: id,
    changes: {
      v: 1,
      ...Object.fromEntries(Object.entries(told).map(([field, value]) => [field, { old: null, new: value }])),
    },
  });
  return desk.at;
}
