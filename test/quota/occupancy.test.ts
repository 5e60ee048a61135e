import type { Entries, Entry, ScopeBook } from '../../src/quota/book.js';
import { firstRoom, occupancyOf } from '../../src/quota/occupancy.js';
import { OutsideUses } from '../../src/quota/outside-use.js';
import { HORIZON } from '../../src/quota/rule.js';
import { rolling } from '../../src/quota/window.js';
import { at, bookAt, limitOf } from './make.js';
import { numbersOf } from './numbers.js';

/** What is taken later is found by searching as by listing all that leaves. */

const NOW = at('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;
const WINDOW = rolling(30 * 86_400);
const LENGTH = 30 * DAY_MS;
const ROUNDS = 100;

interface Scene {
  readonly sent: readonly Entry[];
  /** How many of the first of them are told by their number alone. */
  readonly hidden: number;
  /** What was summed before them, for windows of other lengths; null where nothing was. */
  readonly older: readonly Entry[] | null;
  readonly held: readonly number[];
  readonly perDay: number;
}

function sceneOf(seed: number): Scene {
  const below = numbersOf(seed);
  // What a batch voided behind the last ones that are told apart is taken off where it was.
  const counts = () => (below(12) === 0 ? -1 : 1 + below(3));
  const sent = Array.from({ length: 5 + below(60) }, (_, index) => ({
    ...{ at: NOW - LENGTH + 1 + index * 600_000 * (1 + below(60)), count: index === 0 ? 5 : counts() },
  }))
    .toSorted((one, other) => one.at - other.at)
    .filter(({ at: sentAt }, index, all) => sentAt < NOW && sentAt !== all[index - 1]?.at);
  sent.push({ at: NOW - 1, count: 5 });
  const older = Array.from({ length: below(9) }, (_, day) => ({
    at: NOW - LENGTH - (9 - day),
    count: counts(),
  }));
  return {
    ...{ sent, hidden: below(2) * below(sent.length), perDay: below(2) * (1 + below(9)) },
    older: below(2) === 0 ? older : null,
    held: Array.from({ length: below(8) }, () => NOW + 1 + below(3_600_000)),
  };
}

const limit = limitOf(1, WINDOW);

function bookOf({ sent, hidden, older, held, perDay }: Scene): ScopeBook {
  const holds = held.map((expiresAt) => ({ action: 'DIRECT_MESSAGE', noted: false, expiresAt }) as const);
  const book = bookAt(NOW, [limit], holds);
  const used = sent.reduce((sum, { count }) => sum + count, 0);
  book.open(limit.counter, { used, tail: NOW - LENGTH, first: sent[0]!.at });
  if (perDay > 0) {
    const uses = [{ action: 'DIRECT_MESSAGE', perDay, from: '2026-10-01', until: '2027-02-01' }] as const;
    book.giveOutsideUses(new OutsideUses({ uses, lastImportAt: null }, book.zones, NOW, []));
  }
  const given: Entries =
    hidden > 0
      ? { entries: sent.slice(hidden), complete: false, newest: true }
      : { entries: sent, complete: true };
  book.giveEntries(limit.counter, { ...given, ...(older && { endOf: [...older, ...sent] }) });
  return book;
}

/** All that leaves and comes, one after the other. */
function listed(book: ScopeBook, { sent, hidden, held }: Scene): (then: number) => number {
  const before = sent.slice(0, hidden).reduce((sum, { count }) => sum + count, 0);
  const first = sent[hidden]!;
  const stays = book.staysSetAside(limit.counter, NOW + HORIZON);
  const changes = [
    ...sent.slice(hidden).map((one) => ({ at: one.at + LENGTH, count: one.count })),
    { at: first.at + LENGTH, count: before },
    ...held.map((expiresAt) => ({ at: expiresAt - 1 + LENGTH, count: 1 })),
    ...stays.map(({ until, count }) => ({ at: until, count })),
    ...stays.filter(({ from }) => from > NOW).map(({ from, count }) => ({ at: from, count: -count })),
  ];
  const now = book.tally(limit.counter).used + held.length + book.unknown(limit.counter);
  return (then) =>
    now - changes.reduce((left, { at: when, count }) => (when <= then ? left + count : left), 0);
}

function instantsOf(book: ScopeBook, { sent, held }: Scene): number[] {
  const stays = book.staysSetAside(limit.counter, NOW + HORIZON);
  const changes = [
    ...sent.map((one) => one.at + LENGTH),
    ...held.map((expiresAt) => expiresAt - 1 + LENGTH),
    ...stays.flatMap(({ from, until }) => [from, until]),
  ];
  return [...new Set(changes.filter((change) => change > NOW))].toSorted((one, other) => one - other);
}

it('is as much as what is listed leaves of it, and admits from where that does', () => {
  let found = 0;
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const scene = sceneOf(seed);
    const book = bookOf(scene);
    const [taken, instants] = [listed(book, scene), instantsOf(book, scene)];
    const most = Math.max(...instants.map(taken), 1);
    const below = numbersOf(seed * 7);
    for (let tries = 0; tries < 20; tries += 1) {
      const step = { from: instants[below(instants.length)]!, max: 1 + below(most + 3) };
      const max = 1 + below(most + 3);
      // Where not all were given, those are enough that are in the window while the limit is full.
      const enough = scene.hidden > 0 ? 1 : Math.max(max, step.max);
      const asked = limitOf(enough, WINDOW);
      const ahead = occupancyOf(asked, book, 'COMMIT');
      const after = NOW + below(instants.at(-1)! - NOW);
      const maxFrom = (then: number): number => (then < step.from ? max : step.max);
      const changesAt = (then: number): number => (then < step.from ? step.from : Infinity);
      const plain = instants.find((then) => then > after && taken(then) < maxFrom(then)) ?? null;
      expect([seed, ahead.takenAt(after)]).toEqual([seed, taken(after)]);
      if (taken(after) < maxFrom(after)) continue;
      expect([seed, firstRoom(ahead, after, { maxFrom, changesAt })]).toEqual([seed, plain]);
      found += Number(plain !== null);
    }
  }
  expect(found).toBeGreaterThan(ROUNDS * 3);
});

it('is made once for all limits of a counter, whatever they admit, until the book changes', () => {
  const book = bookOf(sceneOf(3));
  const made = occupancyOf(limit, book, 'COMMIT');
  // As each request of a batch opens all that it is judged by.
  book.open(limit.counter, book.tally(limit.counter));
  book.open(limitOf(1, rolling(60)).counter, { used: 0, tail: NOW - 60_000, first: null });
  expect(occupancyOf(limitOf(7, WINDOW), book, 'COMMIT')).toBe(made);
  expect(occupancyOf(limit, book, 'LAPSE')).not.toBe(made);
  const later = NOW + 2 * LENGTH;
  const before = made.takenAt(later);
  book.hold({ action: 'DIRECT_MESSAGE', noted: false, expiresAt: later });
  expect(occupancyOf(limit, book, 'COMMIT').takenAt(later)).toBe(before + 1);
  book.charge('DIRECT_MESSAGE', false, NOW, 1);
  expect(occupancyOf(limit, book, 'COMMIT').takenAt(NOW)).toBe(made.takenAt(NOW) + 2);
});
