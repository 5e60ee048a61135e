import type { Entries, Entry, ScopeBook } from '../../src/quota/book.js';
import { decide } from '../../src/quota/decide.js';
import { entriesNeeded, type EntriesNeed } from '../../src/quota/entries-needed.js';
import type { Limit } from '../../src/quota/limit.js';
import { SECOND } from '../../src/quota/window.js';
import { askOf, at, bookOfMinute, limitOf, MINUTE } from './make.js';
import { numbersOf } from './numbers.js';
import { answerWith } from './world-books.js';

/** A limit that is far over brings no more of its charges than those between which room is made. */

const NOW = at('2026-11-24T12:00:00Z');
const ROUNDS = Number(process.env['HEADROOM_FAR_ROUNDS'] ?? 150);

interface Scene {
  readonly limit: Limit;
  readonly sent: readonly Entry[];
  readonly held: number;
  /** What the batch does: it adds, or, negatively, voids. */
  readonly done: readonly Entry[];
}

function sceneOf(seed: number): Scene {
  const below = numbersOf(seed);
  const max = 1 + below(700);
  const steps = Array.from({ length: below(3) }, (_, index) => ({
    ...{ from: NOW + (index * 20 + 1 + below(20)) * SECOND, origin: 'POLICY' as const },
    max: below(3) === 0 ? below(900) : max + below(60),
  }));
  const most = 1 + below(3);
  const sent = Array.from({ length: 600 + below(600) }, (_, index) => ({
    ...{ at: NOW - 59_000 + index * 49, count: 1 + below(most) },
  }));
  const done = Array.from({ length: below(4) * below(30) }, () => {
    const one = sent[below(sent.length)]!;
    return below(2) === 0 ? { at: one.at, count: -1 } : { at: one.at + below(2), count: 1 + below(30) };
  });
  // What isn't there is voided by nobody.
  const left = new Map(sent.map(({ at: sentAt, count }) => [sentAt, count]));
  const possible = done.filter((one) => {
    const now = (left.get(one.at) ?? 0) + one.count;
    if (now >= 0) left.set(one.at, now);
    return now >= 0;
  });
  return {
    limit: { ...limitOf(max, MINUTE), later: steps },
    sent,
    held: below(2) * below(120),
    done: possible,
  };
}

function bookOf({ limit, sent, held, done }: Scene, given: Entries | null): ScopeBook {
  const book = bookOfMinute(limit, NOW, { sent, held });
  if (given) book.giveEntries(limit.counter, given);
  for (const { at: sentAt, count } of done) book.charge('DIRECT_MESSAGE', false, sentAt, count);
  return book;
}

/** Given what it asks for until it asks for nothing more. */
function answered(scene: Scene): { readonly book: ScopeBook; readonly needs: readonly EntriesNeed[] } {
  const needs: EntriesNeed[] = [];
  let given: Entries | null = null;
  for (let pass = 0; pass < 4; pass += 1) {
    const book = bookOf(scene, given);
    const need = entriesNeeded(scene.limit, book);
    if (!need) return { book, needs };
    needs.push(need);
    given = answerWith(scene.sent, need, 'WHOLE_INSTANTS');
  }
  throw new Error('It asked without an end.');
}

describe('a limit that is far over', () => {
  it('answers as with all of its charges, whatever is held, recorded and voided in the batch', () => {
    let together = 0;
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const scene = sceneOf(seed);
      const { book, needs } = answered(scene);
      const whole = bookOf(scene, { entries: scene.sent, complete: true });
      const answer = decide(askOf([scene.limit]), () => book, NOW);
      expect({ seed, ...answer }).toEqual({ seed, ...decide(askOf([scene.limit]), () => whole, NOW) });
      if (needs.some((need) => need.together !== undefined)) together += 1;
    }
    expect(together).toBeGreaterThan(ROUNDS / 10);
  });

  it('is brought few of them, and asks no more where one more is held', () => {
    const sent = Array.from({ length: 5_000 }, (_, index) => ({ at: NOW - 59_000 + index * 10, count: 1 }));
    const scene = { limit: limitOf(2_000, MINUTE), sent, held: 3, done: [] };
    const { book, needs } = answered(scene);
    expect(needs).toMatchObject([{ count: 2_000, together: 1_932, newest: true }]);
    expect(book.newestOf(scene.limit.counter)?.entries).toHaveLength(69);
    book.hold({ action: 'DIRECT_MESSAGE', noted: false, expiresAt: NOW + 50 * SECOND });
    expect(entriesNeeded(scene.limit, book)).toBeNull();
    expect(decide(askOf([scene.limit]), () => book, NOW).retryAt).toBe(sent[3_001]!.at + 60 * SECOND);
  });
});
