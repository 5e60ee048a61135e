import { counterFromKey, isRolling, type Counter, type Tally } from '../quota/counter.js';

/** A scope's counters as scope_state keeps them: `[used, tail, first]`, or `[used, start, end]` for a calendar. */
export interface StateJson {
  readonly v: 1;
  readonly counters: { readonly [key: string]: CounterJson };
  /** Of a seat: how its invitations are taken. */
  readonly acceptance?: AcceptanceJson;
}

export interface AcceptanceJson {
  readonly until: number;
  readonly steps: readonly (readonly [from: number, code: number, judged: number, accepted: number])[];
}

type CounterJson = readonly [number, number, number | null];

export interface OpenCounter {
  readonly counter: Counter;
  readonly tally: Tally;
}

export function stateToJson(counters: Iterable<OpenCounter>, acceptance?: AcceptanceJson): StateJson {
  const json: { [key: string]: CounterJson } = {};
  for (const { counter, tally } of counters) {
    json[counter.key] = isRolling(tally)
      ? [tally.used, tally.tail, tally.first]
      : [tally.used, tally.start, tally.end];
  }
  return { v: 1, counters: json, ...(acceptance && { acceptance }) };
}

/** None where nothing is kept. */
export function stateFromJson(state: StateJson | null): OpenCounter[] {
  return Object.keys(countersOf(state)).map((key): OpenCounter => {
    const counter = counterFromKey(key);
    return { counter, tally: tallyFromJson(counter, state)! };
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

function countersOf(state: StateJson | null): StateJson['counters'] {
  if (state === null) return {};
  if (state.v !== 1) throw new Error(`State of version ${String(state.v)} is newer than this program.`);
  return state.counters;
}
