import fc from 'fast-check';
import { counterOf, counts, type Counter } from '../../src/quota/counter.js';
import { LiveHolds, type LiveHold } from '../../src/quota/live-holds.js';
import { rolling } from '../../src/quota/window.js';
import { ACTIONS } from '../../src/quota/words.js';

const hold: fc.Arbitrary<LiveHold> = fc.record({
  action: fc.constantFrom(...ACTIONS.slice(0, 3)),
  noted: fc.boolean(),
  // Few enough that some are alike.
  expiresAt: fc.integer({ min: 1, max: 6 }),
});
const counter: fc.Arbitrary<Counter> = fc
  .tuple(fc.subarray([...ACTIONS.slice(0, 4)], { minLength: 1 }), fc.boolean())
  .map(([actions, onlyWithNote]) => counterOf(actions, onlyWithNote, rolling(86_400)));
const step = fc.record({ isGone: fc.boolean(), hold });

/** Takes one that is alike out of a plain list, where there is one. */
function without(holds: readonly LiveHold[], gone: LiveHold): LiveHold[] {
  const index = holds.findIndex((one) => JSON.stringify(one) === JSON.stringify(gone));
  return index < 0 ? [...holds] : holds.toSpliced(index, 1);
}

it('says of any counter what a plain list of holds says, as they come and go', () => {
  const key = (one: LiveHold) => ({ action: one.action, noted: one.noted, expiresAt: one.expiresAt });
  fc.assert(
    fc.property(
      fc.array(hold),
      fc.array(step, { maxLength: 30 }),
      fc.array(counter),
      (first, steps, asked) => {
        const holds = new LiveHolds(first);
        let plain = first.map(key);
        for (const { isGone, hold: one } of steps) {
          plain = isGone ? without(plain, key(one)) : [...plain, key(one)];
          if (isGone) holds.remove(one);
          else holds.add(one);
          for (const counter of asked) {
            const counted = plain.filter(({ action, noted }) => counts(counter, action, noted));
            const expiries = counted.map(({ expiresAt }) => expiresAt);
            expect(holds.count(counter)).toBe(counted.length);
            expect(holds.firstExpiry(counter)).toBe(Math.min(Infinity, ...expiries));
            expect(holds.expiries(counter).toSorted()).toEqual(expiries.toSorted());
          }
          expect(holds.allExpiries().toSorted()).toEqual(plain.map(({ expiresAt }) => expiresAt).toSorted());
        }
      },
    ),
  );
});
