import fc from 'fast-check';
import { ChargedOverTime, type CountedCharge } from '../../../src/ledger/reading/charged-over-time.js';
import {
  type Counter,
  counterOf,
  counts,
  type Scope,
  tallied,
  type Tally,
} from '../../../src/quota/counter.js';
import { rolling } from '../../../src/quota/window.js';

const CHARGE: fc.Arbitrary<CountedCharge> = fc.record({
  action: fc.constantFrom('CONNECTION_REQUEST', 'DIRECT_MESSAGE', 'INMAIL'),
  noted: fc.boolean(),
  at: fc.integer({ min: 0, max: 20 }),
  clientAccountId: fc.constantFrom('one', 'other'),
  count: fc.constantFrom(1, 1, 3),
});
const SCOPES: readonly Scope[] = [
  { kind: 'SEAT', id: 'seat' },
  { kind: 'CLIENT_ACCOUNT', id: 'one' },
];
const COUNTERS = [
  counterOf(['CONNECTION_REQUEST'], true, rolling(60)),
  counterOf(['CONNECTION_REQUEST', 'INMAIL'], false, rolling(60)),
];

function sumOf(charges: readonly CountedCharge[]): number {
  return charges.reduce((sum, { count = 1 }) => sum + count, 0);
}

function ofCounter(charges: readonly CountedCharge[], counter: Counter, scope: Scope): CountedCharge[] {
  return charges.filter(
    ({ action, noted, clientAccountId }) =>
      counts(counter, action, noted) && (scope.kind === 'SEAT' || scope.id === clientAccountId),
  );
}

it('as many are after an instant as a plain count finds, by counter and scope', () => {
  fc.assert(
    fc.property(fc.array(CHARGE), fc.integer({ min: -1, max: 21 }), (charges, instant) => {
      const charged = new ChargedOverTime(charges);
      const later = charges.filter(({ at }) => at > instant);
      expect(charged.after(instant)).toBe(sumOf(later));
      for (const counter of COUNTERS) {
        for (const scope of SCOPES) {
          expect(charged.after(instant, counter, scope)).toBe(sumOf(ofCounter(later, counter, scope)));
        }
      }
    }),
  );
});

const TALLY: fc.Arbitrary<Tally> = fc.oneof(
  fc.record({
    used: fc.nat(5),
    tail: fc.integer({ min: -1, max: 21 }),
    first: fc.option(fc.integer({ min: -1, max: 21 })),
  }),
  fc.record({
    used: fc.nat(5),
    start: fc.integer({ min: -1, max: 10 }),
    end: fc.integer({ min: 10, max: 22 }),
  }),
);

it('a counter holds what it does where each of them is added by itself', () => {
  fc.assert(
    fc.property(fc.array(CHARGE), TALLY, (charges, tally) => {
      const charged = new ChargedOverTime(charges);
      for (const counter of COUNTERS) {
        for (const scope of SCOPES) {
          const plain = ofCounter(charges, counter, scope).reduce(
            (sum, { at, count = 1 }) => tallied(sum, at, count),
            tally,
          );
          expect(charged.addedTo(tally, counter, scope)).toEqual(plain);
        }
      }
    }),
  );
});
