import { refuse, type Refusal } from '../../errors.js';
import { lookAt, type Look } from '../../outreach/campaign/look.js';
import type { Instant } from '../../quota/window.js';
import { isSelf, type Viewer } from '../../tenancy/viewer.js';
import { isAhead, isOver } from './campaign.days.js';
import type { Enrolled } from './enrolment.rows.js';
import { isClaimed, placeOf, type Known } from './queue.keeper.js';
import type { Touch } from './touch.rows.js';

/** Whether a touch may be claimed, and is to be done at all. */

/** Why it may not be claimed, before anybody looks at its person. */
export function refuseState(
  viewer: Viewer,
  { touch, person }: { readonly touch: Touch; readonly person: Enrolled },
  key: string,
  at: Instant,
): Refusal | null {
  const { state, claimedBy, claimKey, claimedUntil } = touch;
  const wrong = (message: string) => refuse('WRONG_STATE', message, 'touchId');
  if (state !== 'DUE' && state !== 'CLAIMED') return wrong(`The touch is ${state.toLowerCase()}.`);
  if (isClaimed(touch, at)) {
    const isOwn = isSelf(viewer, claimedBy);
    if (isOwn && claimKey === key) return null;
    const until = new Date(claimedUntil!).toISOString();
    if (!isOwn) return wrong(`Somebody has it until ${until}.`);
    return wrong(`You have it until ${until}, by another idempotencyKey: ask again with that one.`);
  }
  if (person.campaignStatus === 'DRAFT') return wrong('The campaign has not been launched.');
  if (isAhead(person, at)) return wrong('The first day of the campaign has not begun.');
  if (isOver(person, at)) return wrong('The last day of the campaign is over.');
  return touch.dueAt > at ? wrong(`It is due at ${new Date(touch.dueAt).toISOString()}.`) : null;
}

/** What is to be done for somebody now; null where nothing is, whatever their steps say. */
export function lookAgain(person: Enrolled, { facts, stopped, sentAt }: Known, at: Instant): Look | null {
  if (person.state !== 'ACTIVE' || stopped !== null || sentAt !== null) return null;
  return lookAt(person.definition, placeOf(person), facts, { at, who: person.id });
}

export function isToBeDone(touch: Touch, next: Look | null): next is Look & { readonly kind: 'OPEN' } {
  return next?.kind === 'OPEN' && next.step.key === touch.step;
}
