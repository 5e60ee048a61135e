import type { EntityManager } from 'typeorm';
import { SeatEntity } from '../../entities/seat.entity.js';
import { comparedAddress, normalizeProfileUrl } from '../../imports/profile-url.js';
import type { Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { toWorkingHours, type AddSeat, type UpdateSeat } from './seat.checks.js';

/** What the row of a seat holds, by what is told of it. */

export function newSeat(manager: EntityManager, viewer: Viewer, input: AddSeat, at: Instant): SeatEntity {
  return manager.create(SeatEntity, {
    agencyId: viewer.agencyId,
    id: uuidAt(at),
    clientAccountId: input.clientAccountId,
    externalRef: input.externalRef ?? null,
    holderName: input.holderName,
    holderKind: input.holderKind ?? 'AGENCY_STAFF',
    holderAgreedOn: input.holderAgreedOn ?? null,
    holderWithdrewAt: null,
    holderLinkGeneration: 1,
    profileUrl: accountAddress(input.profileUrl) ?? input.profileUrl,
    tier: input.tier,
    timeZone: input.timeZone,
    workingHours: toWorkingHours(input.workingHours ?? null),
    limitMode: input.limitMode ?? 'CEILING',
    status: 'ACTIVE',
    removedAs: null,
    history: input.history ?? 'UNKNOWN',
    warmUpStartedOn: input.warmUpStartedOn ?? null,
    openingPendingInvitations: input.openingPendingInvitations ?? 0,
    openingCredits: input.openingCredits ?? null,
    creditsRenewOn: input.creditsRenewOn ?? null,
    creditsPerMonth: input.creditsPerMonth ?? null,
    createdAt: at,
  });
}

/** What is left out stays. */
export function changedBy(seat: SeatEntity, input: UpdateSeat): SeatEntity {
  const orStays = <T>(given: T | undefined, stays: T): T => (given === undefined ? stays : given);
  const profileUrl = input.profileUrl ? accountAddress(input.profileUrl) : null;
  return {
    ...seat,
    holderName: input.holderName ?? seat.holderName,
    holderKind: input.holderKind ?? seat.holderKind,
    holderAgreedOn: orStays(input.holderAgreedOn, seat.holderAgreedOn),
    // Agreed again; whoever withdrew before that is checked.
    holderWithdrewAt: input.holderAgreedOn ? null : seat.holderWithdrewAt,
    profileUrl: profileUrl ?? seat.profileUrl,
    tier: input.tier ?? seat.tier,
    timeZone: input.timeZone ?? seat.timeZone,
    externalRef: orStays(input.externalRef, seat.externalRef),
    workingHours: input.workingHours === undefined ? seat.workingHours : toWorkingHours(input.workingHours),
    limitMode: input.limitMode ?? seat.limitMode,
    history: input.history ?? seat.history,
    openingPendingInvitations: orStays(input.openingPendingInvitations, seat.openingPendingInvitations) ?? 0,
    warmUpStartedOn: orStays(input.warmUpStartedOn, seat.warmUpStartedOn),
    creditsRenewOn: orStays(input.creditsRenewOn, seat.creditsRenewOn),
    creditsPerMonth: orStays(input.creditsPerMonth, seat.creditsPerMonth),
  };
}

/** As an account is compared: an agency has it once. */
export function accountAddress(profileUrl: string): string | null {
  const normalized = normalizeProfileUrl(profileUrl);
  return normalized === null ? null : comparedAddress(normalized);
}
