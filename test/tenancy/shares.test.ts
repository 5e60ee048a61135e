import { setImmediate as turn } from 'node:timers/promises';
import { Shares } from '../../src/tenancy/shares.js';

/** Work that goes on until it is told to end, and what was begun so far. */
function works() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  return { begun, work, endNext: () => ends.shift()?.() };
}

it('gives an agency its turns, in order, and others theirs meanwhile', async () => {
  const shares = new Shares(2);
  const { begun, work, endNext } = works();
  const all = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => shares.run(name.slice(0, 1), work(name)));
  await turn();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  endNext();
  await turn();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  for (let ended = 0; ended < 4; ended += 1) {
    endNext();
    await turn();
  }
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
});

it('passes the turn on where the work fails', async () => {
  const shares = new Shares(1);
  const failing = shares.run('a', () => Promise.reject(new Error('broken')));
  const next = shares.run('a', () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

it('is THROTTLED for an agency of which a thousand wait, and for no other', async () => {
  const shares = new Shares(1);
  const { work, endNext } = works();
  const waiting = Array.from({ length: 1_001 }, (_, index) => shares.run('a', work(`a${index}`)));
  await expect(shares.run('a', work('a'))).rejects.toMatchObject({ code: 'THROTTLED', retryAfterMs: 1_000 });
  await expect(shares.run('b', () => Promise.resolve('fine'))).resolves.toBe('fine');
  for (let ended = 0; ended < 1_001; ended += 1) {
    endNext();
    await turn();
  }
  expect(await Promise.all(waiting)).toHaveLength(1_001);
});

it('within an agency callers take turns: whoever asks for hundreds keeps another one waiting for a single piece', async () => {
  const shares = new Shares(2);
  const { begun, work, endNext } = works();
  const run = (name: string) => shares.run('agency', work(name), name.slice(0, 1));
  const all = ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1'].map(run);
  for (let ended = 0; ended < 8; ended += 1) {
    await turn();
    endNext();
  }
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4', 'a5']);
  expect(await Promise.all(all)).toHaveLength(8);
});

it('of one caller half as many wait as of the agency: another one has a place', async () => {
  const shares = new Shares(1, { waitingMax: 10, tooMany: 'Too many.' });
  const { work, endNext } = works();
  const all = Array.from({ length: 6 }, (_, index) => shares.run('agency', work(`a${index}`), 'a'));
  await expect(shares.run('agency', work('a'), 'a')).rejects.toMatchObject({ code: 'THROTTLED' });
  const others = ['b', 'b', 'b', 'b', 'b'].map((name) => shares.run('agency', work(name), name));
  await expect(shares.run('agency', work('c'), 'c')).rejects.toMatchObject({ code: 'THROTTLED' });
  for (let ended = 0; ended < 11; ended += 1) {
    await turn();
    endNext();
  }
  expect(await Promise.all([...all, ...others])).toHaveLength(11);
});
