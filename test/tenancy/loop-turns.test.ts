import { LoopTurns } from '../../src/tenancy/loop-turns.js';
import { busy } from '../support/busy.js';

it('deals with one of an agency after one of another, and within it of one caller after the other', async () => {
  const turns = new LoopTurns();
  const dealt: string[] = [];
  const say = (agency: string, caller: string, name: string) =>
    turns.take(agency, caller, () => void dealt.push(name));
  await Promise.all([
    ...['a', 'b', 'c', 'd'].map((name) => say('many', 'one', name)),
    ...['e', 'f'].map((name) => say('other', 'one', name)),
    say('many', 'two', 'g'),
    say('', '', 'h'),
  ]);
  expect(dealt.toSorted()).toEqual([...'abcdefgh']);
  expect(dealt.slice(0, 3)).toEqual(['a', 'e', 'h']);
  expect(dealt.indexOf('f')).toBeLessThan(dealt.indexOf('c'));
  expect(dealt.indexOf('g')).toBeLessThan(dealt.indexOf('c'));
});

it('leaves the process to others every few milliseconds, however many messages there are', async () => {
  const turns = new LoopTurns();
  let left = 0;
  let isOver = false;
  const tick = (): void => {
    left += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await Promise.all(Array.from({ length: 100 }, () => turns.take('many', 'one', () => busy(1))));
  isOver = true;
  expect(left).toBeGreaterThan(10);
});

it('one that throws is told to whoever it is of, and keeps no other', async () => {
  const turns = new LoopTurns();
  const failing = turns.take('a', 'one', () => {
    throw new Error('It is broken.');
  });
  const other = turns.take('a', 'one', () => undefined);
  await expect(failing).rejects.toThrow('It is broken.');
  await other;
});

it('what may be dealt with soon is at once, where nothing waits', async () => {
  const turns = new LoopTurns();
  const dealt: string[] = [];
  const first = turns.takeSoon('a', 'one', () => void dealt.push('first'));
  expect(dealt).toEqual(['first']);
  const waits = turns.take('a', 'one', () => void dealt.push('waits'));
  const behind = turns.takeSoon('a', 'one', () => void dealt.push('behind'));
  expect(dealt).toEqual(['first']);
  await Promise.all([first, waits, behind]);
  expect(dealt).toEqual(['first', 'waits', 'behind']);
});

it('and for a few milliseconds of a turn of the event loop, however much comes in it', async () => {
  const turns = new LoopTurns();
  const say = (agency: string, name: string) =>
    turns.takeSoon(agency, 'one', () => {
      busy(2);
      dealt.push(name);
    });
  const dealt: string[] = [];
  const many = Array.from({ length: 20 }, () => say('many', 'many'));
  const other = say('other', 'other');
  expect(dealt.length).toBeLessThan(5);
  await Promise.all([...many, other]);
  expect(dealt.indexOf('other')).toBeLessThan(8);
  // The next turn of the loop has time of its own.
  await new Promise((resolve) => setImmediate(resolve));
  const next = say('next', 'next');
  expect(dealt.at(-1)).toBe('next');
  await next;
});
