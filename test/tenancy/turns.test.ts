import { setImmediate as turn } from 'node:timers/promises';
import { Turns } from '../../src/tenancy/turns.js';

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
  const turns = new Turns(2);
  const { begun, work, endNext } = works();
  const all = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => turns.run(name.slice(0, 1), work(name)));
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
  const turns = new Turns(1);
  const failing = turns.run('a', () => Promise.reject(new Error('broken')));
  const next = turns.run('a', () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

it('is THROTTLED for an agency of which a thousand wait, and for no other', async () => {
  const turns = new Turns(1);
  const { work, endNext } = works();
  const waiting = Array.from({ length: 1_001 }, (_, index) => turns.run('a', work(`a${index}`)));
  await expect(turns.run('a', work('a'))).rejects.toMatchObject({ code: 'THROTTLED', retryAfterMs: 1_000 });
  await expect(turns.run('b', () => Promise.resolve('fine'))).resolves.toBe('fine');
  for (let ended = 0; ended < 1_001; ended += 1) {
    endNext();
    await turn();
  }
  expect(await Promise.all(waiting)).toHaveLength(1_001);
});

it('gives the callers of an agency their turns, however much one of them asks for', async () => {
  const turns = new Turns(1);
  const { begun, work, endNext } = works();
  const asked = [...['a1', 'a2', 'a3', 'a4'], 'b1', 'b2', 'c1'];
  const all = asked.map((name) => turns.run('agency', work(name), name.slice(0, 1)));
  for (let ended = 0; ended < asked.length; ended += 1) {
    await turn();
    endNext();
  }
  expect(await Promise.all(all)).toEqual(asked);
  expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
});

it('is THROTTLED for whoever has as many waiting as one may, and for no other caller of the agency', async () => {
  const turns = new Turns(1, { waitingMax: 3, ofCallerMax: 2, tooMany: 'too many' });
  const { work, endNext } = works();
  const all = ['a1', 'a2', 'a3', 'b1'].map((name) => turns.run('agency', work(name), name.slice(0, 1)));
  for (const caller of ['a', 'c']) {
    await expect(turns.run('agency', work(caller), caller)).rejects.toMatchObject({ code: 'THROTTLED' });
  }
  for (let ended = 0; ended < all.length; ended += 1) {
    await turn();
    endNext();
  }
  expect(await Promise.all(all)).toHaveLength(4);
});

it('looks at no more of those who wait than there are turns: each of very many comes next, once', async () => {
  const turns = new Turns(1, { waitingMax: 300_000, tooMany: 'Too many.' });
  const { work, endNext } = works();
  const first = turns.run('a', work('first'), 'first');
  const callers = Array.from({ length: 200_000 }, (_, index) => `${index}`);
  const waiting = callers.map((caller) => turns.run('a', () => Promise.resolve(caller), caller));
  endNext();
  expect(await first).toBe('first');
  expect(await Promise.all(waiting)).toEqual(callers);
});
