import { EventTurns } from '../../src/http/event-turns.js';

const FLOOD = 1_000;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Events of an agency, each of which ends when it is told to. */
function flood(turns: EventTurns, count: number) {
  const begun: (() => void)[] = [];
  const told = Array.from({ length: count }, (_, number) =>
    turns.run('busy', () => new Promise<number>((resolve) => begun.push(() => resolve(number)))),
  );
  return { begun, told };
}

it('of one agency a few are executed at once, in their order, each of them in the end', async () => {
  const turns = new EventTurns();
  const { begun, told } = flood(turns, 10);
  for (let ended = 0; ended < 10; ended += 1) {
    await nextTurn();
    await nextTurn();
    expect(begun).toHaveLength(Math.min(10, ended + 4));
    begun[ended]!();
  }
  expect(await Promise.all(told)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('another agency’s is executed at once, though thousands wait, and though all that are under way hang', async () => {
  const turns = new EventTurns();
  const { begun } = flood(turns, FLOOD);
  await nextTurn();
  await nextTurn();
  expect(await turns.run('calm', () => Promise.resolve('told'))).toBe('told');
  expect(begun).toHaveLength(4);
});

it('in one turn of the event loop few begin, of however many agencies: what else there is to do comes in between', async () => {
  const turns = new EventTurns();
  let begun = 0;
  let isOver = false;
  const agencies = Array.from({ length: 100 }, (_, number) => `agency ${number}`);
  const all = Promise.all(
    agencies.flatMap((agencyId) =>
      Array.from({ length: 10 }, () => turns.run(agencyId, () => Promise.resolve((begun += 1)))),
    ),
  ).then(() => (isOver = true));
  const inTurns: number[] = [];
  while (!isOver) {
    const before = begun;
    await nextTurn();
    inTurns.push(begun - before);
  }
  await all;
  expect(begun).toBe(FLOOD);
  expect(Math.max(...inTurns)).toBeLessThanOrEqual(8);
});

it('one that throws is its own subscriber’s: those behind it are executed', async () => {
  const turns = new EventTurns();
  const failed = turns.run('busy', () => Promise.reject(new Error('It failed.')));
  const others = Array.from({ length: 6 }, (_, number) => turns.run('busy', () => Promise.resolve(number)));
  await expect(failed).rejects.toThrow('It failed.');
  expect(await Promise.all(others)).toEqual([0, 1, 2, 3, 4, 5]);
});
