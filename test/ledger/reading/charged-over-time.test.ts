import fc from 'fast-check';
import { ChargedOverTime, type CountedCharge } from '../../../src/ledger/reading/charged-over-time.js';
import { counterOf, counts, type Scope } from '../../../src/quota/counter.js';
import { rolling } from '../../../src/quota/window.js';

const CHARGE: fc.Arbitrary<CountedCharge> = fc.record({
  action: fc.constantFrom('CONNECTION_REQUEST', 'DIRECT_MESSAGE', 'INMAIL'),
  noted: fc.boolean(),
  at: fc.integer({ min: 0, max: 20 }),
  clientAccountId: fc.constantFrom('one', 'other'),
});
const SCOPES: readonly Scope[] = [
  { kind: 'SEAT', id: 'seat' },
  { kind: 'CLIENT_ACCOUNT', id: 'one' },
];
const COUNTERS = [
  counterOf(['CONNECTION_REQUEST'], true, rolling(60)),
  counterOf(['CONNECTION_REQUEST', 'INMAIL'], false, rolling(60)),
];

it('as many are after an instant as a plain count finds, by counter and scope', () => {
  fc.assert(
    fc.property(fc.array(CHARGE), fc.integer({ min: -1, max: 21 }), (charges, instant) => {
      const charged = new ChargedOverTime(charges);
      const later = charges.filter(({ at }) => at > instant);
      expect(charged.after(instant)).toBe(later.length);
      for (const counter of COUNTERS) {
        for (const scope of SCOPES) {
          const plain = later.filter(
            ({ action, noted, clientAccountId }) =>
              counts(counter, action, noted) && (scope.kind === 'SEAT' || scope.id === clientAccountId),
          );
          expect(charged.after(instant, counter, scope)).toBe(plain.length);
        }
      }
    }),
  );
});
