import type { Room } from '../quota/decide.js';
import { reasonInWords } from '../quota/reason-words.js';
import type { Reason } from '../quota/rule.js';
import type { ScopeKind } from '../quota/words.js';
import { fill } from '../schema/fill.js';
import type { Limit as ShownLimit } from '../schema/limit.schema.js';
import { Reason as ShownReason } from '../schema/reason.schema.js';
import { Room as ShownRoom } from '../schema/seat.schema.js';
import { onlyLooksOn } from '../tenancy/roles.js';
import { seesCounts, type Viewer } from '../tenancy/viewer.js';
import { showLimitInZone } from './limit.show.js';
import type { Loaders } from './loaders.js';

/** The message of a limit has its numbers in it: a viewer of one client account is told the code, and this. */
const AGENCY_LIMIT_REACHED = {
  message: 'A limit of the agency is reached.',
  remedy: 'Wait, or ask the agency.',
};
const CLIENT_ACCOUNT_LIMIT_REACHED = {
  ...AGENCY_LIMIT_REACHED,
  message: 'A limit of the client account is reached.',
};
const CAMPAIGN_LIMIT_REACHED = { ...AGENCY_LIMIT_REACHED, message: 'A limit of the campaign is reached.' };

/** The pool of a client account is of other seats too. */
const NO_CREDIT_LEFT = { message: 'No InMail credit is left.' };

/** By whose limit it is; a seat's is seen by whoever sees the seat. */
const LIMIT_REACHED: Readonly<Record<ScopeKind, typeof AGENCY_LIMIT_REACHED>> = {
  AGENCY: AGENCY_LIMIT_REACHED,
  CLIENT_ACCOUNT: CLIENT_ACCOUNT_LIMIT_REACHED,
  CAMPAIGN: CAMPAIGN_LIMIT_REACHED,
  SEAT: CLIENT_ACCOUNT_LIMIT_REACHED,
};

/**
 * A reason with its limit, where it is of one; what the viewer may not see of it is left out. `clientAccountId` is whose a
 * campaign is that the limit may be of.
 */
export function showReason(
  viewer: Viewer,
  reason: Reason,
  limit: ShownLimit | null,
  clientAccountId: string | null = null,
): ShownReason {
  const { code, retryAt } = reason;
  const { message, remedy } = reasonInWords(reason);
  const scope = scopeOf(reason);
  if (scope === null || seesCounts(viewer, scope, clientAccountId)) {
    return fill(ShownReason, { code, message, limit, retryAt, remedy });
  }
  if (code === 'NO_CREDITS') return fill(ShownReason, { code, ...NO_CREDIT_LEFT, limit, retryAt, remedy });
  const words = LIMIT_REACHED[scope.kind];
  const told = isToldWhen(viewer, [reason], clientAccountId) ? retryAt : null;
  return fill(ShownReason, { code, ...words, limit: null, retryAt: told });
}

/**
 * Whose counts a reason tells; null for none. Of no credits it does not say whose they are, and they may be a pool's: of those too, as of
 * a campaign's counts, the client account says who sees them. What is left of a pool is told to nobody else in the first place.
 */
function scopeOf({ code, facts, limit }: Reason): { readonly kind: ScopeKind; readonly id: string } | null {
  const isNoneLeft = code === 'NO_CREDITS' && facts['available'] === 0;
  return isNoneLeft ? { kind: 'CAMPAIGN', id: '' } : (limit?.scope ?? null);
}

/**
 * Whether a viewer is told when what these reasons refuse is allowed again. Where a limit of the agency is among them it
 * is the instant at which somebody else's send leaves a window: whoever may ask has to know it, and finds it out by asking;
 * a CLIENT, or an ANALYST's key of one client account, only looks on, and does not.
 */
export function isToldWhen(
  viewer: Viewer,
  reasons: readonly Reason[],
  clientAccountId: string | null = null,
): boolean {
  if (!onlyLooksOn(viewer.role)) return true;
  return reasons.every(({ limit }) => limit === null || seesCounts(viewer, limit.scope, clientAccountId));
}

export async function showRoom(viewer: Viewer, loaders: Loaders, room: Room): Promise<ShownRoom> {
  const { action, remaining, availableAt, binding } = room;
  const limit = binding?.limit ? await showLimitInZone(loaders, binding.limit) : null;
  return fill(ShownRoom, {
    action,
    remaining,
    availableAt: binding && !isToldWhen(viewer, [binding]) ? null : availableAt,
    binding: binding && showReason(viewer, binding, limit),
  });
}
