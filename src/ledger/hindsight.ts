import { calendarBounds } from '../quota/calendar.js';
import { tailAt } from '../quota/counter.js';
import { limitsOn, type Limit } from '../quota/limit.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { LedgerTransaction } from './connection.js';
import type { SumQuestion } from './scopes.js';
import { sumWindows } from './spans.js';
import { limitsOfStanding, zonesOf, type Standing } from './standing.js';

/** Something that went out without being asked about. */
export interface UnaskedSend {
  readonly seatId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly at: Instant;
}

/**
 * How many of some sends that are in the books by now their limits would have refused, each at its own instant: what of
 * it is over the maximum of the window that ended there. Holds of the past left no trace, and count nothing.
 */
export async function refusedInHindsight(
  transaction: LedgerTransaction,
  standings: readonly Standing[],
  sends: readonly UnaskedSend[],
): Promise<number> {
  const bySeat = new Map(standings.map((standing) => [standing.seatId, standing]));
  const asked = sends.flatMap((send, index) => {
    const standing = bySeat.get(send.seatId);
    if (!standing) return [];
    return limitsOn(limitsOfStanding(standing, null, send.at), send.action, send.noted).map((limit) => ({
      index,
      limit,
      question: windowBefore(standing, limit, send.at),
    }));
  });
  const sums = await sumWindows(
    transaction,
    asked.map(({ question }) => question),
  );
  const over = sends.map(() => 0);
  for (const [place, sum] of sums.entries()) {
    const { index, limit } = asked[place]!;
    const refused = Math.min(sends[index]!.count, Math.max(0, sum - limit.max));
    over[index] = Math.max(over[index] ?? 0, refused);
  }
  return over.reduce((total, refused) => total + refused, 0);
}

/** The charges of a limit's window as it stood at an instant. */
function windowBefore(standing: Standing, { scope, counter }: Limit, at: Instant): SumQuestion {
  const { window } = counter;
  const after =
    window.kind === 'ROLLING'
      ? tailAt(window, at)
      : calendarBounds(window.kind, zonesOf(standing, scope), at).start - 1;
  return { agencyId: standing.agencyId, scope, counter, after, until: at, firstAfter: at };
}
