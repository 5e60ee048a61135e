import type { Entries, Entry, ScopeBook } from '../../src/quota/book.js';
import { EntriesNeeded } from '../../src/quota/decide.js';
import type { EntriesNeed } from '../../src/quota/entries-needed.js';
import type { Limit } from '../../src/quota/limit.js';
import { planSends, type SendPlan } from '../../src/quota/plan-sends.js';
import { SECOND, type Instant } from '../../src/quota/window.js';
import { askOf, at, bookOfMinute, limitOf, MINUTE, through } from './make.js';
import { numbersOf } from './numbers.js';
import { ANSWERS, answerWith, type AnswerKind } from './world-books.js';

/** A plan is brought no more charges of a limit than those between which it finds room for its sends. */

const NOW = at('2026-11-24T12:00:00Z');
const ROUNDS = Number(process.env['HEADROOM_PLAN_ENTRIES_ROUNDS'] ?? 300);

interface Scene {
  readonly sent: readonly Entry[];
  readonly held: number;
  readonly count: number;
  /** As some planned sends leave it. */
  readonly limitBehind: (slots: readonly Instant[]) => Limit;
}

/** Of some what is planned takes the maximum down, as an acceptance that falls does. */
function sceneOf(seed: number): Scene {
  const below = numbersOf(seed);
  const sent = Array.from({ length: 20 + below(700) }, () => ({
    ...{ at: NOW - 59_000 + below(58_000), count: 1 + below(2) },
  })).toSorted((one, other) => one.at - other.at);
  const used = sent.reduce((sum, { count }) => sum + count, 0);
  const max = Math.max(1, Math.floor((used * below(1_600)) / 1_000));
  const later = Array.from({ length: below(3) }, (_, index) => ({
    ...{ from: NOW + (index * 30 + 1 + below(30)) * SECOND, origin: 'POLICY' as const },
    max: below(3) === 0 ? 0 : 1 + below(max + 20),
  }));
  const falls = below(4) === 0 ? 1 + below(max) : max;
  return {
    ...{ sent, held: below(2) * below(30), count: 1 + below(40) },
    limitBehind: (slots) => ({ ...limitOf(slots.length < 2 ? max : falls, MINUTE), later }),
  };
}

function bookOf({ sent, held, limitBehind }: Scene, given: Iterable<Entries>): ScopeBook {
  const limit = limitBehind([]);
  const book = bookOfMinute(limit, NOW, { sent, held });
  for (const entries of given) book.giveEntries(limit.counter, entries);
  return book;
}

function plan({ count, limitBehind }: Scene, book: ScopeBook): SendPlan {
  const steps = planSends(
    (slots) => askOf([limitBehind(slots)]),
    () => book,
    NOW,
    {
      ...{ count, lastSentAt: null, from: NOW, until: NOW + 300 * SECOND },
      ...{ gapSecondsAt: () => 0, steadyMs: 0 },
    },
  );
  return through(steps);
}

/** Given what it asks for until it asks for nothing more, the first charges and the last ones each by themselves. */
function planned(scene: Scene, answer: AnswerKind) {
  const needs: EntriesNeed[] = [];
  const given = new Map<boolean, Entries>();
  for (let pass = 0; pass < 5; pass += 1) {
    const book = bookOf(scene, given.values());
    try {
      return { plan: plan(scene, book), needs };
    } catch (error) {
      if (!(error instanceof EntriesNeeded)) throw error;
      const [need] = error.needs;
      needs.push(need!);
      given.set(need!.newest ?? false, answerWith(scene.sent, need!, answer));
    }
  }
  throw new Error('It asked without an end.');
}

describe('a plan under a limit', () => {
  it.each(ANSWERS)('is the same as with all of its charges, answered with %s', (answer) => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const scene = sceneOf(seed);
      const { plan: found, needs } = planned(scene, answer);
      const whole = bookOf(scene, [{ entries: scene.sent, complete: true }]);
      expect({ seed, ...found }).toEqual({ seed, ...plan(scene, whole) });
      if (needs.length === 0) kinds.add('none');
      for (const { newest, together, count } of needs) {
        kinds.add(together ? 'together' : newest ? 'newest' : count < 1_000 ? 'first' : 'all');
      }
    }
    expect([...kinds].toSorted()).toEqual(['all', 'first', 'newest', 'none', 'together']);
  });

  it('is brought none of a limit that it could not fill, and of others as many as it may have to wait for', () => {
    const sent = Array.from({ length: 5_000 }, (_, index) => ({ at: NOW - 59_000 + index * 10, count: 1 }));
    const needsUnder = (max: number) =>
      planned({ sent, held: 3, count: 20, limitBehind: () => limitOf(max, MINUTE) }, 'CUT_TO_COUNT').needs;
    expect(needsUnder(5_023)).toEqual([]);
    expect(needsUnder(5_022)).toMatchObject([{ count: 1 }]);
    expect(needsUnder(4_990)).toMatchObject([{ count: 33 }]);
    expect(needsUnder(2_000)).toMatchObject([{ count: 2_000, together: 1_913, newest: true }]);
  });

  it('takes nothing from what a decision was brought, which tells less apart', () => {
    const sent = Array.from({ length: 5_000 }, (_, index) => ({ at: NOW - 59_000 + index * 10, count: 1 }));
    const scene: Scene = { sent, held: 0, count: 200, limitBehind: () => limitOf(2_000, MINUTE) };
    const whole: Entries = { entries: sent, complete: true };
    const forOne = answerWith(sent, { count: 2_000, newest: true, together: 1_932 }, 'ALL');
    expect(plan(scene, bookOf(scene, [whole, forOne]))).toEqual(plan(scene, bookOf(scene, [whole])));
  });
});
