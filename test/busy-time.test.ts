import { BusyTime } from '../src/busy-time.js';

let now: number;
let rounds: (() => void)[];
let busy: BusyTime;

beforeEach(() => {
  [now, rounds] = [0, []];
  busy = new BusyTime(
    () => now,
    (work) => rounds.push(work),
  );
});

function comeRound(): void {
  for (const work of rounds.splice(0)) work();
}

it('is of whoever was named last', () => {
  busy.beginFor('one');
  now += 10;
  busy.beginFor('other');
  now += 5;
  busy.beginFor('one');
  now += 2;
  expect([busy.of('one'), busy.of('other'), busy.of('third')]).toEqual([12, 5, 0]);
});

it('is nobody’s where nobody is named, and where it is not known whose it is', () => {
  now += 10;
  busy.beginFor('one');
  busy.beginFor(null);
  now += 10;
  expect(busy.of('one')).toBe(0);
});

it('is nobody’s any more once the event loop comes round', () => {
  busy.beginFor('one');
  now += 10;
  busy.beginFor('other');
  now += 5;
  expect(rounds).toHaveLength(1);
  comeRound();
  now += 100;
  expect([busy.of('one'), busy.of('other')]).toEqual([10, 5]);
  busy.beginFor('one');
  expect(rounds).toHaveLength(1);
});
