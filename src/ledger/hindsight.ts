import { calendarBounds } from '../quota/calendar.js';
import { tailAt } from '../quota/counter.js';
import {
  isRefusedInHindsight,
  refusedInHindsight,
  type HindsightLimit,
  type UnaskedSend,
} from '../quota/hindsight.js';
import type { PersonFacts } from '../quota/person.js';
import { limitsOn, type Limit } from '../quota/limit.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { LedgerTransaction } from './connection.js';
import { personAt, readPeopleOverTime } from './hindsight-people.js';
import { scopeName } from './loaded.js';
import { NO_PACE, type Pace } from './paces.js';
import type { Recipient } from './requests.js';
import { readRestrictions } from './restrictions.js';
import { readCharged } from './scopes.js';
import { askOf, limitsOfStanding, zonesOf, type Standing } from './standing.js';

/** What a seat sent without asking, and is in the books by now. */
export interface UnaskedSendOf extends UnaskedSend {
  readonly seatId: string;
  /** Null where nobody told. */
  readonly recipient: Recipient | null;
}

interface Asked {
  readonly limit: Limit;
  readonly windowStart: (at: Instant) => Instant;
  readonly places: number[];
}

/** How many of some sends reserve would have refused, each at its own instant, as far as the ledger knows of it. */
export async function countRefusedInHindsight(
  transaction: LedgerTransaction,
  viewer: Viewer,
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): Promise<number> {
  if (sends.length === 0) return 0;
  const [byLimits, byRules] = await Promise.all([
    refusedByLimits(transaction, standings, sends),
    refusedByRules(transaction, viewer, standings, sends),
  ]);
  return sends.reduce((sum, { count }, place) => sum + (byRules[place] ? count : byLimits[place]!), 0);
}

/** By the rules of the seat and about the person: of all that a send counts, or of nothing. */
async function refusedByRules(
  transaction: LedgerTransaction,
  viewer: Viewer,
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): Promise<boolean[]> {
  const seatIds = standings.map(({ seatId }) => seatId);
  const [restrictions, people] = await Promise.all([
    readRestrictions(transaction, viewer, seatIds, Math.min(...sends.map(({ at }) => at))),
    peopleOf(transaction, viewer.agencyId, standings, sends),
  ]);
  const bySeat = new Map(standings.map((standing) => [standing.seatId, standing]));
  return sends.map((send, place) => {
    const standing = bySeat.get(send.seatId);
    if (!standing) return false;
    const { tier, hours } = askOf(standing, null, send, send.at, paceOfSend(send));
    const ofSeat = restrictions.filter(({ seatId }) => seatId === send.seatId);
    return isRefusedInHindsight(send, {
      ...(tier && { tier }),
      ...(hours && { hours }),
      restrictions: ofSeat,
      person: people[place]!,
    });
  });
}

/** To whom sends went, each as the person was known at its instant. Those of one instant see those given before them. */
async function peopleOf(
  transaction: LedgerTransaction,
  agencyId: string,
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): Promise<(PersonFacts | null)[]> {
  const bySeat = new Map(standings.map((standing) => [standing.seatId, standing]));
  const told = sends.flatMap(({ seatId, recipient, action, at }, place) => {
    const standing = bySeat.get(seatId);
    return recipient && standing ? [{ seatId, recipient, action, at, place, standing }] : [];
  });
  const read = await readPeopleOverTime(transaction, agencyId, told);
  const people = sends.map((): PersonFacts | null => null);
  const before = new Map<string, Action[]>();
  for (const [index, { seatId, recipient, action, at, place, standing }] of told.entries()) {
    const name = `${seatId} ${recipient.key.fingerprint.toString('base64')} ${at}`;
    const sent = before.get(name) ?? [];
    people[place] = personAt(read[index]!, standing, at, sent);
    before.set(name, [...sent, action]);
  }
  return people;
}

/** By the limits: the strictest counts. */
async function refusedByLimits(
  transaction: LedgerTransaction,
  standings: readonly Standing[],
  sends: readonly UnaskedSendOf[],
): Promise<number[]> {
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
  return refused;
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
