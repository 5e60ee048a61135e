import fc from 'fast-check';
import { lowestLimits, maxAt, type Limit, type MaxStep } from '../../src/quota/limit.js';
import { BUILT_IN_COURSE } from '../../src/quota/policy/index.js';
import { warmUpLimits, warmUpLimitsAt, type WarmUp } from '../../src/quota/warm-up.js';
import { rolling } from '../../src/quota/window.js';
import { at, limitOf, Seat } from './make.js';

const POLICY = BUILT_IN_COURSE.at(at('2026-11-24T10:00:00Z'));
const DAY_MS = 86_400_000;
const TWENTY_FOUR_HOURS = rolling(86_400);
/** Direct messages in 24 hours. */
const LIMIT = limitOf(150, TWENTY_FOUR_HOURS, { origin: 'POLICY', recommended: 50 });

function ramp(other: Partial<WarmUp> = {}): WarmUp {
  return {
    startedOn: '2026-11-01',
    resumedAt: null,
    heldUntil: [],
    lastSentAt: at('2026-11-30T12:00:00Z'),
    zones: [{ from: 0, timeZone: 'UTC' }],
    ...other,
  };
}

function maximumAt(instant: string, warmUp: WarmUp, madeAt = instant, limit: Limit = LIMIT): number {
  const [lowest] = lowestLimits([limit, ...warmUpLimits(POLICY, [limit], warmUp, at(madeAt))]);
  return maxAt(lowest!, at(instant));
}

describe('a warm-up', () => {
  it.each([
    ['2026-10-20T00:00:00Z', 10], // before it begins, as on its first day
    ['2026-11-01T00:00:00Z', 10],
    ['2026-11-01T23:59:59.999Z', 10],
    ['2026-11-02T00:00:00Z', 12], // ⌈50 × 23 / 100⌉
    ['2026-11-11T05:00:00Z', 25],
    ['2026-11-27T23:59:59.999Z', 49],
    ['2026-11-28T00:00:00Z', 150], // day 27: it binds no more
  ])('at %s: %d, asked then as well as before', (instant, max) => {
    expect(maximumAt(instant, ramp())).toBe(max);
    if (instant > '2026-11-01T00:00:00Z')
      expect(maximumAt(instant, ramp(), '2026-11-01T00:00:00Z')).toBe(max);
  });

  it('counts days in the seat’s zone, of 23 and 25 hours as well', () => {
    const zones = [{ from: 0, timeZone: 'America/New_York' }];
    const warmUp = ramp({ startedOn: '2026-10-31', zones });
    // The first of November has 25 hours there, and ends at 05:00 UTC.
    expect(maximumAt('2026-11-02T04:59:59.999Z', warmUp)).toBe(12);
    expect(maximumAt('2026-11-02T05:00:00Z', warmUp)).toBe(13);
  });

  it('binds only where there is a recommended number, and is told as what it is', () => {
    const burst = limitOf(15, rolling(600), { origin: 'POLICY' });
    expect(warmUpLimits(POLICY, [burst], ramp(), at('2026-11-02T00:00:00Z'))).toEqual([]);
    const [limit] = warmUpLimits(POLICY, [LIMIT], ramp(), at('2026-11-02T00:00:00Z'));
    expect(limit).toMatchObject({ max: 12, origin: 'WARM_UP', limitId: null, recommended: 50 });
  });

  it('begins again after 30 days without a send, and stays at its beginning until the next', () => {
    const idle = ramp({ lastSentAt: at('2026-12-01T12:00:00Z') });
    expect(maximumAt('2026-12-31T11:59:59.999Z', idle)).toBe(150);
    expect(maximumAt('2026-12-31T12:00:00Z', idle)).toBe(10);
    expect(maximumAt('2026-12-31T12:00:00Z', idle, '2026-12-05T00:00:00Z')).toBe(10);
    expect(maximumAt('2027-03-01T12:00:00Z', ramp({ lastSentAt: null }))).toBe(10);
    const resumed = at('2027-03-01T12:00:00Z');
    const again = ramp({ lastSentAt: resumed, resumedAt: resumed });
    expect(maximumAt('2027-03-01T13:00:00Z', again)).toBe(10);
    expect(maximumAt('2027-03-02T00:00:00Z', again)).toBe(12);
  });

  it('does not begin again with the first send of all', () => {
    const first = at('2026-11-05T12:00:00Z');
    expect(maximumAt('2026-11-06T12:00:00Z', ramp({ lastSentAt: first, resumedAt: first }))).toBe(18);
  });

  it('goes by what is held, if that is committed: it puts an idleness off, or ends it', () => {
    const lastSentAt = at('2026-12-01T12:00:00Z');
    const heldUntil = [at('2026-12-02T00:00:00.001Z')];
    const madeAt = at('2026-12-01T13:00:00Z');
    const [limit] = warmUpLimits(POLICY, [LIMIT], ramp({ lastSentAt, heldUntil }), madeAt);
    const maxima = (instant: string) => [
      maxAt(limit!, at(instant), 'LAPSE'),
      maxAt(limit!, at(instant), 'COMMIT'),
    ];
    expect(maxima('2026-12-31T11:59:59.999Z')).toEqual([150, 150]);
    expect(maxima('2026-12-31T12:00:00Z')).toEqual([10, 150]);
    expect(maxima('2026-12-31T23:59:59.999Z')).toEqual([10, 150]);
    expect(maxima('2027-01-01T00:00:00Z')).toEqual([10, 10]);
    const now = at('2027-03-01T12:00:00Z');
    const idle = ramp({ lastSentAt, heldUntil: [now + 1_000] });
    const [resting] = warmUpLimits(POLICY, [LIMIT], idle, now);
    const midnight = at('2027-03-02T00:00:00Z');
    expect([maxAt(resting!, midnight, 'LAPSE'), maxAt(resting!, midnight, 'COMMIT')]).toEqual([10, 12]);
    expect(maxAt(resting!, midnight - 1, 'COMMIT')).toBe(10);
  });

  it('P6: an idle seat whose ramp is taken up by holds is certain of the midnight after they are sent', () => {
    const now = at('2027-03-01T23:00:00Z');
    const idle = ramp({
      lastSentAt: at('2026-12-01T12:00:00Z'),
      heldUntil: Array<number>(10).fill(now + 60_000),
    });
    const seat = new Seat(lowestLimits([LIMIT, ...warmUpLimits(POLICY, [LIMIT], idle, now)]));
    for (let held = 0; held < 10; held += 1) seat.reserve(now, now + 60_000);
    expect(seat.ask(now)).toMatchObject({
      outcome: 'DENIED',
      retryAt: now + 60_000,
      certainAt: at('2027-03-02T00:00:00Z'),
    });
  });

  it('P6: a request is allowed at the midnight that makes room for it', () => {
    const now = at('2026-11-02T10:00:00Z');
    const warmUp = ramp({ lastSentAt: now - 1 });
    const seat = new Seat(lowestLimits([LIMIT, ...warmUpLimits(POLICY, [LIMIT], warmUp, now)]));
    seat.record(now, now - 1, 12);
    const midnight = at('2026-11-03T00:00:00Z');
    expect(seat.ask(now)).toMatchObject({ outcome: 'DENIED', retryAt: midnight });
    expect(midnight).toBeLessThan(now - 1 + DAY_MS);
    expect(seat.ask(midnight - 1).outcome).toBe('DENIED');
    expect(seat.ask(midnight).outcome).toBe('ALLOWED');
  });

  it('takes some forty steps at most, however long before it begins it is asked', () => {
    for (const asked of ['1970-01-01T00:00:00Z', '2006-04-01T10:00:00Z', '2026-10-31T00:00:00Z']) {
      const [limit] = warmUpLimits(POLICY, [LIMIT], ramp(), at(asked));
      expect(limit!.later!.length).toBeLessThan(40);
      for (let day = 0; day < 70; day += 1) {
        const then = at('2026-10-20T00:00:00Z') + day * DAY_MS;
        if (then > at(asked))
          expect(maxAt(limit!, then)).toBe(maximumAt(new Date(then).toISOString(), ramp()));
      }
    }
  });

  it('is told of one instant as it is told from there on, and no step ahead', () => {
    const instants = fc.integer({ min: at('2026-09-01T00:00:00Z'), max: at('2027-03-01T00:00:00Z') });
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Pacific/Apia', 'Africa/Cairo');
    fc.assert(
      fc.property(
        instants,
        fc.option(instants),
        fc.option(instants),
        zones,
        (then, sent, again, timeZone) => {
          const warmUp = ramp({ lastSentAt: sent, resumedAt: again, zones: [{ from: 0, timeZone }] });
          const [ahead] = warmUpLimits(POLICY, [LIMIT], warmUp, then);
          const [alone] = warmUpLimitsAt(POLICY, [LIMIT], warmUp, then);
          const { later, ...now } = ahead!;
          expect(later).toBeDefined();
          expect(alone).toEqual(now);
        },
      ),
    );
  });

  it('is put together with another limit in as many looks at its steps as it has some', () => {
    let looks = 0;
    const stepAt = (from: number): MaxStep => ({
      get from() {
        looks += 1;
        return from;
      },
      ...{ max: from, origin: 'WARM_UP' },
    });
    const steps = Array.from({ length: 1_000 }, (_, day) => stepAt(day));
    const other = { ...LIMIT, later: steps.map(({ from }) => stepAt(from)) };
    const [lowest] = lowestLimits([{ ...LIMIT, later: steps }, other]);
    expect(lowest!.later).toHaveLength(1_000);
    expect(looks).toBeLessThan(20 * 1_000);
  });
});
