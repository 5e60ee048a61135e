import { inTime } from '../../src/outreach/in-time.js';

function spin(): void {
  for (;;);
}

describe('work that is bounded in time', () => {
  it('is done, and answers so', () => {
    const done: number[] = [];
    expect(inTime(1_000, () => done.push(1))).toBe(true);
    expect(done).toEqual([1]);
  });

  it('is ended wherever it is, what it did before is done, and the next one is done as if nothing had been', () => {
    const done: string[] = [];
    const begun = performance.now();
    const isThrough = inTime(50, () => {
      done.push('begun');
      spin();
      done.push('never');
    });
    expect([isThrough, done]).toEqual([false, ['begun']]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(49);
    expect(inTime(1_000, () => done.push('next'))).toBe(true);
    expect(done).toEqual(['begun', 'next']);
  });

  it('ends what is inside of it, however much time that was given', () => {
    const told: boolean[] = [];
    expect(inTime(50, () => told.push(inTime(60_000, spin)))).toBe(false);
    expect(told).toEqual([]);
  });

  it('throws what is thrown', () => {
    const thrown = new Error('mine');
    const fail = (): void => {
      throw thrown;
    };
    expect(() => inTime(1_000, fail)).toThrow(thrown);
    expect(inTime(1_000, () => undefined)).toBe(true);
  });
});
