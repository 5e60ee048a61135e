import { counterFromKey, isRolling, type Counter, type Tally } from '../quota/counter.js';

/** A scope's counters as scope_state keeps them: `[used, tail, first]`, or `[used, start, end]` for a calendar. */
export interface StateJson {
  readonly v: 1;
  readonly counters: { readonly [key: string]: readonly [number, number, number | null] };
}

export interface OpenCounter {
  readonly counter: Counter;
  readonly tally: Tally;
}

export function stateToJson(counters: Iterable<OpenCounter>): StateJson {
  const json: { [key: string]: readonly [number, number, number | null] } = {};
  for (const { counter, tally } of counters) {
    json[counter.key] = isRolling(tally)
      ? [tally.used, tally.tail, tally.first]
      : [tally.used, tally.start, tally.end];
  }
  return { v: 1, counters: json };
}

export function stateFromJson({ v, counters }: StateJson): OpenCounter[] {
  if (v !== 1) throw new Error(`State of version ${String(v)} is newer than this program.`);
  return Object.entries(counters).map(([key, [used, from, second]]): OpenCounter => {
    const counter = counterFromKey(key);
    if (counter.window.kind === 'ROLLING') return { counter, tally: { used, tail: from, first: second } };
    if (second === null) throw new Error(`The state of calendar counter ${key} has no end.`);
    return { counter, tally: { used, start: from, end: second } };
  });
}
