import { EventTurns } from '../../../src/http/live/event-turns.js';

const FLOOD = 1_000;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Nobody else has anything to do: what the process owes others for what came before is none of a test's. */
const aloneBy = (now: () => number): EventTurns => new EventTurns(now, nextTurn);
const alone = (): EventTurns => aloneBy(() => performance.now());

/** Events of an agency, each of which ends when it is told to. */
function flood(turns: EventTurns, count: number) {
  const begun: (() => void)[] = [];
  const told = Array.from({ length: count }, (_, number) =>
    turns.run('busy', () => new Promise<number>((resolve) => begun.push(() => resolve(number)))),
  );
  return { begun, told };
}

it('of one agency a few are executed at once, in their order, each of them in the end', async () => {
  const turns = alone();
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
  const turns = alone();
  const { begun } = flood(turns, FLOOD);
  await nextTurn();
  await nextTurn();
  expect(await turns.run('calm', () => Promise.resolve('told'))).toBe('told');
  expect(begun).toHaveLength(4);
});

/** How many events each turn of the event loop executes until the last one, each of which takes so long. */
async function executed({ eachMs }: { readonly eachMs: number }): Promise<number[]> {
  let now = 0;
  let ended = 0;
  const turns = aloneBy(() => now);
  const work = async (): Promise<void> => {
    // As an event goes through several hands, none of which waits for anything from elsewhere.
    for (let hand = 0; hand < 10; hand += 1) await Promise.resolve();
    now += eachMs;
    ended += 1;
  };
  const agencies = Array.from({ length: 100 }, (_, number) => `agency ${number}`);
  let isOver = false;
  const all = Promise.all(
    agencies.flatMap((agencyId) => Array.from({ length: 10 }, () => turns.run(agencyId, work))),
  ).then(() => (isOver = true));
  const inTurns: number[] = [];
  while (!isOver) {
    const before = ended;
    await nextTurn();
    inTurns.push(ended - before);
  }
  await all;
  expect(ended).toBe(FLOOD);
  return inTurns;
}

it('in one turn of the event loop they take 10 ms, of however many agencies: what else there is to do comes in between', async () => {
  expect(Math.max(...(await executed({ eachMs: 2 })))).toBe(5);
  expect(Math.max(...(await executed({ eachMs: 100 })))).toBe(1);
});

it('as many as there is time for: a process whose turns are long for other reasons does not fall behind', async () => {
  const inTurns = await executed({ eachMs: 0.25 });
  expect(Math.max(...inTurns)).toBe(40);
  expect(inTurns.filter((number) => number > 0)).toHaveLength(FLOOD / 40);
});

it('one that throws is its own subscriber’s: those behind it are executed', async () => {
  const turns = alone();
  const failed = turns.run('busy', () => Promise.reject(new Error('It failed.')));
  const others = Array.from({ length: 6 }, (_, number) => turns.run('busy', () => Promise.resolve(number)));
  await expect(failed).rejects.toThrow('It failed.');
  expect(await Promise.all(others)).toEqual([0, 1, 2, 3, 4, 5]);
});
