import { lowestLimits, maxAt } from '../../src/quota/limit.js';
import { rolling } from '../../src/quota/window.js';
import { limitOf, Seat } from './make.js';

/** A maximum that time alone changes: a warm-up that goes on, caps that end. */

const SECOND = 1_000;
const NOW = 1_000 * SECOND;
const TEN_SECONDS = rolling(10);

describe('a limit whose maximum changes', () => {
  it('holds each maximum from its own instant on', () => {
    const later = [{ from: NOW, max: 3, origin: 'WARM_UP' as const }];
    const limit = limitOf(1, TEN_SECONDS, { later });
    expect([NOW - 1, NOW, NOW + 1].map((at) => maxAt(limit, at))).toEqual([1, 3, 3]);
  });

  it('P6: admits at the instant at which the maximum rises, where nothing leaves before', () => {
    const later = [{ from: NOW + 4_000, max: 2, origin: 'WARM_UP' as const }];
    const seat = new Seat([limitOf(1, TEN_SECONDS, { later })]);
    seat.record(NOW);
    expect(seat.ask(NOW + 1)).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 4_000 });
  });

  it('P6: does not admit when something leaves while the maximum has fallen', () => {
    const later = [
      { from: NOW + 2_000, max: 0, origin: 'RESTRICTION' as const },
      { from: NOW + 30_000, max: 1, origin: 'RESTRICTION' as const },
    ];
    const seat = new Seat([limitOf(1, TEN_SECONDS, { later })]);
    seat.record(NOW);
    expect(seat.ask(NOW + 1)).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 30_000 });
  });

  it('is never admitted where every maximum to come is 0', () => {
    const later = [{ from: NOW, max: 0, origin: 'CUSTOM' as const }];
    expect(new Seat([limitOf(0, TEN_SECONDS, { later })]).ask(NOW)).toMatchObject({ retryAt: null });
  });
});

describe('lowestLimits', () => {
  it('keeps the lowest at each instant, with where it comes from', () => {
    const warming = limitOf(2, TEN_SECONDS, {
      origin: 'WARM_UP',
      later: [
        { from: 10, max: 4, origin: 'WARM_UP' },
        { from: 20, max: 9, origin: 'WARM_UP' },
      ],
    });
    const halved = limitOf(3, TEN_SECONDS, {
      origin: 'RESTRICTION',
      later: [{ from: 15, max: 6, origin: 'POLICY' }],
    });
    expect(lowestLimits([warming, halved])).toMatchObject([
      {
        max: 2,
        origin: 'WARM_UP',
        later: [
          { from: 10, max: 3, origin: 'RESTRICTION' },
          { from: 15, max: 4, origin: 'WARM_UP' },
          { from: 20, max: 6, origin: 'POLICY' },
        ],
      },
    ]);
  });
});
