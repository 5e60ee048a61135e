import type { Scope } from '../../quota/counter.js';
import type { ScopeRef } from './scopes.js';

/** Where something of a seat counts: the client account and the campaign are those of its time. */
export interface Place {
  readonly agencyId: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
}

/** A place as the tables have it. */
export interface PlaceColumns {
  agency_id: string;
  seat_id: string;
  client_account_id: string;
  campaign_id: string | null;
}

/** The scopes that something counts at. */
export function scopesOf({ agencyId, seatId, clientAccountId, campaignId }: Place): Scope[] {
  return [
    { kind: 'SEAT', id: seatId },
    { kind: 'CLIENT_ACCOUNT', id: clientAccountId },
    ...(campaignId ? [{ kind: 'CAMPAIGN', id: campaignId } as const] : []),
    { kind: 'AGENCY', id: agencyId },
  ];
}

/** Those of a client account that the seat has left by now: their limits are in no standing of it. */
export function scopesLeft(standing: Pick<Place, 'clientAccountId'>, place: Place): Scope[] {
  if (place.clientAccountId === standing.clientAccountId) return [];
  return scopesOf(place).filter(({ kind }) => kind === 'CLIENT_ACCOUNT' || kind === 'CAMPAIGN');
}

export function refsOf(place: Place): ScopeRef[] {
  return scopesOf(place).map((scope) => ({ agencyId: place.agencyId, scope }));
}

export function columnsOf({ agencyId, seatId, clientAccountId, campaignId }: Place): PlaceColumns {
  return {
    agency_id: agencyId,
    seat_id: seatId,
    client_account_id: clientAccountId,
    campaign_id: campaignId,
  };
}

export function placeOf(row: PlaceColumns): Place {
  return {
    agencyId: row.agency_id,
    seatId: row.seat_id,
    clientAccountId: row.client_account_id,
    campaignId: row.campaign_id,
  };
}
