import { ScopeBook } from '../../quota/book.js';
import { counts, type Scope, type Tally } from '../../quota/counter.js';
import { countedOn } from '../../quota/decide.js';
import type { Ask } from '../../quota/ask.js';
import { CountedPast, windowStart } from '../../quota/hindsight.js';
import type { Limit } from '../../quota/limit.js';
import type { OutsideUses } from '../../quota/outside-use.js';
import type { Books } from '../../quota/unit.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import type { PastAsk, UnaskedSendOf } from './past-ask.js';
import { scopeName } from '../reading/names.js';
import type { ScopeRef } from '../reading/scopes.js';
import { readChargedOverTime } from './charged-over-time.js';
import { zonesOf, type Standing } from '../reading/standing.js';

/** A counter that is asked for, and the scope whose charges it counts. */
interface CounterAsked {
  readonly limit: Limit;
  readonly standing: Standing;
  readonly scope: ScopeAsked;
}

/** A scope, and all instants at which any of its counters is asked for, or its window began then. */
interface ScopeAsked extends ScopeRef {
  readonly instants: Instant[];
  lastAsked: Instant;
}

/** The counters of some requests of the past, at the instants of these. */
export class CountersInHindsight {
  private constructor(private readonly pasts: ReadonlyMap<string, CountedPast>) {}

  /** The requests are in the order of time. */
  static async read(
    transaction: LedgerTransaction,
    asked: readonly { readonly past: PastAsk; readonly ask: Ask }[],
  ): Promise<CountersInHindsight> {
    const counters = new Map<string, CounterAsked>();
    const scopes = new Map<string, ScopeAsked>();
    await new LongWork(asked[0]?.past.standing.agencyId).each(asked, ({ past: { standing, at }, ask }) => {
      for (const limit of countedOn(ask).filter(({ counter }) => !counter.unanswered)) {
        const name = nameOf(limit);
        const known = counters.get(name) ?? {
          limit,
          standing,
          scope: scopeOf(scopes, standing, limit.scope),
        };
        counters.set(name, known);
        const { scope } = known;
        scope.instants.push(windowStart(limit.counter, zonesOf(standing, limit.scope), at));
        if (scope.lastAsked !== at) scope.instants.push(at);
        scope.lastAsked = at;
      }
    });
    const charged = await readChargedOverTime(transaction, [...scopes.values()]);
    const pasts = new Map<string, CountedPast>();
    for (const [name, { limit, standing, scope }] of counters) {
      const past = charged.get(scope)!.of(limit.counter);
      pasts.set(name, new CountedPast(limit.counter, zonesOf(standing, scope.scope), past));
    }
    return new CountersInHindsight(pasts);
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

function scopeOf(scopes: Map<string, ScopeAsked>, { agencyId }: Standing, scope: Scope): ScopeAsked {
  const name = scopeName(scope);
  const known = scopes.get(name) ?? { agencyId, scope, instants: [], lastAsked: -Infinity };
  scopes.set(name, known);
  return known;
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
    (sum, { send, count }) =>
      counts(counter, send.action, send.noted) && isOf(scope, send) ? sum + count : sum,
    0,
  );
}

/** Sends of one instant that every counter counts or none, and how many they are. */
interface Alike {
  readonly send: UnaskedSendOf;
  count: number;
}

/** A thousand of one instant are of few kinds: each counter looks at these. */
function alikeOf({ behind }: PastAsk): readonly Alike[] {
  const kinds = new Map<string, Alike>();
  for (const { send } of behind) {
    const { seatId, clientAccountId, campaignId, action, noted, count } = send;
    const name = `${seatId} ${clientAccountId} ${campaignId} ${action} ${noted}`;
    const known = kinds.get(name);
    if (known) known.count += count;
    else kinds.set(name, { send, count });
  }
  return [...kinds.values()];
}

function isOf({ kind, id }: Scope, { seatId, clientAccountId, campaignId }: UnaskedSendOf): boolean {
  if (kind === 'AGENCY') return true;
  return id === { SEAT: seatId, CLIENT_ACCOUNT: clientAccountId, CAMPAIGN: campaignId }[kind];
}
