import fc from 'fast-check';
import { judgeStep, type LimitAlertKind } from '../../src/quota/limit-alert.js';
import { rolling } from '../../src/quota/window.js';
import type { UsageLevel } from '../../src/quota/words.js';
import { limitOf } from './make.js';

const DAY = rolling(86_400);

/** The kinds that a path of amounts tells, each step from one amount to the next. */
function told(
  limit: ReturnType<typeof limitOf>,
  amounts: readonly number[],
  recorded = false,
  first: UsageLevel | null = 'OK',
): string {
  let level = first;
  const kinds = amounts.slice(1).map((after, index) => {
    const judged = judgeStep(level, { limit, before: amounts[index]!, after, recorded });
    level = judged.told;
    return judged.due?.replace('LIMIT_', '') ?? '-';
  });
  return kinds.join(' ');
}

describe('P10: an alert for each crossing', () => {
  it.each([
    ['up to 80 % nothing', 100, null, [79, 80], '-'],
    ['above 80 %', 100, null, [80, 81], 'WARNING'],
    ['above the recommended number, where it is lower', 100, 50, [49, 50, 51], '- WARNING'],
    ['under 95 % nothing more', 100, null, [80, 81, 94], 'WARNING -'],
    ['from 95 % on', 100, null, [81, 94, 95], 'WARNING CRITICAL'],
    ['at the maximum', 100, null, [94, 95, 99, 100], 'CRITICAL - REACHED'],
    ['of several at once the highest alone, the lower with it', 100, null, [0, 100, 96, 98], 'REACHED - -'],
    ['a maximum of 1', 1, null, [0, 1, 0, 1], 'REACHED - REACHED'],
    ['a maximum of 5 that is recommended', 5, 5, [0, 4, 5], '- REACHED'],
    ['nothing at a maximum of 0 that is not used', 0, null, [0, 0], '-'],
  ])('%s', (_, max, recommended, amounts, expected) => {
    expect(told(limitOf(max, DAY, { recommended }), amounts)).toBe(expected);
  });

  it.each([
    ['WARNING is armed at 75', [80, 81, 76, 81], 'WARNING - -'],
    ['WARNING is armed at 75', [80, 81, 75, 81], 'WARNING - WARNING'],
    ['CRITICAL is armed at 90, and WARNING is not', [94, 95, 91, 95], 'CRITICAL - -'],
    ['CRITICAL is armed at 90, and WARNING is not', [94, 95, 90, 95], 'CRITICAL - CRITICAL'],
    ['CRITICAL is armed at 90, and WARNING is not', [94, 95, 90, 94], 'CRITICAL - -'],
    ['REACHED is armed at 95', [99, 100, 96, 100], 'REACHED - -'],
    ['REACHED is armed at 95', [99, 100, 95, 100], 'REACHED - REACHED'],
  ])('%s: %j', (_, amounts, expected) => {
    const limit = limitOf(100, DAY);
    expect(
      told(
        limit,
        amounts,
        false,
        judgeStep(null, { limit, before: amounts[0]!, after: amounts[0]!, recorded: false }).told,
      ),
    ).toBe(expected);
  });

  it('a recommended number under 5 % is armed by an empty counter', () => {
    expect(told(limitOf(100, DAY, { recommended: 2 }), [0, 3, 1, 3, 0, 3])).toBe('WARNING - - - WARNING');
  });

  it('is breached by recorded activity alone, and once', () => {
    const limit = limitOf(100, DAY);
    expect(told(limit, [99, 101, 105], true)).toBe('BREACHED -');
    expect(told(limit, [99, 101, 105], false)).toBe('REACHED -');
    // The maximum fell under what is used; then something is recorded.
    expect(judgeStep('REACHED', { limit, before: 120, after: 121, recorded: true }).due).toBe(
      'LIMIT_BREACHED',
    );
    expect(told(limit, [100, 101, 96, 101, 95, 101], true, 'REACHED')).toBe('BREACHED - - - BREACHED');
  });

  it('windows under an hour tell a breach alone; one of an hour tells all', () => {
    expect(told(limitOf(15, rolling(600)), [0, 15])).toBe('-');
    expect(told(limitOf(15, rolling(3_599)), [0, 15, 16, 17], true)).toBe('- BREACHED -');
    expect(told(limitOf(100, rolling(600)), [0, 101, 96, 101, 95, 101], true)).toBe(
      'BREACHED - - - BREACHED',
    );
    expect(told(limitOf(15, rolling(3_600)), [0, 15])).toBe('REACHED');
  });

  it('says nothing of what a counter held before it was watched', () => {
    const limit = limitOf(100, DAY);
    expect(judgeStep(null, { limit, before: 90, after: 91, recorded: false })).toEqual({
      told: 'WARNING',
      due: null,
    });
    expect(judgeStep(null, { limit, before: 110, after: 111, recorded: true })).toEqual({
      told: 'BREACHED',
      due: null,
    });
    expect(judgeStep(null, { limit, before: 0, after: 96, recorded: false }).due).toBe('LIMIT_CRITICAL');
  });

  it('a maximum that changes is judged as it is: lower it tells, higher it arms', () => {
    const still = (max: number, level: UsageLevel) =>
      judgeStep(level, { limit: limitOf(max, DAY), before: 48, after: 48, recorded: false });
    expect(still(50, 'OK')).toEqual({ told: 'CRITICAL', due: 'LIMIT_CRITICAL' });
    expect(still(100, 'CRITICAL')).toEqual({ told: 'OK', due: null });
    expect(still(40, 'OK')).toEqual({ told: 'REACHED', due: 'LIMIT_REACHED' });
  });

  it('rings exactly once for each crossing, whatever path usage takes', () => {
    const step = fc.record({ to: fc.nat({ max: 130 }), recorded: fc.boolean() });
    const terms = fc.record({
      max: fc.integer({ min: 1, max: 110 }),
      recommended: fc.option(fc.nat({ max: 110 })),
    });
    fc.assert(
      fc.property(terms, fc.array(step, { maxLength: 60 }), ({ max, recommended }, steps) => {
        const limit = limitOf(max, DAY, { recommended });
        const bells = new Bells(max, recommended);
        let [level, amount]: [UsageLevel, number] = ['OK', 0];
        for (const { to, recorded } of steps) {
          const judged = judgeStep(level, { limit, before: amount, after: to, recorded });
          expect(judged.due).toBe(bells.move(to, recorded));
          [level, amount] = [judged.told, to];
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Four bells, each armed or not by itself: the plain reading of the rule. */
class Bells {
  private readonly bells: {
    kind: LimitAlertKind;
    from: (n: number) => boolean;
    under: number;
    armed: boolean;
  }[];

  constructor(max: number, recommended: number | null) {
    const okUpTo = Math.min(recommended ?? max, max * 0.8);
    const points = (share: number) => max * share - max * 0.05 + 1e-9;
    this.bells = [
      {
        kind: 'LIMIT_WARNING',
        from: (n) => n > okUpTo + 1e-9,
        under: Math.max(0, okUpTo - max * 0.05 + 1e-9),
        armed: true,
      },
      {
        kind: 'LIMIT_CRITICAL',
        from: (n) => n > 0 && n >= max * 0.95 - 1e-9,
        under: points(0.95),
        armed: true,
      },
      { kind: 'LIMIT_REACHED', from: (n) => n >= max, under: points(1), armed: true },
      { kind: 'LIMIT_BREACHED', from: (n) => n > max, under: points(1), armed: true },
    ];
  }

  move(to: number, recorded: boolean): LimitAlertKind | null {
    let rung: LimitAlertKind | null = null;
    for (const bell of this.bells) {
      if (bell.armed && bell.from(to) && (recorded || bell.kind !== 'LIMIT_BREACHED')) {
        bell.armed = false;
        rung = bell.kind;
      }
    }
    for (const bell of this.bells) if (to <= bell.under) bell.armed = true;
    return rung;
  }
}
