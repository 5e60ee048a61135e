import { counterFromKey, isRolling, type Counter, type Tally } from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import { USAGE_LEVELS, type AlertKind, type UsageLevel } from '../../quota/words.js';

/**
 * A scope's counters as scope_state keeps them: `[used, tail, first]`, or `[used, start, end]` for a calendar; behind
 * these the level last told, by its place among the levels, once somebody has judged it.
 */
export interface StateJson {
  readonly v: 1;
  readonly counters: { readonly [key: string]: CounterJson };
  /** What else is told of it once: with the end of the day that it was told on, or of whatever it was told of. */
  readonly toldUntil?: ToldUntil;
  /** Of a seat: how its invitations are taken. */
  readonly acceptance?: AcceptanceJson;
}

export interface AcceptanceJson {
  readonly judgedBy: string;
  readonly until: number;
  readonly steps: readonly (readonly [from: number, code: number, judged: number, accepted: number])[];
}

/** Of a kind, or of one thing of it. */
export type ToldOnce = AlertKind | `${AlertKind} ${string}`;
export type ToldUntil = { readonly [What in ToldOnce]?: Instant };

type CounterJson = readonly [number, number, number | null, number?];

export interface OpenCounter {
  readonly counter: Counter;
  readonly tally: Tally;
}

export interface KeptCounter extends OpenCounter {
  /** Null: nobody has judged it yet. */
  readonly told: UsageLevel | null;
}

/** What is kept of a scope besides its counters. */
export interface KeptBesides {
  readonly toldUntil: ToldUntil;
  readonly acceptance?: AcceptanceJson | undefined;
}

export function stateToJson(
  counters: Iterable<KeptCounter>,
  { toldUntil, acceptance }: KeptBesides,
): StateJson {
  const json: { [key: string]: CounterJson } = {};
  for (const { counter, tally, told } of counters) {
    const [from, second] = isRolling(tally) ? [tally.tail, tally.first] : [tally.start, tally.end];
    json[counter.key] =
      told === null ? [tally.used, from, second] : [tally.used, from, second, USAGE_LEVELS.indexOf(told)];
  }
  const hasTold = Object.keys(toldUntil).length > 0;
  return { v: 1, counters: json, ...(hasTold && { toldUntil }), ...(acceptance && { acceptance }) };
}

export function besidesOf({ toldUntil = {}, acceptance }: StateJson): KeptBesides {
  return { toldUntil, acceptance };
}

/** None where nothing is kept. */
export function stateFromJson(state: StateJson | null): KeptCounter[] {
  return Object.keys(countersOf(state)).map((key): KeptCounter => {
    const counter = counterFromKey(key);
    return { counter, tally: tallyFromJson(counter, state)!, told: toldFromJson(key, state) };
  });
}

/** What is kept of one counter. */
export function tallyFromJson(counter: Counter, state: StateJson | null | undefined): Tally | undefined {
  const kept = countersOf(state ?? null)[counter.key];
  if (!kept) return undefined;
  const [used, from, second] = kept;
  if (counter.window.kind === 'ROLLING') return { used, tail: from, first: second };
  if (second === null) throw new Error(`The state of calendar counter ${counter.key} has no end.`);
  return { used, start: from, end: second };
}

/** The level that was last told of a counter, however often it was counted anew since. */
export function toldFromJson(key: string, state: StateJson | null): UsageLevel | null {
  const place = countersOf(state)[key]?.[3];
  return place === undefined ? null : (USAGE_LEVELS[place] ?? null);
}

function countersOf(state: StateJson | null): StateJson['counters'] {
  if (state === null) return {};
  if (state.v !== 1) throw new Error(`State of version ${String(state.v)} is newer than this program.`);
  return state.counters;
}
