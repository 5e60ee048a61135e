import fc from 'fast-check';
import { Purse } from '../../../src/quota/credits.js';
import { firstAdmitted } from '../../../src/quota/rule.js';
import { creditsLeft, creditsUnit } from '../../../src/quota/rules/credits.rule.js';
import type { HoldsWill } from '../../../src/quota/unit.js';
import { DAY, HOUR, type Instant } from '../../../src/quota/window.js';
import { askOf } from '../make.js';
import { at, purseAt, send, termsOf } from '../purses.js';

const NOW = at('2026-02-20T00:00Z');

function ruleOf(purse: Purse, holds: readonly Instant[], now: Instant, holdsWill: HoldsWill = 'LAPSE') {
  const ask = askOf([], { action: 'INMAIL', credits: { purse, holds } });
  const books = () => {
    throw new Error('Credits are in no book.');
  };
  return creditsUnit.rules({ ask, books, at: now }, holdsWill)[0]!;
}

describe('the rule of credits', () => {
  it('counts what is held, until it lapses', () => {
    const holds = Array.from({ length: 5 }, (_, hold) => NOW + HOUR + hold);
    const rule = ruleOf(purseAt('2026-02-20T00:00Z'), holds, NOW);
    expect(rule.objectionAt(NOW)).toMatchObject({ code: 'NO_CREDITS', facts: { available: 0, held: 5 } });
    expect(rule.admitsFrom(NOW)).toBe(NOW + HOUR);
    expect(rule.objectionAt(NOW + HOUR - 1)).not.toBeNull();
    expect(rule.objectionAt(NOW + HOUR)).toBeNull();
  });

  it('waits for the next grant where what is held is committed', () => {
    const holds = Array.from({ length: 5 }, () => NOW + HOUR);
    const rule = ruleOf(purseAt('2026-02-20T00:00Z'), holds, NOW, 'COMMIT');
    expect(rule.admitsFrom(NOW)).toBe(at('2026-03-10T00:00Z'));
  });

  it('sees a lot run out that is all there is, and what comes behind it', () => {
    const addedAt = at('2026-01-01T00:00Z');
    const purse = purseAt('2026-01-02T00:00Z', { addedAt, openingCredits: 1, renewOn: '2026-06-20' });
    const rule = ruleOf(purse, [], at('2026-01-02T00:00Z'));
    const expiry = addedAt + 90 * DAY;
    expect(rule.admitsFrom(expiry - 1)).toBe(expiry - 1);
    expect(rule.admitsFrom(expiry)).toBe(at('2026-06-20T00:00Z'));
  });

  it('never admits again where nothing is ever granted', () => {
    expect(ruleOf(purseAt('2026-02-20T00:00Z', { perMonth: 0 }), [], NOW).admitsFrom(NOW)).toBeNull();
  });

  it('is of InMails alone, and says how many are left', () => {
    const credits = { purse: purseAt('2026-02-20T00:00Z'), holds: [NOW + 1, NOW] };
    expect(creditsLeft(askOf([], { action: 'INMAIL', credits }), NOW)).toEqual({ available: 4, held: 1 });
    expect(creditsLeft(askOf([], { credits }), NOW)).toBeNull();
    expect(creditsLeft(askOf([], { action: 'INMAIL' }), NOW)).toBeNull();
  });

  it('P6: answers for any instant as the purse does that waited until then', () => {
    const scenes = fc.record({
      opening: fc.nat(3),
      perMonth: fc.constantFrom(0, 1, 3),
      sent: fc.nat(6),
      held: fc.array(fc.integer({ min: 1, max: 48 }), { maxLength: 4 }),
      later: fc.integer({ min: 0, max: 200 * 24 }),
      will: fc.constantFrom('LAPSE' as const, 'COMMIT' as const),
    });
    fc.assert(
      fc.property(scenes, ({ opening, perMonth, sent, held, later, will }) => {
        const terms = [termsOf({ openingCredits: opening, perMonth, tier: 'SALES_NAVIGATOR' })];
        const purse = new Purse(null, terms);
        purse.advance(NOW);
        for (let one = 0; one < sent; one += 1) send(purse, String(one), NOW);
        const holds = held.map((hours) => NOW + hours * HOUR);
        // Plainly: each hold ends in its turn, and what is left then is looked at.
        const waited = (until: Instant): number => {
          const copy = purse.copy();
          for (const end of holds.toSorted((one, other) => one - other)) {
            if (will !== 'COMMIT' || end - 1 > until) continue;
            copy.advance(end - 1);
            send(copy, 'held', end - 1);
          }
          copy.advance(until);
          const live = holds.filter((end) => (will === 'COMMIT' ? end - 1 : end) > until).length;
          return Math.max(0, copy.balance - live);
        };
        const rule = ruleOf(purse, holds, NOW, will);
        const instant = NOW + later * HOUR;
        expect(rule.objectionAt(instant) === null).toBe(waited(instant) > 0);
        const admitted = firstAdmitted([rule], NOW);
        if (admitted === null) return;
        expect(waited(admitted)).toBeGreaterThan(0);
        if (admitted > NOW) expect(waited(admitted - 1)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
