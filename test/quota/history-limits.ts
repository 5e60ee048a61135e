import { counterOf, type Scope } from '../../src/quota/counter.js';
import { lowestLimits, type Limit } from '../../src/quota/limit.js';
import { POLICY_2026_11 } from '../../src/quota/policy/2026-11.js';
import { halfCapLimits } from '../../src/quota/rules/restriction.rule.js';
import { warmUpLimits } from '../../src/quota/warm-up.js';
import { paceFacts, restrictionFacts } from './history-seat.js';
import type { SeatPlaces } from './history-places.js';
import { SEATS, type LimitSpec } from './history.js';
import type { CountedActions, Oracle, OracleLimit } from './oracle.js';
import { scopeName, type World } from './world.js';

/** The limits of a history, as the core and as the oracle are told them. */

/** The same books, kept by each in its own way. */
export interface BothBooks {
  readonly oracle: Oracle;
  readonly world: World;
  readonly places: SeatPlaces;
}

export function coreLimits(specs: readonly LimitSpec[], scopes: readonly Scope[], books: BothBooks): Limit[] {
  const names = scopes.map(scopeName);
  const all = specs.map((spec): Limit => {
    const { scope, actions, onlyWithNote, window, max, origin } = spec;
    const counter = counterOf(actions, onlyWithNote, window);
    return { scope, counter, max, origin, limitId: null, recommended: recommendedOf(spec) ?? null };
  });
  const ofSeats = SEATS.flatMap(([seat]) => lowered(seat, all, books));
  return lowestLimits([...all, ...ofSeats]).filter(({ scope }) => names.includes(scopeName(scope)));
}

/** What of a seat lowers its own maxima for a time. */
function lowered(seat: Scope, all: readonly Limit[], { oracle, world }: BothBooks): Limit[] {
  const name = scopeName(seat);
  const { restrictions, warmUpStartedOn: startedOn } = oracle.seat(name);
  const ofPolicy = all.filter(({ scope, origin }) => scopeName(scope) === name && origin === 'POLICY');
  const halved = halfCapLimits(ofPolicy, restrictionFacts(restrictions), oracle.now);
  if (startedOn === null) return halved;
  const { zones } = world.ledger(seat);
  const warmUp = { startedOn, zones, ...paceFacts(oracle, name) };
  return [...halved, ...warmUpLimits(POLICY_2026_11, ofPolicy, warmUp, oracle.now)];
}

/** The oracle's own list of what was set on each counter. */
export function oracleLimits(specs: readonly LimitSpec[]): OracleLimit[] {
  const limits = new Map<string, OracleLimit>();
  for (const spec of specs) {
    const { scope, actions, onlyWithNote, window, max } = spec;
    const counted = { actions, onlyWithNote, window };
    const key = keyOf(scopeName(scope), counted);
    const recommended = recommendedOf(spec);
    const set = recommended === undefined ? { max } : { max, recommended };
    limits.set(key, {
      scope: scopeName(scope),
      counted,
      set: [...(limits.get(key)?.set ?? []), set],
    });
  }
  return [...limits.values()];
}

/** Of the policy's limits at a seat; undefined for every other. */
function recommendedOf({ scope, origin, recommended }: LimitSpec): number | null | undefined {
  return scope.kind === 'SEAT' && origin === 'POLICY' ? recommended : undefined;
}

export function keyOf(scope: string, { actions, onlyWithNote, window }: CountedActions): string {
  const length = window.kind === 'ROLLING' ? `${window.seconds} s` : window.kind;
  return `${scope}: ${actions.toSorted().join()}${onlyWithNote ? ' with a note' : ''} in ${length}`;
}
