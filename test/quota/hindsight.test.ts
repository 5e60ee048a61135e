import fc from 'fast-check';
import { ScopeBook } from '../../src/quota/book.js';
import { counterOf, counts } from '../../src/quota/counter.js';
import {
  CountedPast,
  inOrderOfTime,
  refusedInHindsight,
  SumsOverTime,
  type UnaskedSend,
} from '../../src/quota/hindsight.js';
import { rolling } from '../../src/quota/window.js';
import { askOf, limitOf, SEAT } from './make.js';

const LENGTH_MS = 10_000;
const counter = counterOf(['DIRECT_MESSAGE'], false, rolling(LENGTH_MS / 1_000));

const ZONES = [{ from: 0, timeZone: 'UTC' }];

/** How many of each would have been refused, by the one limit alone. */
function hindsight(
  max: number,
  charges: readonly { at: number; count: number }[],
  sends: readonly UnaskedSend[],
) {
  const limit = limitOf(max, counter.window);
  const past = new CountedPast(counter, ZONES, new SumsOverTime(charges));
  const refused = sends.map(() => 0);
  for (const { sent, behind } of inOrderOfTime(sends)) {
    const { action, noted, at } = sent;
    const countedBehind = behind.filter((one) => counts(counter, one.action, one.noted));
    const book = new ScopeBook(SEAT, ZONES, at, []);
    book.open(counter, past.tallyAt(at, sumOf(countedBehind)));
    const ask = askOf([limit], { action, noted });
    refused[sends.indexOf(sent)] = refusedInHindsight(sent, ask, () => book);
  }
  return refused;
}

function sumOf(sends: readonly UnaskedSend[]): number {
  return sends.reduce((sum, { count }) => sum + count, 0);
}

function send(at: number, count = 1): UnaskedSend {
  return { action: 'DIRECT_MESSAGE', noted: false, count, at };
}

describe('refusedInHindsight', () => {
  it('of ten at one instant under a maximum of five tells five, the ones behind', () => {
    const sends = Array.from({ length: 10 }, () => send(1_000));
    expect(hindsight(5, [{ at: 1_000, count: 10 }], sends)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('counts what of one record is over, and nothing of another action', () => {
    const other = { ...send(1_000), action: 'FOLLOW' } as const;
    expect(hindsight(5, [{ at: 1_000, count: 8 }], [send(1_000, 8), other])).toEqual([3, 0]);
  });

  it('forgets what has left the window at exactly its length', () => {
    const charges = [
      { at: 0, count: 5 },
      { at: LENGTH_MS - 1, count: 1 },
      { at: LENGTH_MS, count: 1 },
    ];
    expect(hindsight(5, charges, [send(LENGTH_MS - 1), send(LENGTH_MS)])).toEqual([1, 0]);
  });

  it('says what asking one after the other in the order of time would have said', () => {
    const moment = fc.integer({ min: 0, max: 30_000 });
    const some = fc.array(fc.tuple(moment, fc.integer({ min: 1, max: 4 })), { maxLength: 12 });
    fc.assert(
      fc.property(some, some, fc.integer({ min: 0, max: 6 }), (known, told, max) => {
        const sends = told.map(([at, count]) => send(at, count));
        // Plainly: what was known before, then each send behind those before it; the earlier first.
        const booked = known.map(([at, count]) => ({ at, count }));
        const expected = sends.map(() => 0);
        const inOrder = [...sends.entries()].sort(([, one], [, other]) => one.at - other.at);
        for (const [place, { at, count }] of inOrder) {
          const used = booked.reduce(
            (sum, one) => (one.at > at - LENGTH_MS && one.at <= at ? sum + one.count : sum),
            0,
          );
          expected[place] = Math.min(count, Math.max(0, used + count - max));
          booked.push({ at, count });
        }
        const charges = [...new Set(booked.map(({ at }) => at))]
          .toSorted((one, other) => one - other)
          .map((at) => ({
            at,
            count: booked.reduce((sum, one) => (one.at === at ? sum + one.count : sum), 0),
          }));
        expect(hindsight(max, charges, sends)).toEqual(expected);
      }),
    );
  });
});
