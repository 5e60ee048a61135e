import { planSends, type PlanTerms } from '../../src/quota/plan-sends.js';
import { rolling } from '../../src/quota/window.js';
import { askOf, at, CLEAR, DAY, limitOf, Seat, SEAT, through } from './make.js';

/** A Tuesday, at which nobody works yet. */
const NOW = at('2026-11-24T06:00:00.000Z');
const MINUTE = 60_000;
const WEEK = { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' };

function planned(seat: Seat, other: Partial<PlanTerms> = {}, states = CLEAR, daysOff: string[] = []) {
  const { zones } = seat.world.ledger(SEAT);
  const hours = { week: WEEK, areOwn: false, daysOff, zones, isReply: false };
  const until = at('2026-12-24T00:00:00.000Z');
  const charges = seat.world.ledger(SEAT).charges.map((charge) => charge.at);
  const lastSentAt = charges.length === 0 ? null : Math.max(...charges);
  const terms = {
    count: 3,
    lastSentAt,
    from: NOW,
    until,
    gapSecondsAt: () => 90,
    steadyMs: Infinity,
    ...other,
  };
  const batch = seat.world.begin(NOW, [SEAT], seat.limits);
  const ask = askOf(seat.limits, { states, hours });
  return planSends(() => ask, batch.book, NOW, terms);
}

const plan = (...asked: Parameters<typeof planned>) => through(planned(...asked));

function times(slots: readonly number[]): string[] {
  return slots.map((slot) => new Date(slot).toISOString().slice(5, 19));
}

describe('planSends', () => {
  it('goes at the recommended gap, within working hours of the seat’s zone', () => {
    const { slots, binding } = plan(new Seat([limitOf(9, DAY)], 'Europe/Madrid'));
    expect(times(slots)).toEqual(['11-24T08:00:00', '11-24T08:01:30', '11-24T08:03:00']);
    expect(binding).toBeNull();
  });

  it('can be left between any two of its sends', () => {
    const steps = planned(new Seat([limitOf(9, DAY)]));
    const yielded = [...Array.from({ length: 3 }, () => steps.next().done), steps.next().done];
    expect(yielded).toEqual([false, false, false, true]);
  });

  it('begins no earlier than it is told', () => {
    const { slots } = plan(new Seat([limitOf(9, DAY)]), { count: 1, from: NOW + 5 * 3_600_000 });
    expect(times(slots)).toEqual(['11-24T11:00:00']);
  });

  it('never goes over the recommended number of a day, and passes over a weekend', () => {
    const seat = new Seat([limitOf(9, DAY, { recommended: 1 })]);
    const { slots } = plan(seat, { count: 5 });
    expect(times(slots)).toEqual([
      ...['11-24T09:00:00', '11-25T09:00:00', '11-26T09:00:00', '11-27T09:00:00'],
      '11-30T09:00:00',
    ]);
  });

  it('passes over days off, though nothing is refused there', () => {
    const { slots } = plan(new Seat([limitOf(9, DAY)]), { count: 1 }, CLEAR, ['2026-11-24', '2026-11-25']);
    expect(times(slots)).toEqual(['11-26T09:00:00']);
  });

  it('gives a planned send’s room back when it leaves its window', () => {
    const { slots } = plan(new Seat([limitOf(1, rolling(7_200))]), { count: 2 });
    expect(slots[1]! - slots[0]!).toBe(7_200_000);
  });

  it('goes evenly within the windows of bursts', () => {
    const { slots } = plan(new Seat([limitOf(5, rolling(600))]), { count: 8 });
    expect(slots.map((slot) => (slot - slots[0]!) / MINUTE)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  it('tells what stops the first that does not fit', () => {
    const limit = limitOf(2, DAY);
    const { slots, binding } = plan(new Seat([limit]), { until: at('2026-11-24T17:00:00.000Z') });
    expect(slots).toHaveLength(2);
    expect(binding).toMatchObject({ code: 'LIMIT_REACHED', limit: { max: 2 }, facts: { planned: 2 } });
    const night = plan(new Seat([limit]), { until: at('2026-11-24T08:00:00.000Z') });
    expect(night).toMatchObject({ slots: [], binding: { code: 'OUTSIDE_WORKING_HOURS' } });
    const short = plan(new Seat([limit]), { until: at('2026-11-24T09:01:00.000Z') });
    expect(short).toMatchObject({ binding: { code: 'TOO_SOON', facts: { seconds: 90 } } });
    expect(short.slots).toHaveLength(1);
    const paused = plan(new Seat([limit]), {}, { ...CLEAR, seatPaused: true });
    expect(paused).toMatchObject({ slots: [], binding: { code: 'SEAT_PAUSED', retryAt: null } });
  });

  it('allows for holds at their last moment, and for outside use', () => {
    const seat = new Seat([limitOf(3, DAY)]);
    seat.reserve(NOW, at('2026-11-24T10:00:00.000Z'));
    seat.world.declare(SEAT, {
      ...{ action: 'DIRECT_MESSAGE', perDay: 1, from: '2026-11-24', until: '2026-11-24' },
    });
    expect(times(plan(seat, { count: 2 }).slots)).toEqual(['11-24T09:00:00', '11-25T09:00:00']);
  });

  it('P1: each planned send is allowed when it is asked for at its instant, after those before it', () => {
    const limits = [limitOf(4, rolling(3_600)), limitOf(7, DAY), limitOf(9, rolling(2 * 86_400))];
    const { slots } = plan(new Seat(limits), { count: 30 });
    const seat = new Seat(limits);
    for (const slot of slots) seat.commit(slot, seat.reserve(slot, slot + 60_000), slot);
    expect(slots).toHaveLength(30);
  });
});
