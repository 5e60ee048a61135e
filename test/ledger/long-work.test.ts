import { LongWork } from '../../src/ledger/long-work.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const THINGS = Array.from({ length: 12 }, (_, index) => index);

describe('long work', () => {
  it('leaves the process to others between its steps once it has gone on for long', async () => {
    const work = (took: () => void) =>
      LongWork.each(THINGS, () => {
        took();
        busy(10);
      });
    expect(await mostBetweenTurns(work)).toBeLessThanOrEqual(4);
  });

  it('leaves it so between the steps that it yields behind, too, and answers what they come to', async () => {
    const work = async (took: () => void) => {
      const done = await LongWork.through(
        (function* () {
          for (let step = 0; step < 12; step += 1) {
            took();
            busy(10);
            yield;
          }
          return 'done';
        })(),
      );
      expect(done).toBe('done');
    };
    expect(await mostBetweenTurns(work)).toBeLessThanOrEqual(4);
  });

  it('is done in order, one thing after the other, each until it is done', async () => {
    const seen: number[] = [];
    const done = await LongWork.each(THINGS, async (thing) => {
      await Promise.resolve();
      seen.push(thing);
      return -thing;
    });
    expect(seen).toEqual(THINGS);
    expect(done).toEqual(THINGS.map((thing) => -thing));
  });
});
