import { decide } from '../../../src/quota/decide.js';
import { entriesNeeded } from '../../../src/quota/entries-needed.js';
import { SECOND } from '../../../src/quota/window.js';
import { askOf, at, bookAt, limitOf, MINUTE } from '../make.js';

/** However much was recorded beyond a maximum, a refusal looks at no more of it than the highest maximum admits. */

const NOW = at('2026-11-24T12:00:00Z');
const SENT = 50;

/** Of a minute: one each second, each the count of its place or one. */
function sent(count: (index: number) => number = () => 1) {
  return Array.from({ length: SENT }, (_, index) => ({
    at: NOW - (SENT - index) * SECOND,
    count: count(index),
  }));
}

function bookOf(limit: ReturnType<typeof limitOf>, all = sent(), held = 0) {
  const hold = { action: 'DIRECT_MESSAGE', noted: false, expiresAt: NOW + 7 * SECOND } as const;
  const book = bookAt(
    NOW,
    [limit],
    Array.from({ length: held }, () => hold),
  );
  for (const { at: sentAt, count } of all) book.charge('DIRECT_MESSAGE', false, sentAt, count);
  return book;
}

describe('the last charges', () => {
  it('are asked for where they are fewer: as many as the highest maximum to come admits', () => {
    const limit = limitOf(2, MINUTE);
    expect(entriesNeeded(limit, bookOf(limit))).toEqual({
      ...{ limit, after: NOW - 60 * SECOND, count: 2, newest: true },
    });
    const rising = { ...limit, later: [{ from: NOW + 5 * SECOND, max: 9, origin: 'POLICY' as const }] };
    expect(entriesNeeded(rising, bookOf(rising))).toMatchObject({ count: 9, newest: true });
    expect(entriesNeeded(limit, bookOf(limit), 20)).toMatchObject({ count: 2, newest: true });
  });

  it('of a gauge are not asked for: how many are pending is told', () => {
    const limit = limitOf(2, MINUTE);
    const gauge = { ...limit, counter: { ...limit.counter, unanswered: true as const } };
    const book = bookOf(limit);
    expect(entriesNeeded(gauge, book)).toMatchObject({ count: 49 });
    expect(entriesNeeded(gauge, book)).not.toHaveProperty('newest');
  });

  it.each([
    [1, 0],
    [2, 3],
    [9, 1],
    [20, 30],
  ])('lead to the same answers as all of them: of %d, with %d held', (max, held) => {
    for (const counts of [sent(), sent((index) => 1 + (index % 3))]) {
      const limit = limitOf(max, MINUTE);
      const rising = {
        ...limit,
        later: [{ from: NOW + 30 * SECOND, max: max + 4, origin: 'POLICY' as const }],
      };
      for (const one of [limit, rising]) {
        const [whole, part] = [bookOf(one, counts, held), bookOf(one, counts, held)];
        whole.giveEntries(one.counter, { entries: counts, complete: true });
        const need = entriesNeeded(one, part)!;
        expect(need.newest).toBe(true);
        part.giveEntries(one.counter, { entries: counts.slice(-need.count), complete: false, newest: true });
        const answer = decide(askOf([one]), () => part, NOW);
        expect(answer).toEqual(decide(askOf([one]), () => whole, NOW));
        expect(answer.retryAt).not.toBeNull();
      }
    }
  });

  it('follow what the batch does, and are asked for again where a void left too few', () => {
    const limit = limitOf(2, MINUTE);
    const book = bookOf(limit);
    book.giveEntries(limit.counter, { entries: sent().slice(-2), complete: false, newest: true });
    // One of before them changes nothing of them, a new one is the last.
    book.charge('DIRECT_MESSAGE', false, NOW - 20 * SECOND, 1);
    book.charge('DIRECT_MESSAGE', false, NOW - 30 * SECOND, -1);
    book.charge('DIRECT_MESSAGE', false, NOW, 1);
    expect(book.newestOf(limit.counter)?.entries).toEqual([...sent().slice(-2), { at: NOW, count: 1 }]);
    expect(decide(askOf([limit]), () => book, NOW).retryAt).toBe(NOW + 59 * SECOND);
    book.charge('DIRECT_MESSAGE', false, NOW - SECOND, -1);
    expect(book.newestOf(limit.counter)?.entries).toHaveLength(2);
    expect(decide(askOf([limit]), () => book, NOW).retryAt).toBe(NOW + 58 * SECOND);
    book.charge('DIRECT_MESSAGE', false, NOW, -1);
    expect(entriesNeeded(limit, book)).toMatchObject({ count: 5, newest: true });
  });
});
