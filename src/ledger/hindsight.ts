import { calendarBounds } from '../quota/calendar.js';
import { tailAt } from '../quota/counter.js';
import { refusedInHindsight, type HindsightLimit, type UnaskedSend } from '../quota/hindsight.js';
import { limitsOn, type Limit } from '../quota/limit.js';
import type { Instant } from '../quota/window.js';
import type { LedgerTransaction } from './connection.js';
import { scopeName } from './loaded.js';
import { NO_PACE, type Pace } from './paces.js';
import { readCharged } from './scopes.js';
import { limitsOfStanding, zonesOf, type Standing } from './standing.js';

/** What a seat sent without asking, and is in the books by now. */
export interface UnaskedSendOf extends UnaskedSend {
  readonly seatId: string;
}

interface Asked {
  readonly limit: Limit;
  readonly windowStart: (at: Instant) => Instant;
  readonly places: number[];
}

/** How many of some sends their limits would have refused, each at its own instant; the strictest limit counts. */
export async function countRefusedInHindsight(
  transaction: LedgerTransaction,
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): Promise<number> {
  const asked = [...limitsOfSends(standings, sends).values()];
  const charged = await readCharged(
    transaction,
    asked.map(({ limit: { scope, counter }, windowStart, places }) => ({
      agencyId: standings[0]!.agencyId,
      scope,
      counter,
      after: Math.min(...places.map((place) => windowStart(sends[place]!.at))),
      until: Math.max(...places.map((place) => sends[place]!.at)),
    })),
  );
  const refused = sends.map(() => 0);
  for (const [index, { limit, windowStart, places }] of asked.entries()) {
    const hindsight: HindsightLimit = { counter: limit.counter, max: limit.max, windowStart };
    const ofLimit = places.map((place) => sends[place]!);
    const counts = refusedInHindsight(hindsight, charged[index]!, ofLimit);
    for (const [order, place] of places.entries()) {
      refused[place] = Math.max(refused[place]!, counts[order]!);
    }
  }
  return refused.reduce((sum, count) => sum + count, 0);
}

/** Each limit that some sends were held to, with the places of those sends. */
function limitsOfSends(
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): ReadonlyMap<string, Asked> {
  const bySeat = new Map(standings.map((standing) => [standing.seatId, standing]));
  const asked = new Map<string, Asked>();
  for (const [place, send] of sends.entries()) {
    const standing = bySeat.get(send.seatId);
    if (!standing) continue;
    for (const limit of limitsOn(
      limitsOfStanding(standing, null, send.at, paceOfSend(send)),
      send.action,
      send.noted,
    )) {
      const name = `${scopeName(limit.scope)} ${limit.counter.key} ${limit.max}`;
      const known = asked.get(name);
      if (known) known.places.push(place);
      else asked.set(name, { limit, windowStart: windowStartOf(standing, limit), places: [place] });
    }
  }
  return asked;
}

/** Whoever sends is not idle; whether a ramp began again by then is not looked up. */
function paceOfSend({ at }: UnaskedSendOf): Pace {
  return { ...NO_PACE, lastSentAt: at };
}

function windowStartOf(standing: Standing, { scope, counter: { window } }: Limit): (at: Instant) => Instant {
  if (window.kind === 'ROLLING') return (at) => tailAt(window, at);
  return (at) => calendarBounds(window.kind, zonesOf(standing, scope), at).start - 1;
}
