import type { Ask } from '../../src/quota/ask.js';
import { decide, EntriesNeeded, roomOf, usageOf } from '../../src/quota/decide.js';
import type { Books } from '../../src/quota/unit.js';
import { HOUR, rolling, SECOND } from '../../src/quota/window.js';
import {
  AGENCY,
  askOf,
  at,
  bookAt,
  CLEAR,
  CLIENT_ACCOUNT,
  DAY,
  limitOf,
  MINUTE,
  Seat,
  SEAT,
} from './make.js';
import { scopeName } from './world.js';

const NOW = at('2026-11-24T10:00:00Z');

describe('P1: never over', () => {
  it.each([1, 2, 20])('%d fit, and not one more', (max) => {
    const seat = new Seat([limitOf(max, MINUTE)]);
    for (let held = 0; held < max; held += 1) seat.reserve(NOW, NOW + 30 * SECOND);
    expect(seat.ask(NOW)).toMatchObject({ outcome: 'DENIED', reasons: [{ code: 'LIMIT_REACHED' }] });
  });

  it('in one batch as in many', () => {
    const limits = [limitOf(3, MINUTE)];
    const allowed = new Seat(limits).batch(NOW, (batch) => {
      const asked = Array.from({ length: 10 }, () => {
        const { outcome } = batch.decide(askOf(limits));
        if (outcome === 'ALLOWED')
          batch.hold({ action: 'DIRECT_MESSAGE', noted: false, expiresAt: NOW + 1, scopes: [SEAT] });
        return outcome;
      });
      return asked.filter((outcome) => outcome === 'ALLOWED').length;
    });
    expect(allowed).toBe(3);
  });

  it.each([SEAT, CLIENT_ACCOUNT, AGENCY])('the lowest binds, at whichever scope: %j', (scope) => {
    const others = [SEAT, CLIENT_ACCOUNT, AGENCY].filter((other) => other !== scope);
    const seat = new Seat([
      ...others.map((other) => limitOf(5, MINUTE, { scope: other })),
      limitOf(1, MINUTE, { scope }),
    ]);
    seat.record(NOW);
    const { outcome, reasons } = seat.ask(NOW);
    expect(outcome).toBe('DENIED');
    expect(reasons.map(({ limit }) => limit?.scope)).toEqual([scope]);
  });

  it('where more was recorded than may be held, nothing is allowed until enough has left', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    for (let second = 1; second <= 4; second += 1) seat.record(NOW + second * SECOND);
    // Four are in; the third has to leave before the second place is free.
    expect(seat.ask(NOW + 5 * SECOND).retryAt).toBe(NOW + 63 * SECOND);
  });

  it('where the maximum fell, what is held may still be committed', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    const holds = [1, 2].map(() => seat.reserve(NOW, NOW + 30 * SECOND));
    const lower = [limitOf(1, MINUTE)];
    seat.batch(NOW + 1, (batch) => {
      expect(batch.decide(askOf(lower)).outcome).toBe('DENIED');
      for (const hold of holds) batch.commit(hold, NOW + 1);
      expect(batch.usage(lower)).toMatchObject([{ used: 2, held: 0 }]);
    });
  });
});

describe('P2: all or nothing', () => {
  it('a refusal changes no counter at any scope', () => {
    const limits = [
      limitOf(9, MINUTE),
      limitOf(9, DAY, { scope: CLIENT_ACCOUNT }),
      limitOf(1, MINUTE, { scope: AGENCY }),
    ];
    const seat = new Seat(limits);
    seat.record(NOW);
    const paused = { ...CLEAR, seatPaused: true };
    const [before, after] = seat.batch(NOW, (batch) => {
      const usageBefore = batch.usage(limits);
      expect(batch.decide(askOf(limits)).outcome).toBe('DENIED');
      expect(batch.decide(askOf(limits, { states: paused })).outcome).toBe('DENIED');
      return [usageBefore, batch.usage(limits)];
    });
    expect(after).toEqual(before);
    expect(seat.usage(NOW)).toEqual(before);
  });

  it('an answer by itself changes nothing either: it is asked twice and says the same', () => {
    const limits = [limitOf(1, MINUTE)];
    const book = bookAt(NOW, limits);
    const ask = askOf(limits);
    const first = decide(ask, () => book, NOW);
    expect(first.outcome).toBe('ALLOWED');
    expect(decide(ask, () => book, NOW)).toEqual(first);
    expect(book.usage(limits[0]!)).toMatchObject({ used: 0, held: 0 });
  });

  it('charges that it has to look at are asked for before anything changes', () => {
    const limits = [limitOf(2, MINUTE), limitOf(2, MINUTE, { scope: AGENCY })];
    const books = new Map([SEAT, AGENCY].map((scope) => [scopeName(scope), bookOf(scope)]));
    function bookOf(scope: typeof SEAT) {
      const book = bookAt(
        NOW,
        limits.filter((limit) => limit.scope === scope),
      );
      for (const second of [3, 2, 1]) book.charge('DIRECT_MESSAGE', false, NOW - second * SECOND, 1);
      return book;
    }
    const bookFor: Books = (scope) => books.get(scopeName(scope))!;
    const asking = () => decide(askOf(limits), bookFor, NOW);
    expect(asking).toThrow(EntriesNeeded);
    const needs = (() => {
      try {
        asking();
      } catch (error) {
        if (error instanceof EntriesNeeded) return error.needs;
      }
      return [];
    })();
    // Three in a window of two: two must leave, of those after its tail.
    expect(needs).toEqual(limits.map((limit) => ({ limit, after: NOW - 60 * SECOND, count: 2 })));
    for (const book of books.values()) {
      book.giveEntries(limits[0]!.counter, {
        entries: [3, 2].map((second) => ({ at: NOW - second * SECOND, count: 1 })),
        complete: false,
      });
    }
    expect(asking()).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 58 * SECOND });
  });
});

describe('what only a person can change', () => {
  it.each<[Partial<Ask['states']>, string]>([
    [{ seatPaused: true }, 'SEAT_PAUSED'],
    [{ holderAgreed: false }, 'HOLDER_NOT_AGREED'],
    [{ clientAccountStatus: 'PAUSED' }, 'CLIENT_ACCOUNT_PAUSED'],
    [{ clientAccountStatus: 'ARCHIVED' }, 'CLIENT_ACCOUNT_PAUSED'],
    [{ campaignStatus: 'PAUSED' }, 'CAMPAIGN_PAUSED'],
  ])('%j refuses with %s alone, and says no instant', (states, code) => {
    const limits = [limitOf(1, MINUTE)];
    const verdict = new Seat(limits).ask(NOW, { states: { ...CLEAR, ...states } });
    expect(verdict).toMatchObject({ outcome: 'DENIED', retryAt: null, certainAt: null });
    expect(verdict.reasons).toMatchObject([{ code, retryAt: null, limit: null }]);
  });

  it.each(['DRAFT', 'RUNNING'] as const)('a campaign that is %s stops nothing', (campaignStatus) => {
    const seat = new Seat([limitOf(1, MINUTE)]);
    expect(seat.ask(NOW, { states: { ...CLEAR, campaignStatus } }).outcome).toBe('ALLOWED');
  });

  it('comes before the limits, each with its own instant', () => {
    const seat = new Seat([limitOf(1, MINUTE), limitOf(1, rolling(120)), limitOf(0, DAY)]);
    seat.record(NOW);
    const { reasons, retryAt, certainAt } = seat.ask(NOW, {
      states: { ...CLEAR, seatPaused: true, holderAgreed: false },
    });
    expect(reasons.map(({ code, retryAt: own }) => [code, own])).toEqual([
      ['SEAT_PAUSED', null],
      ['HOLDER_NOT_AGREED', null],
      ['LIMIT_REACHED', null], // a maximum of nothing: only a person can raise it
      ['LIMIT_REACHED', NOW + 120 * SECOND],
      ['LIMIT_REACHED', NOW + 60 * SECOND],
    ]);
    expect([retryAt, certainAt]).toEqual([null, null]);
  });
});

describe('warnings of what is allowed', () => {
  const recommendedTwo = limitOf(4, MINUTE, { recommended: 2 });

  it.each([
    [0, []],
    [1, []], // the second is as recommended
    [2, ['LIMIT_REACHED']],
    [3, ['LIMIT_REACHED']],
  ])('%d sent: %j', (sent, codes) => {
    const seat = new Seat([recommendedTwo]);
    if (sent > 0) seat.record(NOW, NOW, sent);
    const { outcome, reasons, warnings, retryAt } = seat.ask(NOW);
    expect({ outcome, reasons, retryAt }).toEqual({ outcome: 'ALLOWED', reasons: [], retryAt: null });
    expect(warnings.map(({ code }) => code)).toEqual(codes);
    for (const { limit } of warnings) expect(limit).toEqual(recommendedTwo);
  });

  it('tells of an unknown history, and of nothing where it refuses', () => {
    const seat = new Seat([recommendedTwo]);
    expect(seat.ask(NOW, { history: 'UNKNOWN' }).warnings.map(({ code }) => code)).toEqual([
      'HISTORY_UNKNOWN',
    ]);
    expect(seat.ask(NOW, { history: 'NONE' }).warnings).toEqual([]);
    seat.record(NOW, NOW, 4);
    expect(seat.ask(NOW, { history: 'UNKNOWN' })).toMatchObject({ outcome: 'DENIED', warnings: [] });
  });
});

describe('room', () => {
  const tight = limitOf(3, MINUTE);
  const wide = limitOf(9, DAY, { scope: AGENCY });

  function roomAt(limits: Seat['limits'], used: number, other: Partial<Ask> = {}) {
    const book = bookAt(NOW, limits);
    for (let index = 0; index < used; index += 1) book.charge('DIRECT_MESSAGE', false, NOW - index, 1);
    book.giveEntries(tight.counter, {
      entries: Array.from({ length: used }, (_, index) => ({ at: NOW - used + 1 + index, count: 1 })),
      complete: true,
    });
    return roomOf(askOf(limits, other), () => book, NOW);
  }

  it('is the least that any limit leaves, now, and says what stops the next', () => {
    expect(roomAt([wide, tight], 1)).toMatchObject({
      action: 'DIRECT_MESSAGE',
      remaining: 2,
      availableAt: NOW,
      binding: { code: 'LIMIT_REACHED', limit: tight },
    });
  });

  it('is none where something refuses, from when it will be, with what binds longest', () => {
    expect(roomAt([wide, tight], 3)).toMatchObject({
      remaining: 0,
      availableAt: NOW - 2 + 60 * SECOND,
      binding: { code: 'LIMIT_REACHED', limit: tight },
    });
    expect(roomAt([wide, tight], 3, { states: { ...CLEAR, seatPaused: true } })).toMatchObject({
      remaining: 0,
      availableAt: null,
      binding: { code: 'SEAT_PAUSED' },
    });
  });

  it('can be held, all of it, and no more', () => {
    const seat = new Seat([limitOf(3, MINUTE), limitOf(2, rolling(120), { scope: CLIENT_ACCOUNT })]);
    const room = () => seat.batch(NOW, (batch) => roomOf(askOf(seat.limits), batch.book, NOW).remaining);
    expect(room()).toBe(2);
    seat.reserve(NOW, NOW + HOUR);
    seat.reserve(NOW, NOW + HOUR);
    expect(room()).toBe(0);
    expect(seat.ask(NOW).outcome).toBe('DENIED');
  });
});

describe('usage', () => {
  it('asks for charges where a void of the batch took the earliest away', () => {
    const limits = [limitOf(5, MINUTE)];
    const book = bookAt(NOW, limits);
    book.charge('DIRECT_MESSAGE', false, NOW - 3_000, 1);
    book.charge('DIRECT_MESSAGE', false, NOW - 1_000, 1);
    expect(usageOf(limits, () => book)).toMatchObject([{ used: 2, nextRoomAt: NOW + 57 * SECOND }]);
    book.charge('DIRECT_MESSAGE', false, NOW - 3_000, -1);
    expect(() => usageOf(limits, () => book)).toThrow(EntriesNeeded);
    book.giveEntries(limits[0]!.counter, { entries: [{ at: NOW - 1_000, count: 1 }], complete: true });
    expect(usageOf(limits, () => book)).toMatchObject([{ used: 1, nextRoomAt: NOW + 59 * SECOND }]);
  });

  it('of a counter that was not opened is an error that names it', () => {
    const limit = limitOf(1, MINUTE);
    expect(() => usageOf([limit], () => bookAt(NOW, []))).toThrow(
      'Counter DIRECT_MESSAGE@60 of SEAT seat was not opened.',
    );
  });
});
