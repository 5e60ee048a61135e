import { raiseOfDays } from './day-alerts.js';
import type { Desk } from '../desk.js';
import { raiseUnknown } from './limit-alerts.js';
import { raiseLowResponses } from './response-alerts.js';
import type { SweepAnswer, SweepRequest } from '../requests.js';
import { limitsOfSeat } from '../reading/standing-limits.js';

/**
 * Tells what time alone did to seats: holds that lapsed, days of outside use that began, a seat that does nothing. Their
 * credits, and how their invitations are taken, are looked at where all that is done of a pass is told.
 */
export function sweep(desk: Desk, { seatIds }: Pick<SweepRequest, 'seatIds'>): SweepAnswer {
  const before = desk.writes.alerts.length;
  raiseOfDays(desk, seatIds, () => false);
  for (const seatId of seatIds) {
    if (desk.invitations.acceptance.keptOf(seatId)) desk.invitations.lookAt(seatId);
  }
  raiseOfOutsideUse(desk, seatIds);
  raiseLowResponses(desk, seatIds);
  return { raised: desk.writes.alerts.length - before };
}

function raiseOfOutsideUse(desk: Desk, seatIds: readonly string[]): void {
  const used = seatIds.flatMap((seatId) => {
    const standing = desk.loaded.standings.get(seatId);
    if (!standing || standing.outside.uses.length === 0) return [];
    const limits = limitsOfSeat(standing, desk.at).filter(({ scope, counter }) =>
      desk.told(scope).isKept(counter.key),
    );
    return [{ standing, limits }];
  });
  // Of all seats at once: what is missing of each would cost a pass.
  desk.open(used.flatMap(({ limits }) => limits));
  for (const { standing, limits } of used) {
    for (const limit of limits) raiseUnknown(desk, standing, desk.book(limit.scope).usage(limit));
  }
}
