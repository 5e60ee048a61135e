import { LoopTurns } from '../../../src/http/bodies/loop-turns.js';
import { busy } from '../../support/busy.js';

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
