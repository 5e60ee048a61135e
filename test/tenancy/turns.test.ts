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

it('says beforehand where no more may wait, of whom, and of nobody else', async () => {
  const turns = new Turns(1, { waitingMax: 5, ofCallerMax: 2, tooMany: 'too many' });
  const { work, endNext } = works();
  const full = { code: 'THROTTLED', message: 'too many', retryAfterMs: 1_000 };
  turns.refuseFull('agency', 'a');
  const all = ['a1', 'a2', 'a3'].map((name) => turns.run('agency', work(name), 'a'));
  expect(() => turns.refuseFull('agency', 'a')).toThrow(expect.objectContaining(full));
  turns.refuseFull('agency', 'b');
  turns.refuseFull('other', 'a');
  for (let ended = 0; ended < all.length; ended += 1) {
    await turn();
    endNext();
  }
  await Promise.all(all);
  turns.refuseFull('agency', 'a');
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

/** Whose turn it is by the letter: the callers of a party come after one another within its turns. */
const callerNamed = (name: string) => ({ party: name.slice(0, 1), name: name.slice(0, 2) });

it('gives the parties of an agency their turns, however many callers one of them comes as', async () => {
  const turns = new Turns(1);
  const { begun, work, endNext } = works();
  const asked = ['aa1', 'aa2', 'ab1', 'ab2', 'ac1', 'b1', 'b2', 'c1'];
  const all = asked.map((name) => turns.run('agency', work(name), callerNamed(name)));
  for (let ended = 0; ended < asked.length; ended += 1) {
    await turn();
    endNext();
  }
  expect(await Promise.all(all)).toEqual(asked);
  expect(begun).toEqual(['aa1', 'b1', 'c1', 'ab1', 'b2', 'ac1', 'aa2', 'ab2']);
});

it('of several turns at once the next is of the party that has the fewest, and in it of the caller who has', async () => {
  const turns = new Turns(3);
  const { begun, work, endNext } = works();
  const asked = ['aa1', 'ab1', 'aa2', 'ab2', 'ac1', 'b1'];
  const all = asked.map((name) => turns.run('agency', work(name), callerNamed(name)));
  for (let ended = 0; ended < asked.length; ended += 1) {
    await turn();
    endNext();
  }
  await Promise.all(all);
  expect(begun).toEqual(['aa1', 'ab1', 'aa2', 'b1', 'ac1', 'ab2']);
});

it('is THROTTLED for a party of which as many wait as may, and for no other; a database away is told to all', async () => {
  const turns = new Turns(1, { waitingMax: 9, ofPartyMax: 3, ofCallerMax: 2, tooMany: 'too many' });
  const { work } = works();
  let lose: (error: Error) => void = () => undefined;
  const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  const first = turns.run('agency', () => new Promise((_, reject) => (lose = reject)), callerNamed('aa'));
  const all = ['aa1', 'aa2', 'ab1'].map((name) => turns.run('agency', work(name), callerNamed(name)));
  for (const name of ['aa3', 'ac1']) {
    const refused = turns.run('agency', work(name), callerNamed(name));
    await expect(refused).rejects.toMatchObject({ code: 'THROTTLED' });
  }
  const other = turns.run('agency', work('b1'), callerNamed('b1'));
  lose(away);
  for (const one of [first, ...all, other]) await expect(one).rejects.toBe(away);
  expect(await turns.run('agency', () => Promise.resolve('goes on'), callerNamed('ab1'))).toBe('goes on');
});

it('a few of a party wait however many of others do, and no more', async () => {
  const turns = new Turns(1, { waitingMax: 4, ofPartyMax: 2, ofPartyAlways: 1, tooMany: 'too many' });
  const { work, endNext } = works();
  const names = ['aa0', 'aa1', 'aa2', 'ba1', 'ba2', 'ca1', 'da1'];
  const all = names.map((name) => turns.run('agency', work(name), callerNamed(name)));
  for (const name of ['aa3', 'ba3', 'ca2']) {
    const refused = turns.run('agency', work(name), callerNamed(name));
    await expect(refused).rejects.toMatchObject({ code: 'THROTTLED' });
    expect(() => turns.refuseFull('agency', callerNamed(name))).toThrow('too many');
  }
  for (let ended = 0; ended < names.length; ended += 1) {
    await turn();
    endNext();
  }
  expect(await Promise.all(all)).toEqual(names);
});

it('and of however many parties no more than twice as many wait', async () => {
  const turns = new Turns(1, { waitingMax: 4, ofPartyAlways: 1, tooMany: 'too many' });
  const { work, endNext } = works();
  const asked = Array.from({ length: 12 }, (_, nth) => {
    const name = String.fromCharCode('a'.charCodeAt(0) + nth);
    return turns.run('agency', work(name), callerNamed(name));
  });
  const settled = Promise.allSettled(asked);
  for (let ended = 0; ended < 9; ended += 1) {
    await turn();
    endNext();
  }
  expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(3);
});

it('looks at no more of those who wait than there are turns: each of very many comes next, once', async () => {
  const turns = new Turns(1, { waitingMax: 3_000, tooMany: 'Too many.' });
  const { work, endNext } = works();
  const first = turns.run('a', work('first'), 'first');
  const callers = Array.from({ length: 2_000 }, (_, index) => `${index}`);
  const waiting = callers.map((caller) => turns.run('a', () => Promise.resolve(caller), caller));
  const looks = jest.spyOn(Object.getPrototypeOf(new Map().values()), 'next');
  endNext();
  expect(await first).toBe('first');
  expect(await Promise.all(waiting)).toEqual(callers);
  // One for each turn that ends, and those in which there was nobody any more.
  expect(looks.mock.calls.length).toBeLessThan(2 * callers.length);
});
