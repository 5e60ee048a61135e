import type { Viewer } from '../../tenancy/viewer.js';
import type { Desk } from '../desk.js';
import type { Standing } from '../reading/standing.js';
import type { Recipient } from '../requests.js';
import { releaseHeld } from '../resolve.js';
import { keysOfEmployers, markName } from './marks.js';

/**
 * The id of somebody whom a request names. Where it tells of an employer that is marked, the person is one whom its client account may
 * not contact from now on, whatever becomes of the request: what is under way for it is given back at once (P13).
 */
export function recipientTold(
  desk: Desk,
  { actor }: Viewer,
  recipient: Recipient,
  { clientAccountId }: Pick<Standing, 'clientAccountId'>,
): string {
  const recipientId = desk.recipientId(recipient, { clientAccountId });
  const marks = keysOfEmployers(recipient.employers ?? []).flatMap(
    (key) => desk.loaded.marks.get(markName(key)) ?? [],
  );
  const binding = marks.filter(({ scopeId }) => scopeId === desk.agencyId || scopeId === clientAccountId);
  // Whosever mark it is: what a request tells of an employer counts for its one client account.
  const fresh = binding.filter(({ kind }) =>
    desk.people.mark(recipientId, { kind, scopeId: clientAccountId }),
  );
  if (fresh.length === 0) return recipientId;
  for (const hold of desk.people.liveHoldsOf(recipientId, { clientAccountId, seatId: null })) {
    releaseHeld(desk, actor, hold, 'DO_NOT_CONTACT');
  }
  return recipientId;
}
