import { randomUUID } from 'node:crypto';
import { setImmediate as nextRound } from 'node:timers/promises';
import { beginFor } from '../../src/busy-time.js';
import { allThatIsReady } from '../../src/event-loop.js';
import { LongWork } from '../../src/ledger/long-work.js';
import { ClockOfWork } from '../support/clock-of-work.js';
import { mostBetweenTurns } from '../support/turns.js';

const THINGS = Array.from({ length: 12 }, (_, index) => index);

// Time passes by work alone: whatever else the machine does meanwhile makes nothing long.
let clock: ClockOfWork;
beforeEach(() => (clock = ClockOfWork.start()));
afterEach(() => clock.stop());

const busy = (ms: number): void => clock.pass(ms);

/** Whether work is done without a round of the event loop, as anybody's turn would take. */
async function isAtOnce(work: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  const done = work.then(() => (isDone = true));
  await allThatIsReady();
  await allThatIsReady();
  const wasDone = isDone;
  await done;
  return wasDone;
}

describe('long work', () => {
  it('leaves the process to others between its steps once it has gone on for long', async () => {
    const work = (took: () => void) =>
      new LongWork().each(THINGS, () => {
        took();
        busy(10);
      });
    expect(await mostBetweenTurns(work)).toBeLessThanOrEqual(4);
  });

  it('leaves it so between the steps that it yields behind, too, and answers what they come to', async () => {
    const work = async (took: () => void) => {
      const done = await new LongWork().through(
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

  /** Short works behind one another, each of three things. */
  async function shortWorks(agencyId: string | undefined, took: () => void): Promise<void> {
    for (let work = 0; work < 4; work += 1) {
      await new LongWork(agencyId).each(THINGS.slice(0, 2), () => {
        took();
        busy(10);
      });
    }
  }

  it('of an agency has its turns together, however short each is', async () => {
    const agencyId = randomUUID();
    expect(await mostBetweenTurns((took) => shortWorks(agencyId, took))).toBeLessThanOrEqual(4);
    // Of nobody in particular each has its own.
    expect(await mostBetweenTurns((took) => shortWorks(undefined, took))).toBe(8);
  });

  it('of an agency does not wait for what was done for another one', async () => {
    const long = new LongWork(randomUUID());
    await long.goOn();
    busy(100);
    const other = new LongWork(randomUUID()).each(THINGS, () => undefined);
    expect(await isAtOnce(other)).toBe(true);
  });

  it('of an agency is not long by what the process did for others while it waited', async () => {
    const long = new LongWork(randomUUID());
    await long.goOn();
    await nextRound();
    busy(100);
    expect(await isAtOnce(long.goOn())).toBe(true);
  });

  it('of an agency waits for nobody where it takes little of the time', async () => {
    const agencyId = randomUUID();
    const works = async (behindMs: number): Promise<boolean[]> => {
      const atOnce: boolean[] = [];
      for (let work = 0; work < 3; work += 1) {
        beginFor(agencyId);
        busy(20);
        beginFor(null);
        busy(behindMs);
        atOnce.push(await isAtOnce(new LongWork(agencyId).goOn()));
        await nextRound();
      }
      return atOnce;
    };
    expect(await works(400)).toEqual([true, true, true]);
    expect(await works(0)).toContain(false);
  });

  it('of an agency goes on together once others had their time, and together no longer than alone', async () => {
    const agencyId = randomUUID();
    const works = (begun: () => void) =>
      Array.from({ length: 8 }, async () => {
        await new LongWork(agencyId).goOn();
        begun();
      });
    const afterLong = async (begun: () => void): Promise<void> => {
      await new LongWork(agencyId).goOn();
      busy(30);
      await Promise.all(works(begun));
    };
    expect(await mostBetweenTurns(afterLong)).toBe(8);
    const each10 = (took: () => void) =>
      afterLong(() => {
        took();
        busy(10);
      });
    expect(await mostBetweenTurns(each10)).toBeLessThanOrEqual(4);
  });

  it('is done in order, one thing after the other, each until it is done', async () => {
    const seen: number[] = [];
    const done = await new LongWork().each(THINGS, async (thing) => {
      await Promise.resolve();
      seen.push(thing);
      return -thing;
    });
    expect(seen).toEqual(THINGS);
    expect(done).toEqual(THINGS.map((thing) => -thing));
  });
});
