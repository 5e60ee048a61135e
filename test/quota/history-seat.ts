import type { Ask } from '../../src/quota/ask.js';
import type { ZoneFrom } from '../../src/quota/calendar.js';
import type { RestrictionFacts } from '../../src/quota/seat-facts.js';
import { PacesOfPass } from '../../src/ledger/reading/paces.js';
import { dateFrom, type SeatChange } from './seat-changes.js';
import type { Oracle } from './oracle.js';
import type { PlainRestriction, PlainSeat } from './plain-seat.js';

/** What a history changes of a seat, for the oracle and, as its facts, for the core. */

/** Changes a seat; answers the holds that are released by it. */
export function changeOracleSeat(
  oracle: Oracle,
  scope: string,
  change: SeatChange,
): ReturnType<Oracle['live']> {
  const seat = oracle.seat(scope);
  switch (change.kind) {
    case 'TIER':
      seat.lacks = change.hasInMail ? [] : ['INMAIL'];
      return [];
    case 'HOURS':
      seat.hours = change.week;
      seat.daysOff = change.daysOff.map((days) => dateFrom(oracle.now, days));
      return [];
    case 'WARM_UP':
      seat.warmUpStartedOn = change.daysAgo === null ? null : dateFrom(oracle.now, -change.daysAgo);
      return [];
    case 'RESTRICT':
      return oracle.restrict(scope, change.actions, change.ms === null ? null : oracle.now + change.ms);
    case 'LIFT':
      oracle.lift(scope, change.pick);
      return [];
    case 'MOVE': {
      const held = oracle.live().filter(({ scopes }) => scopes.includes(scope));
      for (const hold of held) oracle.release(hold);
      return held;
    }
  }
}

/** As the core is told them. */
export function seatFacts(
  { hours, daysOff, lacks, restrictions }: PlainSeat,
  zones: readonly ZoneFrom[],
  isReply: boolean,
): Pick<Ask, 'tier' | 'restrictions'> & Partial<Pick<Ask, 'hours'>> {
  return {
    tier: { tier: 'BASIC', actionsLacking: lacks },
    restrictions: restrictionFacts(restrictions),
    ...(hours ? { hours: { week: hours, areOwn: true, daysOff, zones, isReply } } : {}),
  };
}

export function restrictionFacts(restrictions: readonly PlainRestriction[]): RestrictionFacts[] {
  return restrictions.map(({ actions, endsAt, halfCapsUntil }) => ({
    kind: 'TEMPORARY',
    actions,
    endsAt,
    halfCapsUntil,
  }));
}

const RECENT_MS = 29 * 86_400_000;

/** When the seat last did something, as the books would be read for it. */
export function paceFacts(oracle: Oracle, scope: string) {
  const sent = oracle.sendsOf(scope).map((at) => [at, 1] as const);
  const recentFrom = oracle.now - RECENT_MS;
  const read = {
    agencyId: '',
    seatId: scope,
    recentFrom,
    lastHeldAt: null,
    newest: sent,
    oldest: [],
    older: [],
  };
  const { lastSentAt, resumedAt } = new PacesOfPass(new Map([[scope, read]])).of(scope);
  const heldUntil = oracle
    .live()
    .filter(({ scopes }) => scopes.includes(scope))
    .map(({ expiresAt }) => expiresAt);
  return { lastSentAt, resumedAt, heldUntil };
}
