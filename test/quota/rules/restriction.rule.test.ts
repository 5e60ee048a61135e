import { lowestLimits, maxAt } from '../../../src/quota/limit.js';
import { halfCapLimits } from '../../../src/quota/rules/restriction.rule.js';
import type { RestrictionFacts } from '../../../src/quota/seat-facts.js';
import { rolling } from '../../../src/quota/window.js';
import { at, limitOf, Seat } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');
const DAY_MS = 86_400_000;
const LIMIT = limitOf(5, rolling(600), { origin: 'POLICY' });

function restriction(other: Partial<RestrictionFacts> = {}): RestrictionFacts {
  const endsAt = NOW + 3 * DAY_MS;
  return { kind: 'TEMPORARY', actions: null, endsAt, halfCapsUntil: endsAt + 14 * DAY_MS, ...other };
}

describe('a restriction', () => {
  it.each<[string, RestrictionFacts[], retryAt: number | null]>([
    ['with an end, until then', [restriction()], NOW + 3 * DAY_MS],
    ['of several, until the last ends', [restriction(), restriction({ endsAt: NOW + 1 })], NOW + 3 * DAY_MS],
    ['without an end, until a person lifts it', [restriction({ endsAt: null, halfCapsUntil: null })], null],
    ['of the very action', [restriction({ actions: ['DIRECT_MESSAGE'] })], NOW + 3 * DAY_MS],
  ])('%s', (_what, restrictions, retryAt) => {
    const verdict = new Seat([LIMIT]).ask(NOW, { restrictions });
    expect(verdict).toMatchObject({ outcome: 'DENIED', retryAt, certainAt: retryAt });
    expect(verdict.reasons[0]).toEqual({
      code: 'SEAT_RESTRICTED',
      facts: { kind: 'TEMPORARY' },
      limit: null,
      retryAt,
    });
  });

  it.each<[string, RestrictionFacts]>([
    ['of other actions', restriction({ actions: ['CONNECTION_REQUEST'] })],
    ['that has ended, to the millisecond', restriction({ endsAt: NOW })],
  ])('%s stops nothing', (_what, ended) => {
    expect(new Seat([LIMIT]).ask(NOW, { restrictions: [ended] }).outcome).toBe('ALLOWED');
  });
});

describe('half caps', () => {
  const END = NOW + 3 * DAY_MS;
  const HALF_UNTIL = END + 14 * DAY_MS;

  function maxima(restrictions: RestrictionFacts[], instants: number[], madeAt = NOW): number[] {
    const [limit] = lowestLimits([LIMIT, ...halfCapLimits([LIMIT], restrictions, madeAt)]);
    return instants.map((instant) => maxAt(limit!, instant));
  }

  it('begin where the restriction ends, round up, and end by themselves', () => {
    const edges = [NOW, END - 1, END, HALF_UNTIL - 1, HALF_UNTIL];
    expect(maxima([restriction()], edges)).toEqual([5, 5, 3, 3, 5]);
    expect(maxima([restriction()], edges.slice(2), END)).toEqual([3, 3, 5]);
  });

  it('of several are a half still, as long as one of them lasts', () => {
    const second = restriction({ endsAt: END + DAY_MS, halfCapsUntil: HALF_UNTIL + DAY_MS });
    const edges = [END, END + DAY_MS, HALF_UNTIL, HALF_UNTIL + DAY_MS];
    expect(maxima([restriction(), second], edges)).toEqual([3, 3, 3, 5]);
  });

  it('are told as what they are', () => {
    const [limit] = halfCapLimits([LIMIT], [restriction()], END);
    expect(limit).toMatchObject({ max: 3, origin: 'RESTRICTION', limitId: null });
    expect(halfCapLimits([LIMIT], [restriction()], HALF_UNTIL)).toEqual([]);
  });
});
