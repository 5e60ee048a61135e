import { ScopeBook } from '../../quota/book.js';
import { counterOf, counts, type Scope, type Tally } from '../../quota/counter.js';
import { countedOn } from '../../quota/decide.js';
import type { Ask } from '../../quota/ask.js';
import { CountedPast, SumsOverTime, windowStart } from '../../quota/hindsight.js';
import type { Limit } from '../../quota/limit.js';
import type { OutsideUses } from '../../quota/outside-use.js';
import type { Books } from '../../quota/unit.js';
import { rolling, type Instant } from '../../quota/window.js';
import { ACTIONS } from '../../quota/words.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import type { PastAsk } from './past-ask.js';
import { scopeName } from '../reading/names.js';
import { readCharged } from '../reading/scopes.js';
import { clientAccountAt, zonesOf, type Standing } from '../reading/standing.js';

interface CounterAsked {
  readonly limit: Limit;
  readonly standing: Standing;
  after: Instant;
  until: Instant;
}

/** The counters of some requests of the past, at any of their instants. */
export class CountersInHindsight {
  private constructor(private readonly pasts: ReadonlyMap<string, CountedPast>) {}

  static async read(
    transaction: LedgerTransaction,
    asked: readonly { readonly past: PastAsk; readonly ask: Ask }[],
  ): Promise<CountersInHindsight> {
    const counters = new Map<string, CounterAsked>();
    await LongWork.each(asked, ({ past: { standing, at }, ask }) => {
      for (const limit of countedOn(ask).filter(({ counter }) => !counter.unanswered)) {
        const name = nameOf(limit);
        const known = counters.get(name);
        const after = windowStart(limit.counter, zonesOf(standing, limit.scope), at);
        if (known) {
          known.after = Math.min(after, known.after);
          known.until = Math.max(at, known.until);
        } else counters.set(name, { limit, standing, after, until: at });
      }
    });
    const all = [...counters];
    const charged = await readCharged(
      transaction,
      all.map(([, { limit, standing, after, until }]) => ({
        ...{ agencyId: standing.agencyId, scope: limit.scope, counter: limit.counter, after, until },
      })),
    );
    const pasts = all.map(([name, { limit, standing }], index) => {
      const zones = zonesOf(standing, limit.scope);
      return [name, new CountedPast(limit.counter, zones, charged[index]!)] as const;
    });
    return new CountersInHindsight(new Map(pasts));
  }

  /** The books of a request as they were at its instant. `pending` tells the gauges. */
  booksAt(past: PastAsk, ask: Ask, pending: (limit: Limit) => Tally, outside: OutsideUses | null): Books {
    const books = new Map<string, ScopeBook>();
    const bookOf = (scope: Scope): ScopeBook => {
      const name = scopeName(scope);
      const known = books.get(name);
      if (known) return known;
      const book = new ScopeBook(scope, zonesOf(past.standing, scope), past.at, []);
      if (outside && scope.kind === 'SEAT') book.giveOutsideUses(outside);
      books.set(name, book);
      return book;
    };
    const behind = alikeOf(past);
    for (const limit of countedOn(ask)) {
      const tally = limit.counter.unanswered
        ? pending(limit)
        : this.pasts.get(nameOf(limit))!.tallyAt(past.at, behindOf(limit, behind));
      bookOf(limit.scope).open(limit.counter, tally);
    }
    return bookOf;
  }
}

const namesKept = new WeakMap<Limit, string>();

/** Limits are the same ones for many requests. */
function nameOf(limit: Limit): string {
  const known = namesKept.get(limit);
  if (known !== undefined) return known;
  const name = `${scopeName(limit.scope)} ${limit.counter.key}`;
  namesKept.set(limit, name);
  return name;
}

/** How much of the very instant a counter counts that was sent only behind a request, and by it. */
function behindOf({ scope, counter }: Limit, alike: readonly Alike[]): number {
  return alike.reduce(
    (sum, { one: { send, standing }, count }) =>
      counts(counter, send.action, send.noted) && isOf(scope, standing, send.at) ? sum + count : sum,
    0,
  );
}

/** Sends of one instant that every counter counts or none, and how many they are. */
interface Alike {
  readonly one: PastAsk['behind'][number];
  count: number;
}

/** A thousand of one instant are of few kinds: each counter looks at these. */
function alikeOf({ behind }: PastAsk): readonly Alike[] {
  const kinds = new Map<string, Alike>();
  for (const one of behind) {
    const { seatId, action, noted, count } = one.send;
    const name = `${seatId} ${action} ${noted}`;
    const known = kinds.get(name);
    if (known) known.count += count;
    else kinds.set(name, { one, count });
  }
  return [...kinds.values()];
}

function isOf(scope: Scope, standing: Standing, at: Instant): boolean {
  if (scope.kind === 'SEAT') return scope.id === standing.seatId;
  return scope.kind === 'AGENCY' || scope.id === clientAccountAt(standing, at);
}

/** When some seats sent anything, from an instant before the first request on; by seat. */
export async function readSendsOverTime(
  transaction: LedgerTransaction,
  seats: readonly { readonly standing: Standing; readonly after: Instant; readonly until: Instant }[],
): Promise<ReadonlyMap<string, SumsOverTime>> {
  const charged = await readCharged(
    transaction,
    seats.map(({ standing: { agencyId, seatId }, after, until }) => ({
      ...{ agencyId, scope: { kind: 'SEAT', id: seatId } as const, after, until },
      counter: counterOf(ACTIONS, false, rolling(1)),
    })),
  );
  return new Map(
    seats.map(({ standing }, index) => {
      const sent = charged[index]!.filter(({ count }) => count !== 0);
      return [standing.seatId, new SumsOverTime(sent)] as const;
    }),
  );
}
