import type { EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import { counted } from '../../quota/counted.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { countSeatsTaken } from '../agency/client-account.seats.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { findPlan } from '../agency/plan.service.js';

/** How many more seats a client account can have; exact under the agency's book. */
export interface SeatsFree {
  readonly allowance: number;
  readonly free: number;
}

/** Whether a client account takes seats at all, and how many more; `field` is what brings one there. */
export async function seatsFreeAt(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string,
  field = 'clientAccountId',
): Promise<SeatsFree | Refusal> {
  const account = await findClientAccount(manager, viewer, clientAccountId);
  if (!account) return refuse('NOT_FOUND', 'There is no such client account.', field);
  if (account.status === 'ARCHIVED') {
    return refuse('WRONG_STATE', 'The client account is archived.', field);
  }
  const plan = await findPlan(manager, viewer, account.planId);
  const allowance = plan?.seatAllowance ?? 0;
  return { allowance, free: allowance - (await countSeatsTaken(manager, account)) };
}

/** Whether a client account can't have one more seat; `field` is what brings it there. */
export async function refuseSeatFor(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string,
  field?: string,
): Promise<Refusal | null> {
  const seats = await seatsFreeAt(manager, viewer, clientAccountId, field);
  if ('code' in seats) return seats;
  return seats.free > 0 ? null : allowanceReached(seats, field);
}

export function allowanceReached({ allowance }: SeatsFree, field = 'clientAccountId'): Refusal {
  const message = `The plan of the client account allows ${counted(allowance, 'seat')}, and no more is free: remove one, move one, or give the client account a larger plan.`;
  return refuse('SEAT_ALLOWANCE_REACHED', message, field);
}
