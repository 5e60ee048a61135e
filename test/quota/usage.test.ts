import { remaining, taken, usageLevel, type Usage } from '../../src/quota/usage.js';
import { limitOf, MINUTE } from './make.js';

function usageWith(used: number, max: number, recommended: number | null = null): Usage {
  const limit = limitOf(max, MINUTE, { recommended });
  return { limit, timeZone: null, used, held: 0, unknown: 0, nextRoomAt: null };
}

describe('usage', () => {
  it('takes what is used, held and unknown, and never leaves less than nothing', () => {
    const usage = { ...usageWith(1, 10), held: 2, unknown: 3 };
    expect(taken(usage)).toBe(6);
    expect(remaining(usage)).toBe(4);
    expect(remaining(usageWith(12, 10))).toBe(0);
  });

  it.each([
    [0, 100, null, 'OK'],
    [80, 100, null, 'OK'], // 80 % itself
    [81, 100, null, 'WARNING'],
    [94, 100, null, 'WARNING'],
    [95, 100, null, 'CRITICAL'], // 95 % itself
    [99, 100, null, 'CRITICAL'],
    [100, 100, null, 'REACHED'],
    [101, 100, null, 'BREACHED'],
    [50, 150, 50, 'OK'], // the recommended number itself, as it is under 80 %
    [51, 150, 50, 'WARNING'],
    [142, 150, 50, 'WARNING'],
    [143, 150, 50, 'CRITICAL'], // 95 % is 142.5
    [80, 100, 90, 'OK'], // 80 % is the lower
    [81, 100, 90, 'WARNING'],
    [12, 15, null, 'OK'],
    [13, 15, null, 'WARNING'],
    [14, 15, null, 'WARNING'], // 95 % is 14.25
    [15, 15, null, 'REACHED'],
    [5, 5, 5, 'REACHED'],
    [4, 5, 5, 'OK'],
    [0, 1, null, 'OK'],
    [1, 1, null, 'REACHED'],
    [1, 2, null, 'OK'],
    [0, 0, null, 'OK'],
    [1, 0, null, 'BREACHED'],
    [949_999, 1_000_000, null, 'WARNING'],
    [950_000, 1_000_000, null, 'CRITICAL'],
  ] as const)('%d of %d, recommended %s, is %s', (used, max, recommended, level) => {
    expect(usageLevel(usageWith(used, max, recommended))).toBe(level);
  });
});
