import type { EntityManager } from 'typeorm';
import type { SeatEntity } from '../../entities/seat.entity.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { judgeAgain, type IsNewlyLimited } from '../../ledger/manager-desk.js';
import { readCourses } from '../../ledger/reading/policies.js';
import { policyLimits } from '../../quota/limit.js';
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

/** Judges a seat's counters by what holds for it from now on: another tier limits what the one before did not. */
export async function judgeChanged(
  manager: EntityManager,
  { before, after }: { readonly before: SeatEntity; readonly after: SeatEntity },
  at: Instant,
): Promise<void> {
  const { agencyId, id } = after;
  const areLimitsOthers = before.tier !== after.tier || before.limitMode !== after.limitMode;
  const isNew = areLimitsOthers ? await notLimitedFor(manager, before, at) : null;
  await judgeAgain(manager, { agencyId, at }, { seatIds: [id] }, isNew);
}

async function notLimitedFor(manager: EntityManager, seat: SeatEntity, at: Instant): Promise<IsNewlyLimited> {
  const courses = await readCourses(await ledgerOn(manager), [seat.agencyId]);
  const limits = policyLimits(courses(seat.agencyId).at(at), seat, { kind: 'SEAT', id: seat.id });
  const limited = new Set(limits.map(({ counter }) => counter.key));
  return ({ counter }) => !limited.has(counter.key);
}
