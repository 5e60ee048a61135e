import type { EntityManager } from 'typeorm';
import { raise } from '../../ledger/alerts/alerts.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { countSeatsTaken } from '../agency/client-account.seats.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { findPlan } from '../agency/plan.service.js';

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
