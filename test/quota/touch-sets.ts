import fc from 'fast-check';
import type { ScopeBook } from '../../src/quota/book.js';
import { counterOf, type Scope } from '../../src/quota/counter.js';
import type { Limit } from '../../src/quota/limit.js';
import { rolling } from '../../src/quota/window.js';
import type { Action } from '../../src/quota/words.js';
import { AGENCY, at, bookAt, CLIENT_ACCOUNT, DAY, SEAT } from './make.js';

/** Limits of a seat, its parents and some campaigns, with what was sent under each. */

export const NOW = at('2026-11-24T09:00:00.000Z');
export const MINUTE = 60_000;
export const ACTIONS: readonly Action[] = ['DIRECT_MESSAGE', 'COMMENT'];
export const CAMPAIGNS: readonly Scope[] = ['one', 'two', 'three'].map((id) => ({ kind: 'CAMPAIGN', id }));
export interface LimitSet {
  readonly limit: Limit;
  /** How many minutes ago it was sent what counts on it. */
  readonly sent: readonly number[];
}

const windowOf = fc.constantFrom(rolling(1_800), rolling(7_200), rolling(86_400), DAY);
const setAt = (scopes: readonly Scope[]): fc.Arbitrary<LimitSet> =>
  fc
    .record({
      scope: fc.constantFrom(...scopes),
      actions: fc.subarray([...ACTIONS], { minLength: 1 }),
      window: windowOf,
      max: fc.integer({ min: 0, max: 4 }),
      sent: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 }),
    })
    .map(({ scope, actions, window, max, sent }) => {
      const counter = counterOf(actions, false, window);
      return { limit: { scope, counter, max, origin: 'CUSTOM', limitId: null, recommended: null }, sent };
    });
const distinct = { selector: ({ limit }: LimitSet) => `${limit.scope.id} ${limit.counter.key}` };

/** As they are asked for: by the scope, and what of a scope was set. */
export function ofScopes(sets: readonly LimitSet[], ...kinds: readonly Scope['kind'][]): Limit[] {
  return kinds.flatMap((kind) => sets.flatMap(({ limit }) => (limit.scope.kind === kind ? [limit] : [])));
}

export function booksOf(sets: readonly LimitSet[]): (scope: Scope) => ScopeBook {
  const books = new Map<string, ScopeBook>();
  for (const scope of [SEAT, CLIENT_ACCOUNT, AGENCY, ...CAMPAIGNS]) {
    const ofScope = sets.filter(({ limit }) => limit.scope.id === scope.id);
    const book = bookAt(
      NOW,
      ofScope.map(({ limit }) => limit),
    );
    for (const { limit, sent } of ofScope) {
      const { window } = limit.counter;
      const start = window.kind === 'ROLLING' ? NOW - window.seconds * 1_000 : at('2026-11-24T00:00:00.000Z');
      const entries = sent
        .map((minutes) => ({ at: NOW - minutes * MINUTE, count: 1 }))
        .filter((entry) => entry.at > start)
        .toSorted((one, other) => one.at - other.at);
      const used = entries.length;
      const ofWindow = window.kind === 'ROLLING' ? { tail: start, first: entries[0]?.at ?? null } : null;
      book.open(limit.counter, ofWindow ? { used, ...ofWindow } : { ...book.tally(limit.counter), used });
      book.giveEntries(limit.counter, { entries, complete: true });
    }
    books.set(scope.id, book);
  }
  return (scope) => books.get(scope.id)!;
}

/** Some at scopes, one for each counter. */
export const setsAt = (scopes: readonly Scope[]): fc.Arbitrary<LimitSet[]> =>
  fc.uniqueArray(setAt(scopes), { maxLength: 4, ...distinct });
