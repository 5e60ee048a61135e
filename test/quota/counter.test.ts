import fc from 'fast-check';
import {
  counterFromKey,
  counterOf,
  counts,
  pendingCounter,
  tallied,
  type RollingTally,
} from '../../src/quota/counter.js';
import { rolling, WINDOW_SECONDS_MAX, type Window } from '../../src/quota/window.js';
import { ACTIONS, WINDOW_KINDS } from '../../src/quota/words.js';
import { DAY, MINUTE, MONTH } from './make.js';

const windows: fc.Arbitrary<Window> = fc.oneof(
  fc.integer({ min: 1, max: WINDOW_SECONDS_MAX }).map(rolling),
  fc.constantFrom(...WINDOW_KINDS.filter((kind) => kind !== 'ROLLING')).map((kind) => ({ kind })),
);

describe('counters', () => {
  it.each([
    [['DIRECT_MESSAGE'], false, rolling(86_400), 'DIRECT_MESSAGE@86400'],
    [['CONNECTION_REQUEST'], true, MONTH, 'CONNECTION_REQUEST!@CALENDAR_MONTH'],
    [['INMAIL', 'CONNECTION_REQUEST', 'INMAIL'], false, DAY, 'CONNECTION_REQUEST+INMAIL@CALENDAR_DAY'],
    [ACTIONS, false, rolling(60), '*@60'],
  ] as const)('%s are one counter, whatever their order', (actions, onlyWithNote, window, key) => {
    expect(counterOf(actions, onlyWithNote, window).key).toBe(key);
  });

  it('come back from their keys', () => {
    const actions = fc.subarray([...ACTIONS], { minLength: 1 });
    fc.assert(
      fc.property(actions, fc.boolean(), windows, (some, onlyWithNote, window) => {
        const counter = counterOf(some, onlyWithNote, window);
        expect(counterFromKey(counter.key)).toEqual(counter);
      }),
    );
  });

  it('of pending invitations come back from their keys too, as gauges', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: WINDOW_SECONDS_MAX }), (seconds) => {
        const gauge = pendingCounter(seconds);
        expect(counterFromKey(gauge.key)).toEqual(gauge);
        expect(gauge).toMatchObject({ actions: ['CONNECTION_REQUEST'], unanswered: true });
      }),
    );
  });

  it.each([
    ...[
      '',
      '@',
      '@60',
      'DIRECT_MESSAGE',
      'DIRECT_MESSAGE@',
      'DIRECT_MESSAGE@ROLLING',
      'LIKE@60',
      'INMAIL@60@60',
    ],
    ...[
      'INMAIL+CONNECTION_REQUEST@60',
      'INMAIL+LIKE@60',
      'INMAIL@060',
      'INMAIL@NaN',
      'INMAIL@0',
      'INMAIL@-60',
    ],
    ...['INMAIL@1.5', 'INMAIL@Infinity', 'INMAIL@CALENDAR_YEAR', '!@60'],
  ])('“%s” is no key, and says so', (key) => {
    expect(() => counterFromKey(key)).toThrow(`"${key}" is no counter's key.`);
  });

  it('counts its own actions, and only noted ones where it says so', () => {
    const noted = counterOf(['CONNECTION_REQUEST'], true, MONTH);
    expect(counts(noted, 'CONNECTION_REQUEST', true)).toBe(true);
    expect(counts(noted, 'CONNECTION_REQUEST', false)).toBe(false);
    expect(counts(noted, 'INMAIL', true)).toBe(false);
    const all = counterOf(ACTIONS, false, MINUTE);
    expect(ACTIONS.every((action) => counts(all, action, false) && counts(all, action, true))).toBe(true);
  });
});

describe('tallies', () => {
  const rollingTally: RollingTally = { used: 3, tail: 1_000, first: 5_000 };

  it.each([
    ['in the window', 9_000, 2, { used: 5, tail: 1_000, first: 5_000 }],
    ['the earliest', 4_000, 1, { used: 4, tail: 1_000, first: 4_000 }],
    ['just inside', 1_001, 1, { used: 4, tail: 1_000, first: 1_001 }],
    ['at the tail, so out already', 1_000, 1, rollingTally],
    ['before it', 999, 1, rollingTally],
    ['a void of a later one', 9_000, -1, { used: 2, tail: 1_000, first: 5_000 }],
    ['a void of the earliest, to be looked up', 5_000, -1, { used: 2, tail: 1_000, first: 1_000 }],
    ['a void of all', 5_000, -3, { used: 0, tail: 1_000, first: null }],
    ['a void of what left', 1_000, -1, rollingTally],
  ])('of a rolling window: %s', (_, at, count, expected) => {
    expect(tallied(rollingTally, at, count)).toEqual(expected);
  });

  it('of a rolling window: the first one of all', () => {
    const empty = { used: 0, tail: 1_000, first: null };
    expect(tallied(empty, 2_000, 1)).toEqual({ used: 1, tail: 1_000, first: 2_000 });
  });

  it.each([
    ['its first instant', 1_000, 4],
    ['its last one', 1_999, 4],
    ['before it', 999, 3],
    ['its end', 2_000, 3],
  ])('of a calendar window: %s', (_, at, used) => {
    expect(tallied({ used: 3, start: 1_000, end: 2_000 }, at, 1)).toEqual({ used, start: 1_000, end: 2_000 });
  });
});
