import type { EntityManager } from 'typeorm';
import type { Send } from '../../imports/linkedin-export.js';
import { INVITED_OFTEN_MAX } from '../../ledger/invitations/invited-often.js';
import { inTurns } from '../in-turns.js';
import { countInvitations, type SeatOf } from './import.books.js';

/** People who are looked up in one statement. */
const LOOKED_UP_AT_ONCE = 2_000;

interface Looking {
  readonly recipientOf: (send: Send) => string | null;
  /** The client accounts whose sends the viewer sees; null for all of them. */
  readonly seen: readonly string[] | null;
  readonly signal: AbortSignal | undefined;
}

/**
 * Of an archive's new invitations those that are too many for one person, with what the books hold that the viewer sees: the older ones. Where
 * an archive has no addresses, namesakes are one person, so that they may well have been sent: they count, and name nobody.
 */
export async function findInvitedOften(
  manager: EntityManager,
  seat: SeatOf,
  sends: readonly Send[],
  { recipientOf, seen, signal }: Looking,
): Promise<ReadonlySet<Send>> {
  const toPeople = new Map<string, Send[]>();
  for (const send of sends) {
    const recipientId = send.action === 'CONNECTION_REQUEST' ? recipientOf(send) : null;
    if (recipientId === null) continue;
    const known = toPeople.get(recipientId);
    if (known) known.push(send);
    else toPeople.set(recipientId, [send]);
  }
  const often = new Set<Send>();
  await inTurns([...toPeople], LOOKED_UP_AT_ONCE, signal, async (people) => {
    const booked = await countInvitations(
      manager,
      seat,
      people.map(([recipientId]) => recipientId),
      seen,
    );
    for (const [recipientId, invitations] of people) {
      const room = Math.max(0, INVITED_OFTEN_MAX - (booked.get(recipientId) ?? 0));
      if (invitations.length <= room) continue;
      const newestFirst = invitations.toSorted((one, other) => other.at - one.at);
      for (const send of newestFirst.slice(room)) often.add(send);
    }
  });
  return often;
}
