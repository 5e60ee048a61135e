import { Flow, Flows } from '../../src/http/flow.js';
import type { Credential } from '../../src/tenancy/viewer.js';

it('lets in what is left, the last of it whole, and then nothing until that has come back', () => {
  let now = 0;
  const flow = new Flow({ atOnce: 100, aSecond: 50 }, () => now);
  flow.take(99);
  expect(flow.isOpen).toBe(true);
  flow.take(101);
  expect(flow.isOpen).toBe(false);
  now = 2_000;
  expect(flow.isOpen).toBe(false);
  now = 2_001;
  expect(flow.isOpen).toBe(true);
  // No more comes back than there was.
  now = 60_000;
  flow.take(100);
  expect(flow.isOpen).toBe(true);
  flow.take(1);
  expect(flow.isOpen).toBe(true);
});

it('of what an agency may send a key or a member uses up a quarter at most', () => {
  const flows = new Flows();
  const of = (id: string): Flow[] => {
    const credential: Credential = { kind: 'KEY', id, rights: 0 };
    return flows.of({ agencyId: 'agency', credential });
  };
  const [first, second, other] = [of('one'), of('one'), of('other')];
  const isOpen = (all: readonly Flow[]) => all.every((flow) => flow.isOpen);
  const send = (all: readonly Flow[], bytes: number) => all.forEach((flow) => flow.take(bytes));
  send(first, 9_000_000);
  expect([first, second, other].map(isOpen)).toEqual([false, false, true]);
  send(other, 8_000_000);
  expect(isOpen(other)).toBe(true);
  // The agency's is used up as well, by whomever.
  send(second, 20_000_000);
  expect(isOpen(other)).toBe(false);
});
