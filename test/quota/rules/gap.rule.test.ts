import { rolling } from '../../../src/quota/window.js';
import { at, limitOf, Seat } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');

describe('the recommended gap', () => {
  it.each<[string, lastAt: number | null, codes: string[]]>([
    ['nothing before', null, []],
    ['at the same instant', NOW, ['TOO_SOON']],
    ['a millisecond too soon', NOW - 89_999, ['TOO_SOON']],
    ['far enough', NOW - 90_000, []],
  ])('%s', (_what, lastAt, codes) => {
    const { outcome, warnings } = new Seat([limitOf(3, rolling(60))]).ask(NOW, {
      gap: { seconds: 90, lastAt },
    });
    expect(outcome).toBe('ALLOWED');
    expect(warnings.map(({ code }) => code)).toEqual(codes);
    for (const { facts } of warnings) expect(facts).toEqual({ seconds: 90 });
  });
});
