import fc from 'fast-check';
import { Backtest, type Overrun, type PastSend } from '../../src/quota/backtest.js';
import { calendarBounds, type ZoneFrom } from '../../src/quota/calendar.js';
import { counterOf, counts } from '../../src/quota/counter.js';
import type { Limit } from '../../src/quota/limit.js';
import { rolling, type Window } from '../../src/quota/window.js';
import { at, limitOf } from './make.js';

const HOUR = 3_600_000;
const UTC: readonly ZoneFrom[] = [{ from: 0, timeZone: 'UTC' }];

function run(limits: readonly Limit[], sends: readonly PastSend[], zones = UTC) {
  const backtest = new Backtest(limits, zones);
  const overruns: Overrun[] = [];
  let refused = 0;
  for (const send of sends) {
    const taken = backtest.take(send);
    refused += taken.refused;
    overruns.push(...taken.ended);
  }
  overruns.push(...backtest.end());
  return { refused, overruns: overruns.toSorted((one, other) => one.from - other.from) };
}

function sent(when: number, count = 1): PastSend {
  return { action: 'DIRECT_MESSAGE', noted: false, at: when, count };
}

describe('a backtest', () => {
  it('tells from when on a limit would have refused, how many, and when it was the most', () => {
    const sends = Array.from({ length: 7 }, (_, index) => sent(index * HOUR));
    expect(run([limitOf(4, rolling(86_400))], sends)).toMatchObject({
      refused: 3,
      overruns: [{ max: 4, refused: 3, from: 4 * HOUR, until: 6 * HOUR, most: 7, mostAt: 6 * HOUR }],
    });
  });

  it('begins another one where there was room between', () => {
    const sends = [sent(0), sent(1), sent(10_001), sent(10_002)];
    const { overruns } = run([limitOf(1, rolling(10))], sends);
    expect(overruns.map(({ from, until }) => [from, until])).toEqual([
      [1, 1],
      [10_002, 10_002],
    ]);
  });

  it('counts a send of several by what did not fit', () => {
    expect(run([limitOf(4, rolling(60))], [sent(0, 3), sent(1, 3)])).toMatchObject({
      refused: 2,
      overruns: [{ refused: 2, most: 6 }],
    });
  });

  it('gives room back at exactly the length of the window', () => {
    const limit = limitOf(1, rolling(60));
    expect(run([limit], [sent(0), sent(59_999)]).refused).toBe(1);
    expect(run([limit], [sent(0), sent(60_000)]).refused).toBe(0);
  });

  it('counts the days of the zone in force, on both sides of a change', () => {
    const zones = [
      { from: 0, timeZone: 'UTC' },
      { from: at('2026-11-24T12:00Z'), timeZone: 'Europe/Madrid' },
    ];
    const limit = limitOf(1, { kind: 'CALENDAR_DAY' });
    // 23:30 in UTC is of the 24th, and of the 25th in Madrid, whose day begins at 23:00.
    const sends = [sent(at('2026-11-24T23:30Z')), sent(at('2026-11-25T10:00Z'))];
    expect(run([limit], sends, zones).refused).toBe(1);
    expect(run([limit], sends).refused).toBe(0);
  });

  it('is of the strictest limit, each send once', () => {
    const limits = [limitOf(2, rolling(60)), limitOf(1, rolling(60))];
    const result = run(limits, [sent(0), sent(1), sent(2)]);
    expect([result.refused, result.overruns.length]).toEqual([2, 2]);
  });

  it('finds what plain counting finds, over any history', () => {
    const windows: readonly Window[] = [
      rolling(5 * 3_600),
      rolling(86_400),
      { kind: 'CALENDAR_DAY' },
      { kind: 'CALENDAR_WEEK' },
    ];
    const zones = [
      { from: 0, timeZone: 'America/New_York' },
      { from: at('2026-11-04T05:00Z'), timeZone: 'Asia/Tokyo' },
    ];
    const step = fc.record({
      after: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
      count: fc.integer({ min: 1, max: 4 }),
      action: fc.constantFrom('DIRECT_MESSAGE' as const, 'CONNECTION_REQUEST' as const),
      noted: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...windows),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        (window, max, onlyWithNote, steps) => {
          let when = at('2026-11-01T00:00Z');
          const sends = steps.map(({ after, ...send }): PastSend => {
            when += after * HOUR;
            return { ...send, at: when };
          });
          const counter = counterOf(['CONNECTION_REQUEST', 'DIRECT_MESSAGE'], onlyWithNote, window);
          const { refused, overruns } = run([limitOf(max, window, { counter })], sends, zones);
          let plain = 0;
          for (const [index, send] of sends.entries()) {
            if (!counts(counter, send.action, send.noted)) continue;
            const start =
              window.kind === 'ROLLING'
                ? send.at - window.seconds * 1_000
                : calendarBounds(window.kind, zones, send.at).start - 1;
            const before = sends
              .slice(0, index)
              .filter((one) => counts(counter, one.action, one.noted) && one.at > start)
              .reduce((sum, { count }) => sum + count, 0);
            plain += Math.max(0, send.count - Math.max(0, max - before));
          }
          expect(refused).toBe(plain);
          expect(overruns.reduce((sum, overrun) => sum + overrun.refused, 0)).toBe(plain);
        },
      ),
    );
  });

  it('keeps in memory what the longest window holds', () => {
    const backtest = new Backtest([limitOf(10, rolling(60))], UTC);
    for (let index = 0; index < 400_000; index += 1) backtest.take(sent(index * 60_000));
    // Two days of them may be reached back to, and those that go at once.
    expect(backtest.kept).toBeLessThan(2 * 1_440 + 2 * 1_024);
  });
});
