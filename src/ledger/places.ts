import type { Scope } from '../quota/counter.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { ScopeRef } from './scopes.js';

/** A viewer of one client account sees that one's rows; of all others, everything. */
export function sees(viewer: Viewer, clientAccountId: string): boolean {
  return viewer.clientAccountId === null || viewer.clientAccountId === clientAccountId;
}

export function scopesOfCharge(row: {
  readonly agency_id: string;
  readonly seat_id: string;
  readonly client_account_id: string;
  readonly campaign_id: string | null;
}): Scope[] {
  return [
    { kind: 'SEAT', id: row.seat_id },
    { kind: 'CLIENT_ACCOUNT', id: row.client_account_id },
    ...(row.campaign_id ? [{ kind: 'CAMPAIGN', id: row.campaign_id } as const] : []),
    { kind: 'AGENCY', id: row.agency_id },
  ];
}

/** The scopes that something of a seat counts at. */
export function refsOf(
  {
    agencyId,
    seatId,
    clientAccountId,
  }: { readonly agencyId: string; readonly seatId: string; readonly clientAccountId: string },
  campaignId: string | null,
): ScopeRef[] {
  const place = {
    agency_id: agencyId,
    seat_id: seatId,
    client_account_id: clientAccountId,
    campaign_id: campaignId,
  };
  return scopesOfCharge(place).map((scope) => ({ agencyId, scope }));
}
