import { refuse, type Refusal } from '../../errors.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Touch } from './touch.rows.js';

/** Why somebody may not say what came of a touch. */

/** `reservationId` is that of the claim that somebody speaks of, where they say so. */
export function refuseOthers(
  viewer: Viewer,
  touch: Touch,
  { reservationId }: { readonly reservationId?: string | null },
): Refusal | null {
  const ended = refuseEnded(touch);
  if (ended) return ended;
  if (touch.reservationId === null) return refuse('WRONG_STATE', 'Nobody has claimed it.', 'touchId');
  if (reservationId && reservationId !== touch.reservationId) {
    return refuse('WRONG_STATE', 'It has been claimed again since.', 'reservationId');
  }
  return refuseAnothers(viewer, touch);
}

export function refuseEnded({ state }: Touch): Refusal | null {
  if (state === 'DUE' || state === 'CLAIMED') return null;
  return refuse('WRONG_STATE', `The touch is ${state.toLowerCase()}.`, 'touchId');
}

/** What somebody else has claimed last is theirs; what lapsed is anybody's to pass over. */
export function refuseAnothers(viewer: Viewer, touch: Touch): Refusal | null {
  if (touch.state !== 'CLAIMED' || touch.claimedBy === viewer.actor) return null;
  return refuse('WRONG_STATE', 'Somebody else has claimed it.', 'touchId');
}

/** LinkedIn told whoever claimed it last, also where their claim is over; of anything else the seat is restricted by itself. */
export function refuseNotice(viewer: Viewer, touch: Touch): Refusal | null {
  const wrong = refuseEnded(touch) ?? refuseAnothers(viewer, touch);
  const told = wrong?.message ?? (touch.reservationId === null ? 'Nobody has claimed it.' : NOT_LAST);
  if (!wrong && touch.reservationId !== null && touch.claimedBy === viewer.actor) return null;
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
