import { Failure } from '../errors.js';
import type { AgencyScopes } from '../ledger/told/agency-scopes.js';
import type { Scope } from '../quota/counter.js';
import { sees, seesWhole, type Viewer } from '../tenancy/viewer.js';

/** What a subscriber asks to be told of; both null: all that it sees. */
export interface UsageFilter {
  readonly seatId: string | null;
  readonly clientAccountId: string | null;
}

/**
 * The scopes that a viewer is told of, parents first. The agency's own is for those who see all of it, and a client
 * account's and its campaigns' for those who see the whole of that. A seat that was removed is among them only where it is
 * the one that was asked for.
 */
export function scopesTold(viewer: Viewer, filter: UsageFilter, scopes: AgencyScopes): Scope[] {
  const { seatId, clientAccountId } = filter;
  if (seatId !== null) return isSeatTold(viewer, filter, seatId, scopes) ? [seat(seatId)] : [];
  const seats = [...scopes.seats].flatMap(([id, { status }]) =>
    status !== 'REMOVED' && isSeatTold(viewer, filter, id, scopes) ? [seat(id)] : [],
  );
  if (clientAccountId !== null) {
    const isSeen = scopes.clientAccountIds.has(clientAccountId) && seesWhole(viewer, clientAccountId);
    return isSeen ? [account(clientAccountId), ...seats] : seats;
  }
  return [
    ...(viewer.reach === null ? [{ kind: 'AGENCY', id: viewer.agencyId } as const] : []),
    ...[...scopes.clientAccountIds].filter((id) => seesWhole(viewer, id)).map(account),
    ...[...scopes.campaigns].flatMap(([id, ofAccount]) =>
      seesWhole(viewer, ofAccount) ? [{ kind: 'CAMPAIGN', id } as const] : [],
    ),
    ...seats,
  ];
}

/** Whether what a filter names exists for the viewer. Who sees a seat of a client account sees that as well. */
export function isThere(
  viewer: Viewer,
  filter: UsageFilter,
  { seats, clientAccountIds }: AgencyScopes,
): boolean {
  const { seatId, clientAccountId } = filter;
  const isSeen = (id: string): boolean => {
    const found = seats.get(id);
    return found !== undefined && sees(viewer, { seatId: id, clientAccountId: found.clientAccountId });
  };
  if (seatId !== null && !isSeen(seatId)) return false;
  if (clientAccountId === null) return true;
  if (!clientAccountIds.has(clientAccountId)) return false;
  return (
    seesWhole(viewer, clientAccountId) ||
    [...seats].some(([id, found]) => found.clientAccountId === clientAccountId && isSeen(id))
  );
}

/** The same words whether it never was there for the viewer, or is no more. */
export function notThere(): Failure {
  return new Failure('NOT_FOUND', 'There is no such seat or client account.');
}

/** Whether a viewer is told of a seat that is the client account's now. */
export function tellsSeat(
  viewer: Viewer,
  filter: UsageFilter,
  of: { readonly seatId: string; readonly clientAccountId: string },
): boolean {
  const isAsked = filter.clientAccountId === null || filter.clientAccountId === of.clientAccountId;
  return isAsked && (filter.seatId === null || filter.seatId === of.seatId) && sees(viewer, of);
}

function isSeatTold(viewer: Viewer, filter: UsageFilter, seatId: string, { seats }: AgencyScopes): boolean {
  const found = seats.get(seatId);
  return found !== undefined && tellsSeat(viewer, filter, { seatId, clientAccountId: found.clientAccountId });
}

function seat(id: string): Scope {
  return { kind: 'SEAT', id };
}

function account(id: string): Scope {
  return { kind: 'CLIENT_ACCOUNT', id };
}
