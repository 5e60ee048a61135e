import { ChargedPast, type KindOverTime } from '../../quota/hindsight.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import {
  agencyOf,
  readStretches,
  type ScopeRef,
  type Stretch,
  type StretchesQuestion,
} from '../reading/scopes.js';

/** Instants of one statement: it answers no more sums of each kind than these, whatever was charged. */
const INSTANTS_AT_ONCE = 1_000;
const SORTED_AT_ONCE = 10_000;

/** A scope, and instants at which it is asked what it was charged with until then, in any order. */
interface ScopeOverTime extends ScopeRef {
  readonly instants: readonly Instant[];
}

/**
 * What scopes were charged with by any of some instants. PostgreSQL sums up what lies between two of them, by the kind: what is
 * in memory goes by what is asked, and not by what was charged.
 */
export async function readChargedOverTime<Asked extends ScopeOverTime>(
  transaction: LedgerTransaction,
  scopes: readonly Asked[],
): Promise<ReadonlyMap<Asked, ChargedPast>> {
  const long = new LongWork(agencyOf(scopes));
  const reading = await long.each(
    scopes,
    async (scope) => new ChargesRead(scope, await inOrder(scope.instants, long)),
  );
  for (const portion of portionsOf(reading)) {
    const stretches = await readStretches(transaction, portion);
    for (const stretch of stretches) {
      const { of, start } = portion[stretch.index]!;
      of.take(start + stretch.place, stretch);
    }
  }
  const pasts = await long.each(reading, (read) => read.past());
  return new Map(scopes.map((scope, index) => [scope, pasts[index]!]));
}

/** The charges of a scope as they are read, bit by bit. */
class ChargesRead {
  private readonly kinds = new Map<string, KindOverTime>();

  constructor(
    readonly ref: ScopeOverTime,
    readonly instants: Float64Array,
  ) {}

  take(place: number, { action, noted, count }: Stretch): void {
    const name = `${action} ${noted}`;
    const kind = this.kinds.get(name) ?? { action, noted, counts: new Float64Array(this.instants.length) };
    this.kinds.set(name, kind);
    kind.counts[place] = count;
  }

  past(): ChargedPast {
    return new ChargedPast(this.instants, [...this.kinds.values()]);
  }
}

/** Some stretches of a scope, from the instant of a place on. */
interface Portion extends StretchesQuestion {
  readonly of: ChargesRead;
  readonly start: number;
}

function* portionsOf(reading: readonly ChargesRead[]): Generator<Portion[]> {
  let together: Portion[] = [];
  let size = 0;
  for (const of of reading) {
    const { length } = of.instants;
    for (let start = 0; start < length - 1; start += INSTANTS_AT_ONCE - 1) {
      const instants = of.instants.subarray(start, start + INSTANTS_AT_ONCE);
      if (size + instants.length > INSTANTS_AT_ONCE) {
        yield together;
        [together, size] = [[], 0];
      }
      together.push({ ...of.ref, instants, of, start });
      size += instants.length;
    }
  }
  if (together.length > 0) yield together;
}

/** Each once. Hundreds of thousands take longer than others wait for: they are sorted bit by bit. */
async function inOrder(instants: readonly Instant[], long: LongWork): Promise<Float64Array> {
  const starts = Array.from({ length: Math.ceil(instants.length / SORTED_AT_ONCE) }, (_, index) => index);
  let runs: Float64Array[] = await long.each(starts, (index) => {
    const run = Float64Array.from(
      instants.slice(index * SORTED_AT_ONCE, (index + 1) * SORTED_AT_ONCE),
    ).sort();
    return run.filter((at, place) => at !== run[place - 1]);
  });
  while (runs.length > 1) {
    const ahead = runs.filter((_, index) => index % 2 === 0);
    const others = runs.filter((_, index) => index % 2 === 1);
    runs = await long.each(ahead, (run, index) => merged(run, others[index] ?? new Float64Array()));
  }
  return runs[0] ?? new Float64Array();
}

function merged(one: Float64Array, other: Float64Array): Float64Array {
  const all = new Float64Array(one.length + other.length);
  let [place, next, length] = [0, 0, 0];
  while (place < one.length || next < other.length) {
    const first = place < one.length ? one[place]! : Infinity;
    const second = next < other.length ? other[next]! : Infinity;
    const at = Math.min(first, second);
    if (first === at) place += 1;
    if (second === at) next += 1;
    all[length] = at;
    length += 1;
  }
  return all.slice(0, length);
}
