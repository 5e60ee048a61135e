import type { Viewer } from '../../tenancy/viewer.js';
import { authorityRefsOf } from './authority.js';
import type { StandingCache } from './cache.js';
import { distinctBy } from './distinct.js';
import type { AgencyCreditNeeds } from '../credits/credit-loading.js';
import type { CampaignNamed } from './ended-campaigns.js';
import type { Loading } from './loading.js';
import type { Wants } from './wants.js';
import { refsOf, scopesLeft, type Place } from './places.js';
import { engagementRef } from '../people/engagement-facts.js';
import { personRef } from '../people/people-facts.js';
import type { CommitRequest, LedgerRequest, ReleaseRequest } from '../requests.js';
import type { ScopeRef } from './scopes.js';
import type { Instant } from '../../quota/window.js';
import { isLimitedAt } from './standing-limits.js';
import { clientAccountAt, clientAccountToldOf, type Standing } from './standing.js';
import { wantsOfTexts } from '../texts/texts.js';

/** What requests want to be read for them, before anything is. */

function nothingWanted() {
  return {
    seats: new Map<string, Wants['seats'][number]>(),
    authorities: new Map<string, Wants['authorities'][number]>(),
    keys: new Map<string, Wants['keys'][number]>(),
    recipients: [] as Wants['recipients'][number][],
    reservations: new Map<string, Wants['reservations'][number]>(),
    recordedReservations: new Map<string, Wants['reservations'][number]>(),
    commits: [] as Wants['commits'][number][],
    charges: new Map<string, Wants['charges'][number]>(),
    sources: new Map<string, Wants['sources'][number]>(),
    people: [] as Wants['people'][number][],
    engagements: [] as Wants['engagements'][number][],
  };
}

function addAuthorities(wants: ReturnType<typeof nothingWanted>, viewer: Viewer): void {
  for (const ref of authorityRefsOf(viewer)) {
    wants.authorities.set(`${ref.agencyId} ${ref.credentialId}`, ref);
  }
}

/** What the requests of a batch name. */
export function wantsOf(requests: readonly LedgerRequest[]): Wants {
  const wants = nothingWanted();
  for (const request of requests) {
    const { agencyId } = request.viewer;
    addAuthorities(wants, request.viewer);
    const addSeat = (seatId: string) => wants.seats.set(`${agencyId} ${seatId}`, { agencyId, seatId });
    const addKey = (key: string) => wants.keys.set(`${agencyId} ${key}`, { agencyId, key });
    const addReservation = (id: string) => wants.reservations.set(`${agencyId} ${id}`, { agencyId, id });
    const addRecordedReservation = (id: string) => {
      addReservation(id);
      wants.recordedReservations.set(`${agencyId} ${id}`, { agencyId, id });
    };
    switch (request.kind) {
      case 'RESERVE':
        addSeat(request.seatId);
        addKey(request.idempotency.key);
        wants.people.push(personRef(agencyId, request, request.recipient));
        break;
      case 'COMMIT':
      case 'RELEASE':
        addReservation(request.reservationId);
        wants.commits.push({ agencyId, id: request.reservationId });
        break;
      case 'ENGAGE':
        for (const input of request.inputs) {
          addSeat(input.seatId);
          addKey(input.idempotency.key);
          wants.engagements.push(engagementRef(request.viewer, input));
          if (input.reservationId) addRecordedReservation(input.reservationId);
        }
        break;
      case 'SWEEP':
        request.seatIds.forEach(addSeat);
        break;
      case 'VOID':
        for (const id of request.activityIds) wants.charges.set(`${agencyId} ${id}`, { agencyId, id });
        break;
      case 'RECORD':
        for (const { seatId, idempotency, recipient, reservationId, source } of request.inputs) {
          addSeat(seatId);
          addKey(idempotency.key);
          if (recipient) wants.recipients.push({ agencyId, ...recipient });
          if (reservationId) addRecordedReservation(reservationId);
          if (source) wants.sources.set(`${agencyId} ${source}`, { agencyId, name: source });
        }
    }
  }
  const list = <T>(map: ReadonlyMap<string, T>): T[] => [...map.values()];
  return {
    ...wants,
    seats: list(wants.seats),
    authorities: list(wants.authorities),
    keys: list(wants.keys),
    reservations: list(wants.reservations),
    recordedReservations: list(wants.recordedReservations),
    charges: list(wants.charges),
    sources: list(wants.sources),
    ...wantsOfTexts(requests.filter((request) => request.kind === 'RESERVE')),
  };
}

/** The purses that InMails are asked of; whatever else takes credits or gives them back finds its purse on the way. */
export function creditsAsked(requests: readonly LedgerRequest[]): AgencyCreditNeeds[] {
  return requests.flatMap((request) => {
    const { agencyId } = request.viewer;
    if (request.kind === 'SWEEP') {
      return [{ agencyId, purses: request.seatIds.map((seatId) => ({ seatId, clientAccountId: null })) }];
    }
    if (request.kind !== 'RESERVE' || request.action !== 'INMAIL') return [];
    return [{ agencyId, purses: [{ seatId: request.seatId, clientAccountId: null }] }];
  });
}

/** The scopes that the requests will count at, as far as the cache knows them: a guess that saves a round trip. */
export function guessScopes(cache: StandingCache, requests: readonly LedgerRequest[]): ScopeRef[] {
  return requests.flatMap((request) => {
    const { agencyId } = request.viewer;
    const standingOf = (seatId: string) => cache.peek(agencyId)?.standings.get(seatId);
    switch (request.kind) {
      case 'RESERVE': {
        const standing = standingOf(request.seatId);
        return standing
          ? scopesHeldIn(standing, { ...standing, campaignId: request.campaignId }).filter(isNotAgency)
          : [];
      }
      case 'COMMIT':
      case 'RELEASE': {
        const place = cache.places.get(agencyId, request.reservationId);
        const standing = place && standingOf(place.seatId);
        if (!place || !standing) return [];
        if (isOnlyRelease(request)) return scopesHeldIn(standing, place).filter(isNotAgency);
        const heldToAgency = standing.set.agency.length > 0;
        return refsOf(place).filter((ref) => isNotAgency(ref) || !heldToAgency);
      }
      default:
        return [];
    }
  });
}

/** The scopes that the requests count at. */
export function scopesOf(loading: Loading, requests: readonly LedgerRequest[]): ScopeRef[] {
  return requests.flatMap((request): ScopeRef[] => {
    const { standings, reservations, charges } = loading.of(request.viewer.agencyId);
    const ofSeat = (seatId: string, campaignId: string | null): ScopeRef[] => {
      const standing = standings.get(seatId);
      return standing ? refsOf({ ...standing, campaignId }) : [];
    };
    const ofReservation = (id: string): ScopeRef[] => {
      const reservation = reservations.get(id);
      return reservation ? refsOf(reservation) : [];
    };
    switch (request.kind) {
      case 'RESERVE': {
        const standing = standings.get(request.seatId);
        return standing ? scopesHeldIn(standing, { ...standing, campaignId: request.campaignId }) : [];
      }
      case 'RECORD':
        return request.inputs.flatMap(({ seatId, occurredAt, reservationId }) => [
          ...ofSeat(seatId, null),
          ...ofOwnerThen(standings.get(seatId), occurredAt),
          ...(reservationId === null ? [] : ofReservation(reservationId)),
        ]);
      case 'ENGAGE':
        // An answer takes an invitation out of the seat's gauge.
        return request.inputs.map(({ seatId }) => ({
          agencyId: request.viewer.agencyId,
          scope: { kind: 'SEAT', id: seatId },
        }));
      case 'SWEEP':
        return request.seatIds
          .flatMap((id) => ofSeat(id, null))
          .filter(({ scope }) => scope.kind !== 'AGENCY');
      case 'COMMIT':
      case 'RELEASE': {
        const reservation = reservations.get(request.reservationId);
        const standing = reservation && standings.get(reservation.seatId);
        if (!standing || !isOnlyRelease(request)) return ofReservation(request.reservationId);
        return scopesHeldIn(standing, reservation);
      }
      case 'VOID':
        return request.activityIds.flatMap((id) => {
          const charge = charges.get(id);
          return charge ? refsOf(charge) : [];
        });
    }
  });
}

/** Where records count that are of a client account which their seat has left: what is limited there is in no standing. */
export function scopesLeftOf(loading: Loading, requests: readonly LedgerRequest[]): ScopeRef[] {
  const refs = requests.flatMap((request): ScopeRef[] => {
    if (request.kind !== 'RECORD') return [];
    const { viewer, inputs } = request;
    const { agencyId } = viewer;
    const { standings, reservations } = loading.of(agencyId);
    return inputs.flatMap(({ seatId, occurredAt, reservationId }) => {
      const standing = standings.get(seatId);
      if (!standing) return [];
      const clientAccountId = clientAccountToldOf(viewer, standing, occurredAt);
      const reserved = reservationId === null ? undefined : reservations.get(reservationId);
      const place = reserved ?? { ...standing, clientAccountId, campaignId: null };
      return scopesLeft(standing, place).map((scope) => ({ agencyId, scope }));
    });
  });
  return distinctBy(refs, ({ agencyId, scope }) => `${agencyId} ${scope.id}`);
}

/** The campaigns that requests ask about, or their reservations were made for: these may have ended meanwhile. */
export function campaignsNamed(loading: Loading, requests: readonly LedgerRequest[]): CampaignNamed[] {
  return requests.flatMap((request): CampaignNamed[] => {
    const { agencyId } = request.viewer;
    const ofReservation = (id: string | null) => loading.of(agencyId).reservations.get(id ?? '') ?? [];
    switch (request.kind) {
      case 'RESERVE':
        return [{ ...request, agencyId }];
      case 'RECORD':
        return request.inputs.flatMap(({ reservationId }) => ofReservation(reservationId));
      case 'COMMIT':
      case 'RELEASE':
        return [ofReservation(request.reservationId)].flat();
      default:
        return [];
    }
  });
}

/** The agency's holds are not read before it is known that a limit is set there (see readScopes()): no guess is made of it. */
function isNotAgency({ scope }: ScopeRef): boolean {
  return scope.kind !== 'AGENCY';
}

/** Whether nothing can come of a request but that room is given back: what may have been sent counts as sent. */
function isOnlyRelease(request: CommitRequest | ReleaseRequest): boolean {
  return request.kind === 'RELEASE' && request.because !== 'UNCERTAIN';
}

/** Where room is held. A hold changes no counter that is kept: those of scopes without a limit need not be read for it. */
function scopesHeldIn(standing: Standing, place: Place): ScopeRef[] {
  return refsOf(place).filter(({ scope }) => isLimitedAt(standing, scope));
}

/** What a seat did counts for the client account of that time, whoever has it now. */
function ofOwnerThen(standing: Standing | undefined, at: Instant): ScopeRef[] {
  if (!standing) return [];
  return refsOf({ ...standing, clientAccountId: clientAccountAt(standing, at), campaignId: null });
}
