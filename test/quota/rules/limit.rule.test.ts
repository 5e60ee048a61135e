import { entriesNeeded } from '../../../src/quota/entries-needed.js';
import { DAY as DAY_MS, HOUR, rolling, SECOND, WINDOW_SECONDS_MAX } from '../../../src/quota/window.js';
import { askOf, at, bookAt, DAY, limitOf, MINUTE, MONTH, Seat, SEAT, WEEK } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');

/** P6 as it is promised: allowed then, refused one millisecond before. */
function expectExact(seat: Seat, now: number, retryAt: number): void {
  expect(seat.ask(now)).toMatchObject({ outcome: 'DENIED', retryAt });
  expect(seat.ask(retryAt - 1)).toMatchObject({ outcome: 'DENIED', retryAt });
  expect(seat.ask(retryAt).outcome).toBe('ALLOWED');
}

describe('P6: retryAt is exact', () => {
  it('after as many leave as are over', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    for (const second of [0, 10, 20, 30]) seat.record(NOW + second * SECOND);
    expectExact(seat, NOW + 31 * SECOND, NOW + 80 * SECOND);
  });

  it('a hundred invitations of a week: the oldest one’s instant plus seven days', () => {
    const week = rolling(7 * 86_400);
    const seat = new Seat([limitOf(100, week)]);
    const oldest = NOW - 6 * DAY_MS + 123;
    for (let index = 0; index < 100; index += 1) seat.record(NOW, oldest + index * 4_321_987);
    expectExact(seat, NOW, oldest + 7 * DAY_MS);
  });

  it('where a hold lapses before a charge leaves', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    seat.record(NOW);
    seat.reserve(NOW, NOW + 20 * SECOND);
    expectExact(seat, NOW + 1, NOW + 20 * SECOND);
  });

  it('over all rules together: the later of two', () => {
    const seat = new Seat([limitOf(1, MINUTE), limitOf(2, DAY)]);
    seat.record(NOW, NOW, 2);
    const midnight = at('2026-11-25T00:00:00Z');
    const { reasons } = seat.ask(NOW);
    expect(reasons.map(({ limit, retryAt }) => [limit?.counter.window.kind, retryAt])).toEqual([
      ['CALENDAR_DAY', midnight],
      ['ROLLING', NOW + 60 * SECOND],
    ]);
    expectExact(seat, NOW, midnight);
  });

  it.each([
    [DAY, '2026-03-08T12:00Z', '2026-03-09T04:00Z'], // 23 hours
    [DAY, '2026-11-01T12:00Z', '2026-11-02T05:00Z'], // 25 hours
    [WEEK, '2026-11-01T12:00Z', '2026-11-02T05:00Z'], // a Sunday
    [MONTH, '2026-01-31T12:00Z', '2026-02-01T05:00Z'],
    [MONTH, '2026-12-31T12:00Z', '2027-01-01T05:00Z'],
  ] as const)('P12: %j at %s in New York: %s', (window, now, retryAt) => {
    const seat = new Seat([limitOf(1, window)], 'America/New_York');
    seat.record(at(now));
    expectExact(seat, at(now), at(retryAt));
  });

  it.each([
    ['America/Santiago', '2026-09-06T03:00Z', '2026-09-06T04:00Z'], // its midnight is missing
    ['Pacific/Apia', '2011-12-30T00:00Z', '2011-12-30T10:00Z'], // its 30 December is
    ['Asia/Kathmandu', '2026-11-24T18:14:59.999Z', '2026-11-24T18:15Z'],
    ['Australia/Lord_Howe', '2026-10-03T14:00Z', '2026-10-04T13:00Z'],
  ])('P12: a day in %s', (timeZone, now, retryAt) => {
    const seat = new Seat([limitOf(1, DAY)], timeZone);
    seat.record(at(now));
    expectExact(seat, at(now), at(retryAt));
  });

  it('is null where the maximum is nothing, which only a person can change', () => {
    const seat = new Seat([limitOf(0, MINUTE), limitOf(0, DAY)]);
    expect(seat.ask(NOW)).toMatchObject({
      outcome: 'DENIED',
      retryAt: null,
      certainAt: null,
      reasons: [{ retryAt: null }, { retryAt: null }],
    });
  });

  it('reaches 400 days ahead, and certainAt not beyond', () => {
    const seat = new Seat([limitOf(1, rolling(WINDOW_SECONDS_MAX))]);
    seat.record(NOW);
    expect(seat.ask(NOW).retryAt).toBe(NOW + 400 * DAY_MS);
    const other = new Seat([limitOf(1, rolling(WINDOW_SECONDS_MAX))]);
    other.reserve(NOW, NOW + 2);
    expect(other.ask(NOW)).toMatchObject({ retryAt: NOW + 2, certainAt: null });
    // A millisecond from its end, its last moment is now.
    expect(other.ask(NOW + 1)).toMatchObject({ retryAt: NOW + 2, certainAt: NOW + 1 + 400 * DAY_MS });
  });
});

describe('P6: certainAt, if every hold is committed at its last moment', () => {
  it('counts from there in a rolling window', () => {
    const seat = new Seat([limitOf(1, MINUTE)]);
    const hold = seat.reserve(NOW, NOW + 20 * SECOND);
    const certainAt = NOW + 20 * SECOND - 1 + 60 * SECOND;
    expect(seat.ask(NOW)).toMatchObject({ retryAt: NOW + 20 * SECOND, certainAt });
    seat.commit(NOW + 20 * SECOND - 1, hold, NOW + 20 * SECOND - 1);
    expectExact(seat, NOW + 20 * SECOND, certainAt);
  });

  it('counts in the day of that moment, the next one', () => {
    const seat = new Seat([limitOf(1, DAY)]);
    const expiresAt = at('2026-11-25T00:00:00.002Z');
    seat.reserve(at('2026-11-24T23:59:00Z'), expiresAt);
    expect(seat.ask(at('2026-11-24T23:59:30Z'))).toMatchObject({
      retryAt: expiresAt,
      certainAt: at('2026-11-26T00:00:00Z'),
    });
  });

  it('or still in this one', () => {
    const seat = new Seat([limitOf(1, DAY)]);
    seat.reserve(at('2026-11-24T23:59:00Z'), at('2026-11-25T00:00:00Z'));
    expect(seat.ask(at('2026-11-24T23:59:30Z'))).toMatchObject({
      retryAt: at('2026-11-25T00:00:00Z'),
      certainAt: at('2026-11-25T00:00:00Z'),
    });
  });
});

describe('P12: what a change of zone carries over', () => {
  const seatOf = (sentAt: string): Seat => {
    const seat = new Seat([limitOf(1, DAY)]);
    seat.record(at(sentAt));
    seat.moveTo('America/New_York', at('2026-11-24T12:00Z'));
    return seat;
  };

  it('a charge of both days counts on both sides, and leaves with the second', () => {
    const seat = seatOf('2026-11-24T10:00Z');
    expect(seat.usage(at('2026-11-24T13:00Z'))).toMatchObject([
      { used: 1, timeZone: 'UTC', nextRoomAt: at('2026-11-25T05:00Z') },
    ]);
    expect(seat.usage(at('2026-11-25T00:00Z'))).toMatchObject([
      { used: 1, timeZone: 'America/New_York', nextRoomAt: at('2026-11-25T05:00Z') },
    ]);
    expectExact(seat, at('2026-11-25T00:00Z'), at('2026-11-25T05:00Z'));
  });

  it('one of the old day alone leaves at its end', () => {
    expectExact(seatOf('2026-11-24T04:59:59.999Z'), at('2026-11-24T13:00Z'), at('2026-11-25T00:00Z'));
  });

  it('of two changes before the boundary, the last decides', () => {
    const seat = seatOf('2026-11-24T10:00Z');
    seat.moveTo('Asia/Kathmandu', at('2026-11-24T12:30Z'));
    // Kathmandu's day at that boundary began at 18:15.
    expectExact(seat, at('2026-11-24T13:00Z'), at('2026-11-25T00:00Z'));
  });

  it('a hold that is committed at its last moment is carried too', () => {
    const seat = new Seat([limitOf(1, DAY)]);
    seat.reserve(at('2026-11-24T10:00Z'), at('2026-11-24T11:00Z'));
    seat.moveTo('America/New_York', at('2026-11-24T10:00Z'));
    expect(seat.ask(at('2026-11-24T10:30Z'))).toMatchObject({
      retryAt: at('2026-11-24T11:00Z'),
      certainAt: at('2026-11-25T05:00Z'),
    });
  });

  it('what is recorded into the old day alone, in the same batch, is not carried', () => {
    const limits = [limitOf(1, DAY)];
    const seat = new Seat(limits);
    seat.moveTo('America/New_York', at('2026-11-24T12:00Z'));
    seat.batch(at('2026-11-24T13:00Z'), (batch) => {
      const send = { action: 'DIRECT_MESSAGE', noted: false, count: 1 } as const;
      batch.charge([limits[0]!.scope], { ...send, at: at('2026-11-24T03:00Z') });
      expect(batch.decide(askOf(limits)).retryAt).toBe(at('2026-11-25T00:00Z'));
      // The books know all charges of the day by now.
      batch.charge([limits[0]!.scope], { ...send, at: at('2026-11-24T04:00Z') });
      expect(batch.decide(askOf(limits)).retryAt).toBe(at('2026-11-25T00:00Z'));
    });
  });

  describe('where the next window begins even before the one of now', () => {
    // March in St John's began at 03:30 UTC and lost an hour; Buenos Aires' began at 03:00 and ends half an hour later.
    const now = at('2026-04-01T02:29Z');
    const holdEndsAt = at('2026-04-01T02:31Z');
    const marchEndsAt = at('2026-04-01T03:00Z');
    const seatWith = (max: number, ...sentAt: string[]): Seat => {
      const seat = new Seat([limitOf(max, MONTH)], 'America/St_Johns');
      for (const text of sentAt) seat.record(at('2026-03-20T00:00Z'), at(text));
      seat.moveTo('America/Argentina/Buenos_Aires', at('2026-03-30T00:00Z'));
      return seat;
    };

    it('it may count more', () => {
      const seat = seatWith(2, '2026-03-01T03:15Z', '2026-03-20T00:00Z');
      expect(seat.usage(now)).toMatchObject([{ used: 1, nextRoomAt: marchEndsAt }]);
      seat.reserve(now, holdEndsAt);
      expectExact(seat, now, marchEndsAt);
    });

    it('it may count what now is not counted at all', () => {
      const seat = seatWith(1, '2026-03-01T03:15Z');
      seat.reserve(now, holdEndsAt);
      expect(seat.usage(now)).toMatchObject([{ used: 0, held: 1, nextRoomAt: holdEndsAt }]);
      expectExact(seat, now, marchEndsAt);
    });

    it('and what is recorded there in the same batch', () => {
      const seat = seatWith(1);
      const hold = { action: 'DIRECT_MESSAGE', noted: false, expiresAt: holdEndsAt, scopes: [SEAT] } as const;
      const record = {
        at: at('2026-03-01T03:15Z'),
        action: 'DIRECT_MESSAGE',
        noted: false,
        count: 1,
      } as const;
      seat.batch(now, (batch) => {
        batch.hold(hold);
        expect(batch.decide(askOf(seat.limits)).retryAt).toBe(holdEndsAt);
        batch.charge([SEAT], record);
        expect(batch.decide(askOf(seat.limits)).retryAt).toBe(marchEndsAt);
      });
    });
  });
});

describe('the charges that a refusal has to look ahead at', () => {
  const limit = limitOf(2, MINUTE);
  const bookWith = (used: number, held = 0) => {
    const hold = { action: 'DIRECT_MESSAGE', noted: false, expiresAt: NOW + SECOND } as const;
    const book = bookAt(
      NOW,
      [limit],
      Array.from({ length: held }, () => hold),
    );
    for (let index = 0; index < used; index += 1) book.charge('DIRECT_MESSAGE', false, NOW - 9 + index, 1);
    return book;
  };
  const sent = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ at: NOW - 9 + index, count: 1 }));

  it.each([
    [1, 0, null], // there is room
    [0, 2, null], // nothing to look at but holds
    [2, 0, 1],
    [3, 0, 2],
    [1, 3, 1], // no more than there are
    [2, 3, 2],
  ])('%d used and %d held of 2: the earliest %s', (used, held, count) => {
    expect(entriesNeeded(limit, bookWith(used, held))).toEqual(
      count && { limit, after: NOW - 60 * SECOND, count },
    );
  });

  it('are asked for until they are enough', () => {
    const book = bookWith(3);
    book.giveEntries(limit.counter, { entries: sent(1), complete: false });
    expect(entriesNeeded(limit, book)?.count).toBe(2);
    book.giveEntries(limit.counter, { entries: sent(2), complete: false });
    expect(entriesNeeded(limit, book)).toBeNull();
  });

  it('follow what the batch does: a later charge is not one of the first', () => {
    const book = bookWith(2);
    book.giveEntries(limit.counter, { entries: sent(1), complete: false });
    book.charge('DIRECT_MESSAGE', false, NOW, 1);
    expect(book.entriesOf(limit.counter)?.entries).toEqual(sent(1));
    expect(entriesNeeded(limit, book)?.count).toBe(2);
    book.charge('DIRECT_MESSAGE', false, NOW - 20, 1);
    expect(book.entriesOf(limit.counter)?.entries).toEqual([{ at: NOW - 20, count: 1 }, ...sent(1)]);
  });

  it('a void takes them away, the last of the first ones as well', () => {
    const book = bookWith(4);
    book.giveEntries(limit.counter, { entries: sent(3), complete: false });
    book.charge('DIRECT_MESSAGE', false, NOW - 7, -1);
    expect(book.entriesOf(limit.counter)?.entries).toEqual(sent(2));
    expect(entriesNeeded(limit, book)).toBeNull();
  });

  it('whoever reads them as they were before the batch is asked for as many more as it voided', () => {
    const book = bookWith(3);
    book.charge('DIRECT_MESSAGE', false, NOW - 9, -1);
    // Two are left, one of them must leave; of those before the batch that is among the first two.
    expect(entriesNeeded(limit, book)?.count).toBe(2);
  });

  it('of a calendar: none, as all leave at its end', () => {
    const day = limitOf(1, DAY);
    const book = bookAt(NOW, [day]);
    book.charge('DIRECT_MESSAGE', false, NOW - HOUR, 5);
    expect(entriesNeeded(day, book)).toBeNull();
  });
});
