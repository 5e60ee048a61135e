import { inSteps } from '../../src/services/in-steps.js';

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('work of many steps', () => {
  it('leaves the process to others between two of them, and answers', async () => {
    let turns = 0;
    let isOver = false;
    const others = (): void => {
      turns += 1;
      if (!isOver) setImmediate(others);
    };
    setImmediate(others);
    const seen: number[] = [];
    function* steps(): Generator<void, string> {
      for (let step = 0; step < 4; step += 1) {
        seen.push(turns);
        spin(30);
        yield;
      }
      return 'done';
    }
    expect(await inSteps(60_000, steps())).toBe('done');
    isOver = true;
    expect(new Set(seen).size).toBe(4);
  });

  it('is left as it is once it has kept the process for as long as it may', async () => {
    const done: number[] = [];
    function* steps(): Generator<void, string> {
      for (;;) {
        spin(30);
        done.push(done.length);
        yield;
      }
    }
    expect(await inSteps(100, steps())).toBeUndefined();
    expect(done.length).toBeLessThanOrEqual(4);
  });

  it('is ended in the middle of a step that has no end', async () => {
    const done: string[] = [];
    function* steps(): Generator<void, string> {
      done.push('begun');
      yield;
      for (;;);
    }
    expect(await inSteps(50, steps())).toBeUndefined();
    expect(done).toEqual(['begun']);
  });

  it('throws what a step throws', async () => {
    const thrown = new Error('It fails.');
    function* steps(): Generator<void, string> {
      yield;
      throw thrown;
    }
    await expect(inSteps(1_000, steps())).rejects.toBe(thrown);
  });
});
