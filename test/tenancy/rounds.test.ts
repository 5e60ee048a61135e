import { Rounds } from '../../src/tenancy/rounds.js';

it('takes one of an agency after one of another, and in it one of a caller after one of another, each in its order', () => {
  const rounds = new Rounds<string>();
  for (const one of ['a1', 'a2', 'a3', 'a4']) rounds.add('many', 'a', one);
  for (const one of ['b1', 'b2']) rounds.add('many', 'b', one);
  rounds.add('other', 'c', 'c1');
  expect([rounds.size, rounds.sizeOf('many'), rounds.sizeOf('other'), rounds.sizeOf('no')]).toEqual([
    7, 6, 1, 0,
  ]);
  expect([rounds.sizeOf('many', 'a'), rounds.sizeOf('many', 'b'), rounds.sizeOf('many', 'c')]).toEqual([
    4, 2, 0,
  ]);
  expect(rounds.take(3)).toEqual(['a1', 'c1', 'b1']);
  rounds.add('other', 'c', 'c2');
  expect(rounds.take(2)).toEqual(['a2', 'c2']);
  expect(rounds.take(Infinity)).toEqual(['b2', 'a3', 'a4']);
  expect([rounds.size, rounds.sizeOf('many'), rounds.take(1)]).toEqual([0, 0, []]);
});
