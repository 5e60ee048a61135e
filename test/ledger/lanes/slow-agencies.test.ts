import { SlowAgencies } from '../../../src/ledger/lanes/slow-agencies.js';

const SLOW_MS = 1_000;

function watched() {
  let now = 0;
  const agencies = new SlowAgencies(SLOW_MS);
  return {
    pass: (ms: number) => (now += ms),
    took: (ms: number, ...ids: string[]) => agencies.took(ids, now - ms, now),
    slow: (...ids: string[]) => ids.filter((id) => agencies.has(id, now)),
  };
}

it('each agency of a slow batch goes by itself, until it was fast there', () => {
  const { took, slow } = watched();
  took(SLOW_MS, 'a', 'b');
  expect(slow('a', 'b', 'c')).toEqual(['a', 'b']);
  took(SLOW_MS - 1, 'b');
  expect(slow('a', 'b')).toEqual(['a']);
});

it('one that was slow by itself stays there for a minute, however fast what it asks in between', () => {
  const { took, slow, pass } = watched();
  took(SLOW_MS, 'a');
  took(1, 'a');
  pass(59_999);
  expect(slow('a')).toEqual(['a']);
  pass(1);
  expect(slow('a')).toEqual([]);
  took(SLOW_MS, 'a');
  pass(60_000);
  took(1, 'a');
  took(SLOW_MS, 'a', 'b');
  took(1, 'a');
  expect(slow('a', 'b')).toEqual(['b']);
});

it('a thousand are remembered, the latest', () => {
  const { took, slow } = watched();
  for (let number = 0; number <= 1_000; number += 1) took(SLOW_MS, `agency ${number}`);
  expect(slow('agency 0', 'agency 1', 'agency 1000')).toEqual(['agency 1', 'agency 1000']);
});
