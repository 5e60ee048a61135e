import type { Room } from '../quota/decide.js';
import { reasonInWords } from '../quota/reason-words.js';
import type { Reason } from '../quota/rule.js';
import { fill } from '../schema/fill.js';
import type { Limit as ShownLimit } from '../schema/limit.schema.js';
import { Reason as ShownReason } from '../schema/reason.schema.js';
import { Room as ShownRoom } from '../schema/seat.schema.js';
import type { Viewer } from '../tenancy/viewer.js';
import { seesScope, showLimitInZone } from './limit.show.js';
import type { Loaders } from './loaders.js';

/** The message of a limit has its numbers in it: a viewer of one client account is told the code, and this. */
const AGENCY_LIMIT_REACHED = {
  message: 'A limit of the agency is reached.',
  remedy: 'Wait, or ask the agency.',
};

/** A reason with its limit, where it is of one; what the viewer may not see of it is left out. */
export function showReason(viewer: Viewer, reason: Reason, limit: ShownLimit | null): ShownReason {
  const { code, retryAt } = reason;
  const { message, remedy } = reasonInWords(reason);
  const isSeen = reason.limit === null || seesScope(viewer, reason.limit.scope);
  return isSeen
    ? fill(ShownReason, { code, message, limit, retryAt, remedy })
    : fill(ShownReason, { code, ...AGENCY_LIMIT_REACHED, limit: null, retryAt });
}

export async function showRoom(viewer: Viewer, loaders: Loaders, room: Room): Promise<ShownRoom> {
  const { action, remaining, availableAt, binding } = room;
  const limit = binding?.limit ? await showLimitInZone(loaders, binding.limit) : null;
  return fill(ShownRoom, {
    action,
    remaining,
    availableAt,
    binding: binding && showReason(viewer, binding, limit),
  });
}
