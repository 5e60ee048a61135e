import { refuse, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { isSelf, type Viewer } from '../../tenancy/viewer.js';
import { isClaimed } from './queue.keeper.js';
import { reservationsOf, type Touch } from './touch.rows.js';

/** Why somebody may not say what came of a touch. */

/** How a send is told all the same: it counts, whatever became of its touch. */
export const BY_HAND = 'If it was sent, record it with recordActivities and its reservationId.';
/** What is held is not recorded: it is committed, by whomever. */
const WHILE_CLAIMED =
  'If it was sent, commit its reservation with commitReservation; once its hold is over, record it with recordActivities and its reservationId.';

interface Found {
  readonly touch: Touch;
  readonly at: Instant;
}

interface Spoken {
  /** That of the claim that somebody speaks of, where they say so. */
  readonly reservationId?: string | null;
  /** What they claimed before somebody else did: it may be that which they speak of, where they don't say. */
  readonly earlierOwn: readonly string[];
}

/** Why somebody can't say that it was sent; and what to do, where there is a reservation that they may speak of. */
export function refuseOthers(viewer: Viewer, { touch, at }: Found, spoken: Spoken): Refusal | null {
  const wrong = refuseSpoken(viewer, { touch, at }, spoken);
  const named = spoken.reservationId ?? reservationsOf(touch)[0];
  if (!wrong || !named) return wrong;
  const isHeld = isClaimed(touch, at) && named === touch.reservationId && spoken.earlierOwn.length === 0;
  return new Refusal(wrong.code, `${wrong.message} ${isHeld ? WHILE_CLAIMED : BY_HAND}`, wrong.field);
}

function refuseSpoken(
  viewer: Viewer,
  { touch, at }: Found,
  { reservationId, earlierOwn }: Spoken,
): Refusal | null {
  const ended = refuseEnded(touch);
  if (ended) return ended;
  if (touch.reservationId === null) return refuse('WRONG_STATE', 'Nobody has claimed it.', 'touchId');
  if (reservationId && reservationId !== touch.reservationId) {
    return refuse('WRONG_STATE', 'It has been claimed again since.', 'reservationId');
  }
  const anothers = refuseAnothers(viewer, touch, at);
  if (anothers || earlierOwn.length === 0) return anothers;
  return refuse('WRONG_STATE', 'Somebody else has claimed it since.', 'reservationId');
}

export function refuseEnded({ state }: Touch): Refusal | null {
  if (state === 'DUE' || state === 'CLAIMED') return null;
  return refuse('WRONG_STATE', `The touch is ${state.toLowerCase()}.`, 'touchId');
}

/** What somebody else has claimed is theirs; what lapsed is anybody's to pass over, whether or not somebody has looked since. */
export function refuseAnothers(viewer: Viewer, touch: Touch, at: Instant): Refusal | null {
  if (!isClaimed(touch, at) || isSelf(viewer, touch.claimedBy)) return null;
  return refuse('WRONG_STATE', 'Somebody else has claimed it.', 'touchId');
}

/** LinkedIn told whoever claimed it last, also where their claim is over; of anything else the seat is restricted by itself. */
export function refuseNotice(viewer: Viewer, { touch, at }: Found): Refusal | null {
  const wrong = refuseEnded(touch) ?? refuseAnothers(viewer, touch, at);
  const told = wrong?.message ?? (touch.reservationId === null ? 'Nobody has claimed it.' : NOT_LAST);
  if (!wrong && touch.reservationId !== null && isSelf(viewer, touch.claimedBy)) return null;
  return refuse(
    'WRONG_STATE',
    `${told.slice(0, -1)}: report the restriction with reportRestriction.`,
    'touchId',
  );
}

const NOT_LAST = 'Somebody else claimed it last.';

/** The same refusal, of what the caller named. */
export function atTouch({ code, message }: Refusal): Refusal {
  return refuse(code, message, 'touchId');
}

/** The same of a send, whose instant the caller names otherwise. */
export function atSend(refusal: Refusal): Refusal {
  if (refusal.field?.at(-1) !== 'occurredAt') return atTouch(refusal);
  return refuse(refusal.code, refusal.message.replace('occurredAt', 'sentAt'), 'sentAt');
}
