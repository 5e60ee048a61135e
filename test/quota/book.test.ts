import { HOUR, rolling, SECOND } from '../../src/quota/window.js';
import { askOf, at, bookAt, DAY, limitOf, MINUTE, MONTH, Seat } from './make.js';

const NOW = at('2026-11-24T10:00:00Z');

describe('P5: time heals without us', () => {
  it('a hold is dead exactly at its expiry, though nothing swept it', () => {
    const expiresAt = NOW + 30 * SECOND;
    const seat = new Seat([limitOf(1, MINUTE)]);
    seat.reserve(NOW, expiresAt);
    expect(seat.usage(expiresAt - 1)).toMatchObject([{ held: 1, nextRoomAt: expiresAt }]);
    expect(seat.ask(expiresAt - 1)).toMatchObject({ outcome: 'DENIED', retryAt: expiresAt });
    expect(seat.usage(expiresAt)).toMatchObject([{ used: 0, held: 0, nextRoomAt: null }]);
    expect(seat.ask(expiresAt).outcome).toBe('ALLOWED');
  });

  it('a book that is given dead holds does not count them', () => {
    const limit = limitOf(1, MINUTE);
    const hold = (expiresAt: number) => ({ action: 'DIRECT_MESSAGE', noted: false, expiresAt }) as const;
    const book = bookAt(NOW, [limit], [hold(NOW - 1), hold(NOW), hold(NOW + 1)]);
    expect(book.usage(limit)).toMatchObject({ held: 1, nextRoomAt: NOW + 1 });
  });

  it('a window gives room back at exactly t + length', () => {
    const seat = new Seat([limitOf(1, MINUTE)]);
    seat.record(NOW);
    expect(seat.usage(NOW + 60 * SECOND - 1)).toMatchObject([{ used: 1, nextRoomAt: NOW + 60 * SECOND }]);
    expect(seat.ask(NOW + 60 * SECOND - 1)).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 60 * SECOND });
    expect(seat.usage(NOW + 60 * SECOND)).toMatchObject([{ used: 0, nextRoomAt: null }]);
    expect(seat.ask(NOW + 60 * SECOND).outcome).toBe('ALLOWED');
  });

  it('charges of one instant leave together', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    for (let count = 0; count < 3; count += 1) seat.record(NOW);
    seat.record(NOW + 1);
    expect(seat.ask(NOW + 2).retryAt).toBe(NOW + 60 * SECOND);
    expect(seat.usage(NOW + 60 * SECOND)).toMatchObject([{ used: 1, nextRoomAt: NOW + 60 * SECOND + 1 }]);
  });

  it('what was recorded exactly a window ago is out, a millisecond later is in', () => {
    const seat = new Seat([limitOf(9, MINUTE)]);
    seat.record(NOW, NOW - 60 * SECOND);
    expect(seat.usage(NOW)).toMatchObject([{ used: 0 }]);
    seat.record(NOW, NOW - 60 * SECOND + 1);
    expect(seat.usage(NOW)).toMatchObject([{ used: 1, nextRoomAt: NOW + 1 }]);
  });

  it('a counter that nobody asked for a month is brought up to now', () => {
    const seat = new Seat([limitOf(9, rolling(20 * 86_400)), limitOf(9, DAY), limitOf(9, MONTH)]);
    for (let day = 0; day < 10; day += 1) seat.record(NOW, NOW - day * 24 * HOUR);
    expect(seat.usage(NOW).map(({ used }) => used)).toEqual([10, 1, 10]);
    expect(seat.usage(NOW + 15 * 24 * HOUR).map(({ used }) => used)).toEqual([5, 0, 0]);
  });
});

describe('P7: held counts everywhere, sent counts when sent', () => {
  const evening = at('2026-11-24T23:59:00Z');
  const midnight = at('2026-11-25T00:00:00Z');

  it('a hold counts in the next day as well, until it is resolved', () => {
    const seat = new Seat([limitOf(1, DAY)]);
    const hold = seat.reserve(evening, midnight + HOUR);
    expect(seat.usage(midnight)).toMatchObject([{ used: 0, held: 1 }]);
    expect(seat.ask(midnight)).toMatchObject({ outcome: 'DENIED', retryAt: midnight + HOUR });
    seat.commit(midnight + 60 * SECOND, hold, evening + SECOND);
    // It went out the day before, and counts there alone.
    expect(seat.usage(midnight + 60 * SECOND)).toMatchObject([{ used: 0, held: 0, nextRoomAt: null }]);
  });

  it('a hold of the evening before that is sent after midnight counts in the new day', () => {
    const seat = new Seat([limitOf(1, DAY)]);
    const hold = seat.reserve(evening, midnight + HOUR);
    seat.commit(midnight + 60 * SECOND, hold, midnight);
    expect(seat.usage(midnight + 60 * SECOND)).toMatchObject([{ used: 1, held: 0 }]);
    expect(seat.ask(midnight + 60 * SECOND).retryAt).toBe(midnight + 24 * HOUR);
  });

  it('a send counts in a rolling window from when it was sent, not from when it was held or reported', () => {
    const seat = new Seat([limitOf(1, MINUTE)]);
    const hold = seat.reserve(NOW, NOW + HOUR);
    seat.commit(NOW + 50 * SECOND, hold, NOW + 40 * SECOND);
    expect(seat.ask(NOW + 99 * SECOND).retryAt).toBe(NOW + 100 * SECOND);
    expect(seat.ask(NOW + 100 * SECOND).outcome).toBe('ALLOWED');
  });

  it('a release and an expiry leave no trace', () => {
    const seat = new Seat([limitOf(2, MINUTE), limitOf(2, DAY)]);
    const untouched = seat.usage(NOW);
    seat.release(NOW, seat.reserve(NOW, NOW + SECOND));
    expect(seat.usage(NOW)).toEqual(untouched);
    seat.reserve(NOW, NOW + SECOND);
    expect(seat.usage(NOW + SECOND).map(({ used, held }) => [used, held])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('of two holds that look alike, a release takes one', () => {
    const seat = new Seat([limitOf(2, MINUTE)]);
    const holds = [1, 2].map(() => seat.reserve(NOW, NOW + SECOND));
    seat.release(NOW, holds[0]!);
    expect(seat.usage(NOW)).toMatchObject([{ held: 1 }]);
  });

  it('within a batch, what came before shows to what comes after', () => {
    const limits = [limitOf(2, MINUTE), limitOf(3, DAY)];
    new Seat(limits).batch(NOW, (batch) => {
      const hold = { action: 'DIRECT_MESSAGE', noted: false, expiresAt: NOW + SECOND, scopes: [] } as const;
      const ofSeat = { ...hold, scopes: [limits[0]!.scope] };
      batch.hold(ofSeat);
      batch.charge(ofSeat.scopes, { at: NOW - SECOND, action: 'DIRECT_MESSAGE', noted: false, count: 1 });
      expect(batch.decide(askOf(limits))).toMatchObject({
        outcome: 'DENIED',
        retryAt: NOW + SECOND,
        certainAt: NOW + 59 * SECOND,
      });
      batch.release(ofSeat);
      expect(batch.decide(askOf(limits)).outcome).toBe('ALLOWED');
    });
  });

  it('what left a window before the batch is in no list of what will leave it, though a void takes it out', () => {
    const limit = limitOf(1, MINUTE);
    const book = bookAt(NOW, []);
    // As it was kept: nobody has asked for it in this batch yet.
    book.open(limit.counter, { used: 1, tail: NOW - 3 * 60_000, first: NOW - 2 * 60_000 });
    book.giveEntries(limit.counter, { entries: [], complete: true });
    book.charge('DIRECT_MESSAGE', false, NOW - 2 * 60_000, -1);
    book.charge('DIRECT_MESSAGE', false, NOW, 1);
    expect(book.entriesOf(limit.counter)?.entries).toEqual([{ at: NOW, count: 1 }]);
  });
});
