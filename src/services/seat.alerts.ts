import type { EntityManager } from 'typeorm';
import type { SeatEntity } from '../entities/seat.entity.js';
import { raise } from '../ledger/alerts.js';
import type { Instant } from '../quota/window.js';
import type { Viewer } from '../tenancy/viewer.js';
import { countSeatsTaken, findClientAccount } from './client-account.service.js';
import { findPlan } from './plan.service.js';

/** What someone should know of seats that come and go. Each is raised under the agency's book, with its change. */

/** A seat came of which nobody knows what it sent before. */
export async function raiseHistoryUnknown(
  manager: EntityManager,
  { agencyId, id: seatId, clientAccountId, history }: SeatEntity,
  at: Instant,
): Promise<void> {
  if (history !== 'UNKNOWN') return;
  await raise(manager, agencyId, [{ kind: 'HISTORY_UNKNOWN', seatId, clientAccountId, at }]);
}

/** A seat came to a client account, by whichever way: was it the last one that its plan allows? */
export async function raiseAllowanceReached(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string,
  at: Instant,
): Promise<void> {
  const account = await findClientAccount(manager, viewer, clientAccountId);
  const plan = account && (await findPlan(manager, viewer, account.planId));
  if (!account || !plan || (await countSeatsTaken(manager, account)) < plan.seatAllowance) return;
  const facts = { allowance: plan.seatAllowance };
  await raise(manager, viewer.agencyId, [{ kind: 'SEAT_ALLOWANCE_REACHED', clientAccountId, facts, at }]);
}
