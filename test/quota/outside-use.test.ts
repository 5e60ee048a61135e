import { counterOf } from '../../src/quota/counter.js';
import { roomOf } from '../../src/quota/decide.js';
import type { OutsideUse } from '../../src/quota/outside-use.js';
import { rolling } from '../../src/quota/window.js';
import { AGENCY, askOf, at, DAY, limitOf, MONTH, Seat, SEAT, WEEK } from './make.js';

/** Room that is set aside for what is done elsewhere. */

const TWO_HOURS = rolling(7_200);
const MADRID = 'Europe/Madrid';
/** Of a Tuesday's noon in Madrid. */
const NOW = at('2026-11-24T11:00:00.000Z');

function declared(seat: Seat, other: Partial<OutsideUse> = {}): Seat {
  seat.world.declare(SEAT, {
    ...{ action: 'DIRECT_MESSAGE', perDay: 3, from: '2026-11-24', until: null },
    ...other,
  });
  return seat;
}

function unknownAt(seat: Seat, now: number): (number | undefined)[] {
  return seat.usage(now).map(({ unknown }) => unknown);
}

function recordElsewhere(seat: Seat, now: number, count: number, sentAt = now): void {
  const charge = { at: sentAt, action: 'DIRECT_MESSAGE', noted: false, count, elsewhere: true } as const;
  seat.batch(now, (batch) => batch.charge([SEAT], charge));
}

describe('a day that was declared', () => {
  it('counts from the seat’s midnight on, as a whole, and until its end has left the window', () => {
    const seat = declared(new Seat([limitOf(9, TWO_HOURS)], MADRID), { until: '2026-11-24' });
    const [midnight, end] = [at('2026-11-23T23:00:00.000Z'), at('2026-11-24T23:00:00.000Z')];
    const left = end + 7_200_000;
    expect([midnight - 1, midnight, end, left - 1, left].map((now) => unknownAt(seat, now)[0])).toEqual([
      0, 3, 3, 3, 0,
    ]);
  });

  it('counts in each calendar window that it overlaps, from the first day to the last', () => {
    const seat = declared(new Seat([limitOf(99, DAY), limitOf(99, WEEK), limitOf(99, MONTH)]), {
      from: '2026-11-24',
      until: '2026-11-26',
    });
    expect(unknownAt(seat, NOW)).toEqual([3, 3, 3]);
    expect(unknownAt(seat, at('2026-11-26T00:00:00.000Z'))).toEqual([3, 9, 9]);
    expect(unknownAt(seat, at('2026-11-29T12:00:00.000Z'))).toEqual([0, 9, 9]);
    expect(unknownAt(seat, at('2026-11-30T00:00:00.000Z'))).toEqual([0, 0, 9]);
    expect(unknownAt(seat, at('2026-12-01T00:00:00.000Z'))).toEqual([0, 0, 0]);
  });

  it('counts less by what is recorded of the day, never below 0, and as before once that is taken out', () => {
    const seat = declared(new Seat([limitOf(9, DAY)]));
    recordElsewhere(seat, NOW, 2);
    expect(seat.usage(NOW)[0]).toMatchObject({ used: 2, unknown: 1 });
    recordElsewhere(seat, NOW, 4);
    expect(seat.usage(NOW)[0]).toMatchObject({ used: 6, unknown: 0 });
    recordElsewhere(seat, NOW + 1, -4, NOW);
    expect(seat.usage(NOW + 1)[0]).toMatchObject({ used: 2, unknown: 1 });
  });

  it('counts all the same whatever was committed here, or recorded of another day', () => {
    const seat = declared(new Seat([limitOf(9, DAY)]));
    seat.commit(NOW, seat.reserve(NOW, NOW + 60_000), NOW);
    recordElsewhere(seat, NOW, 2, at('2026-11-23T23:59:59.999Z'));
    expect(seat.usage(NOW)[0]).toMatchObject({ used: 1, unknown: 3 });
  });

  it('counts nothing once an archive was taken in after it, where archives tell of the action', () => {
    const views = counterOf(['PROFILE_VIEW'], false, WEEK);
    const seat = declared(new Seat([limitOf(9, WEEK), limitOf(9, WEEK, { counter: views })]));
    declared(seat, { action: 'PROFILE_VIEW' });
    const end = at('2026-11-25T00:00:00.000Z');
    seat.world.import(SEAT, end - 1);
    expect(unknownAt(seat, end)).toEqual([6, 6]);
    seat.world.import(SEAT, end);
    expect(unknownAt(seat, end)).toEqual([3, 6]);
  });

  it('is of its action alone, and of no counter of noted invitations', () => {
    const counter = counterOf(['CONNECTION_REQUEST'], true, DAY);
    const together = counterOf(['CONNECTION_REQUEST', 'DIRECT_MESSAGE'], false, DAY);
    const seat = new Seat([
      limitOf(9, DAY),
      limitOf(9, DAY, { counter }),
      limitOf(9, DAY, { counter: together }),
    ]);
    declared(seat, { action: 'CONNECTION_REQUEST' });
    expect(unknownAt(seat, NOW)).toEqual([0, 0, 3]);
  });

  it('goes by the newest declaration of it', () => {
    const seat = declared(new Seat([limitOf(9, DAY)]));
    declared(seat, { perDay: 1, until: '2026-11-24' });
    expect(unknownAt(seat, NOW)).toEqual([1]);
    expect(unknownAt(seat, NOW + 86_400_000)).toEqual([3]);
  });

  it('has 23 hours, or 25, where the zone’s has', () => {
    const seat = declared(new Seat([limitOf(9, rolling(1))], MADRID), { from: '2026-03-29' });
    expect(unknownAt(seat, at('2026-03-28T22:59:59.999Z'))).toEqual([0]);
    expect(unknownAt(seat, at('2026-03-29T21:59:59.999Z'))).toEqual([3]);
    expect(unknownAt(seat, at('2026-03-29T22:00:00.000Z'))).toEqual([6]);
    expect(unknownAt(seat, at('2026-03-29T22:00:01.000Z'))).toEqual([3]);
  });
});

describe('a request of a seat with outside use', () => {
  it('P1: finds no room in what is set aside', () => {
    const seat = declared(new Seat([limitOf(4, DAY)]));
    const ask = askOf(seat.limits);
    const room = seat.batch(NOW, (batch) => roomOf(ask, batch.book, NOW));
    expect(room).toMatchObject({ remaining: 1 });
    seat.reserve(NOW, NOW + 60_000);
    expect(seat.ask(NOW)).toMatchObject({
      outcome: 'DENIED',
      reasons: [{ code: 'LIMIT_REACHED', facts: { used: 0, held: 1, unknown: 3 } }],
    });
  });

  it('P6: is admitted when a day leaves the window, exactly', () => {
    const seat = declared(new Seat([limitOf(3, TWO_HOURS)]), { until: '2026-11-24' });
    const left = at('2026-11-25T02:00:00.000Z');
    expect(seat.ask(NOW)).toMatchObject({ retryAt: left, certainAt: left });
    expect(seat.ask(left - 1).outcome).toBe('DENIED');
    expect(seat.ask(left).outcome).toBe('ALLOWED');
  });

  it('P6: is not admitted where a day begins before a hold lapses, but once that day has gone', () => {
    const seat = declared(new Seat([limitOf(3, DAY)]), { from: '2026-11-25', until: '2026-11-25' });
    const midnight = at('2026-11-25T00:00:00.000Z');
    for (const later of [0, 0, 1]) seat.reserve(NOW, midnight + later);
    expect(seat.ask(NOW)).toMatchObject({ retryAt: at('2026-11-26T00:00:00.000Z') });
  });

  it('P6: is admitted when a hold lapses in a day that began with another zone, what was recorded of it before counted', () => {
    const seat = declared(new Seat([limitOf(1, TWO_HOURS)]), { perDay: 1, until: '2026-11-24' });
    recordElsewhere(seat, at('2026-11-24T05:30:00.000Z'), 1);
    // From midnight on it is the 24th still, as it has been since three o'clock.
    seat.moveTo('America/Argentina/Buenos_Aires', NOW);
    const lapse = at('2026-11-25T00:30:00.000Z');
    seat.reserve(NOW, lapse);
    expect(seat.ask(NOW)).toMatchObject({ retryAt: lapse });
    expect(seat.ask(lapse - 1).outcome).toBe('DENIED');
    expect(seat.ask(lapse).outcome).toBe('ALLOWED');
  });

  it('P6: is not admitted when another limit has room again, where a day has begun by then', () => {
    const other = limitOf(1, rolling(14 * 3_600), { scope: AGENCY });
    const seat = declared(new Seat([limitOf(3, DAY), other]), { from: '2026-11-25', until: '2026-11-25' });
    seat.record(NOW);
    expect(seat.ask(NOW)).toMatchObject({ retryAt: at('2026-11-26T00:00:00.000Z') });
  });

  it('P6: is never admitted where every day to come is set aside', () => {
    const seat = declared(new Seat([limitOf(3, DAY)]));
    expect(seat.ask(NOW)).toMatchObject({ outcome: 'DENIED', retryAt: null, reasons: [{ retryAt: null }] });
  });
});
