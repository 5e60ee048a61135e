import { countedOn, roomLeft, roomOf, type Room } from '../../quota/decide.js';
import type { Ask } from '../../quota/ask.js';
import type { Limit } from '../../quota/limit.js';
import type { Books } from '../../quota/unit.js';
import { DAY, SECOND } from '../../quota/window.js';
import { ACTIONS, type Action } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { askOf, throughVersions } from '../reading/asks.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { listsOfLimits } from '../reading/standing-limits.js';
import type { Standing } from '../reading/standing.js';
import { ofOthersToo } from './plan-at-desk.js';
import { SharedLimits } from './shared-limits.js';

/** How many of each action of a seat could be held at this instant. */
export function roomsAtDesk(viewer: Viewer, desk: Desk, standing: Standing): readonly Room[] {
  const { at } = desk;
  const books: Books = (scope) => desk.book(scope);
  return asksOf(desk, standing).map((ask) => {
    const room = roomOf(ask, books, at);
    desk.invitations.acceptance.checkReach(standing, ask, [room.availableAt]);
    // How much is left at the agency, or at a client account of which one seat was given, tells what others send; that nothing is left must be told.
    const isUntold = viewer.reach !== null && room.remaining > 0;
    return isUntold ? roomOf(ofOthersToo(viewer, ask, false), books, at) : room;
  });
}

/**
 * How many are left today, by the action: bursts are left out, which hide in minutes what a day holds. Nothing is looked up
 * of later instants.
 */
export function roomTodayAtDesk(desk: Desk, standing: Standing): ReadonlyMap<Action, number> {
  const books: Books = (scope) => desk.book(scope);
  return new Map(asksOf(desk, standing, isOfDays).map((ask) => [ask.action, roomLeft(ask, books, desk.at)]));
}

function isOfDays({ counter: { window } }: Limit): boolean {
  return window.kind !== 'ROLLING' || window.seconds * SECOND >= DAY;
}

/** Under all limits of a seat, or under some alone. */
function asksOf(desk: Desk, standing: Standing, isAsked?: (limit: Limit) => boolean): Ask[] {
  const { at } = desk;
  const pace = desk.pace(standing.seatId);
  // Credits before counters, which many seats have counted already: so the credits of all seats are read in one round.
  const creditsOf = ACTIONS.map((action) => ({ action, credits: creditsFor(desk, standing, action) }));
  const shared = SharedLimits.at(desk);
  const lists = listsOfLimits(standing, at, pace);
  const [own = [], ...ofParents] = isAsked ? lists.map((list) => shared.those(list, isAsked)) : lists;
  shared.open(own, ofParents);
  return creditsOf.map(({ action, credits }) => {
    const limits = [...own, ...ofParents.flatMap((list) => shared.tellingRoom(list, action))];
    const ask = throughVersions(standing, at, (policy) => {
      const asked = askOf(standing, null, { action, noted: false }, { at, policy, pace, limits });
      return { ...desk.invitations.asked(standing, asked, policy), credits };
    });
    desk.open(countedOn(ask));
    return ask;
  });
}
