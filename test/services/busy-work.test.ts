import { randomUUID } from 'node:crypto';
import { BusyWork } from '../../src/services/busy-work.js';

/** Keeps the process busy for so long, as rendering does. */
function spin(ms: number): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < ms);
  return Promise.resolve();
}

it('whoever asks for hundreds of pieces waits behind themselves: another one waits for a piece, and timers for a few', async () => {
  const busy = new BusyWork();
  const [greedy, calm] = [
    { agencyId: randomUUID(), actor: 'key' },
    { agencyId: randomUUID(), actor: 'key' },
  ];
  const done: string[] = [];
  const all = Array.from({ length: 100 }, () =>
    busy.run(greedy, () => spin(5).then(() => void done.push('greedy'))),
  );
  const other = busy.run(calm, () => spin(1).then(() => void done.push('calm')));
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  await other;
  expect(done.filter((who) => who === 'greedy').length).toBeLessThanOrEqual(3);
  await Promise.all(all);
  clearInterval(timer);
  expect(done).toHaveLength(101);
  expect(ticks).toBeGreaterThan(30);
});

it('pieces of one agency are never under way together, and one that fails keeps up nobody', async () => {
  const busy = new BusyWork();
  const agency = { agencyId: randomUUID(), actor: 'key' };
  let underWay = 0;
  const piece = async (fails: boolean): Promise<void> => {
    underWay += 1;
    expect(underWay).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (fails) throw new Error('no');
  };
  const told = await Promise.allSettled(
    [false, true, false].map((fails) => busy.run(agency, () => piece(fails))),
  );
  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('whoever asks for hundreds of pieces keeps another one of the agency waiting for one of them', async () => {
  const busy = new BusyWork();
  const agencyId = randomUUID();
  const done: string[] = [];
  const piece = (actor: string) =>
    busy.run({ agencyId, actor }, () => Promise.resolve().then(() => void done.push(actor)));
  const all = Array.from({ length: 100 }, () => piece('client'));
  await Promise.all([...all, piece('owner')]);
  expect(done.indexOf('owner')).toBe(1);
});

it('behind a piece that kept the process for long, no other one of the agency begins for several times as long', async () => {
  const busy = new BusyWork();
  const agency = { agencyId: randomUUID(), actor: 'key' };
  const begins: number[] = [];
  const piece = (ms: number) =>
    busy.keep(agency, () => {
      begins.push(performance.now());
      void spin(ms);
      return performance.now();
    });
  const [ended] = await Promise.all([piece(30), piece(1), piece(1)]);
  expect(begins[1]! - ended).toBeGreaterThanOrEqual(100);
  await expect(busy.keep(agency, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(
    busy.keep(agency, () => {
      throw new Error('not at once');
    }),
  ).rejects.toThrow('not at once');
  expect(await piece(0)).toBeGreaterThan(ended);
});
