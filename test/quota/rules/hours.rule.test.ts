import fc from 'fast-check';
import { opensFrom } from '../../../src/quota/rules/hours.rule.js';
import type { HoursFacts } from '../../../src/quota/seat-facts.js';
import { rolling } from '../../../src/quota/window.js';
import { BUILT_IN_COURSE } from '../../../src/quota/policy/index.js';
import { isOpenAt } from '../plain-hours.js';
import { at, limitOf, Seat } from '../make.js';

const OFFICE = BUILT_IN_COURSE.at(at('2026-11-24T10:00:00Z')).workingHours;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

function hoursIn(timeZone: string, other: Partial<HoursFacts> = {}): HoursFacts {
  return {
    week: OFFICE,
    areOwn: true,
    daysOff: [],
    zones: [{ from: 0, timeZone }],
    isReply: false,
    ...other,
  };
}

const night = (from: string, to: string) => ({ week: { days: EVERY_DAY, from, to } });

describe('the first instant within the hours', () => {
  it.each<[string, HoursFacts, from: string, opens: string | null]>([
    ['inside, at once', hoursIn('UTC'), '2026-11-24T09:00:00Z', '2026-11-24T09:00:00Z'],
    ['the last millisecond', hoursIn('UTC'), '2026-11-24T17:59:59.999Z', '2026-11-24T17:59:59.999Z'],
    ['the end is outside', hoursIn('UTC'), '2026-11-24T18:00:00Z', '2026-11-25T09:00:00Z'],
    ['over a weekend', hoursIn('UTC'), '2026-11-27T18:00:00Z', '2026-11-30T09:00:00Z'],
    [
      'over a day off',
      hoursIn('UTC', { daysOff: ['2026-11-25', '2026-11-26'] }),
      '2026-11-24T20:00:00Z',
      '2026-11-27T09:00:00Z',
    ],
    ['in the seat’s zone', hoursIn('America/New_York'), '2026-11-24T13:59:59.999Z', '2026-11-24T14:00:00Z'],
    [
      'after the clock went forward',
      hoursIn('America/New_York'),
      '2026-03-06T23:00:00Z',
      '2026-03-09T13:00:00Z',
    ],
    [
      'at the jump, where the clock jumps over it',
      hoursIn('America/New_York', night('02:30', '04:00')),
      '2026-03-08T06:00:00Z',
      '2026-03-08T07:00:00Z',
    ],
    [
      'the first of two, where it comes twice',
      hoursIn('America/New_York', night('01:30', '04:00')),
      '2026-11-01T05:00:00Z',
      '2026-11-01T05:30:00Z',
    ],
    [
      'at the day’s beginning, where midnight is missing',
      hoursIn('America/Santiago', night('00:00', '01:30')),
      '2026-09-06T03:59:59.999Z',
      '2026-09-06T04:00:00Z',
    ],
    [
      'behind the jump, where they begin at the very time that the clock jumps from',
      hoursIn('America/New_York', { week: { days: [1, 2, 3, 4, 5, 6, 7], from: '02:00', to: '06:00' } }),
      '2026-03-08T05:00:00Z',
      '2026-03-08T07:00:00Z',
    ],
    [
      'all night, where it ends at 24:00',
      hoursIn('UTC', night('20:00', '24:00')),
      '2026-11-24T23:59:59.999Z',
      '2026-11-24T23:59:59.999Z',
    ],
    [
      'never, where every day is off',
      hoursIn('UTC', { week: { days: [], from: '09:00', to: '18:00' } }),
      '2026-11-24T10:00:00Z',
      null,
    ],
  ])('%s', (_what, hours, from, opens) => {
    expect(opensFrom(hours, at(from))).toBe(opens === null ? null : at(opens));
  });

  it('P12: follows another zone from the old one’s midnight on', () => {
    const zones = [
      { from: 0, timeZone: 'Asia/Tokyo' },
      { from: at('2026-11-24T03:00:00Z'), timeZone: 'America/New_York' },
    ];
    const hours = hoursIn('UTC', { zones });
    // Tokyo's Tuesday ends at 15:00 UTC; in New York it is 10:00 on Tuesday then.
    expect(opensFrom(hours, at('2026-11-24T09:00:00Z'))).toBe(at('2026-11-24T15:00:00Z'));
    expect(opensFrom(hours, at('2026-11-24T08:59:00Z'))).toBe(at('2026-11-24T08:59:00Z'));
  });

  it('is what looking at the clock on the wall every quarter of an hour finds', () => {
    const zone = fc.constantFrom(
      'UTC',
      'America/New_York',
      'America/Santiago',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    const start = fc.constantFrom('2026-03-06', '2026-09-04', '2026-10-02', '2026-10-30', '2026-12-30');
    const quarter = fc
      .nat({ max: 96 })
      .map((n) => `${String(n >> 2).padStart(2, '0')}:${String((n & 3) * 15).padStart(2, '0')}`);
    fc.assert(
      fc.property(
        fc.record({
          zone,
          start,
          skip: fc.nat({ max: 400 }),
          days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        }),
        fc.tuple(quarter, quarter).filter(([from, to]) => from < to),
        ({ zone: timeZone, start: day, skip, days }, [from, to]) => {
          const hours = hoursIn(timeZone, { week: { days, from, to }, daysOff: ['2026-12-31'] });
          const since = at(`${day}T00:00:00Z`) + skip * 900_000;
          const opens = opensFrom(hours, since)!;
          let seen = since;
          while (!isOpenAt(hours, seen)) seen += 900_000;
          expect(opens).toBe(seen);
        },
      ),
    );
  });
});

describe('a request', () => {
  const NIGHT = at('2026-11-24T20:00:00Z');
  let seat: Seat;
  beforeEach(() => {
    seat = new Seat([limitOf(3, rolling(60))]);
  });

  it('P6: outside of the seat’s own hours is refused until they begin', () => {
    const OPENS = at('2026-11-25T09:00:00Z');
    const refused = { code: 'OUTSIDE_WORKING_HOURS', facts: {}, limit: null, retryAt: OPENS };
    expect(seat.ask(NIGHT, { hours: hoursIn('UTC') })).toEqual({
      outcome: 'DENIED',
      reasons: [refused],
      warnings: [],
      retryAt: OPENS,
      certainAt: OPENS,
    });
  });

  it('outside of the usual hours is warned of', () => {
    const { outcome, warnings } = seat.ask(NIGHT, { hours: hoursIn('UTC', { areOwn: false }) });
    expect([outcome, warnings.map(({ code }) => code)]).toEqual(['ALLOWED', ['OUTSIDE_WORKING_HOURS']]);
    expect(seat.ask(NIGHT + 16 * 3_600_000, { hours: hoursIn('UTC', { areOwn: false }) }).warnings).toEqual(
      [],
    );
  });

  it('that is a reply goes out at any hour', () => {
    for (const areOwn of [true, false]) {
      const { outcome, warnings } = seat.ask(NIGHT, { hours: hoursIn('UTC', { areOwn, isReply: true }) });
      expect([outcome, warnings]).toEqual(['ALLOWED', []]);
    }
  });
});
