import { Flow } from '../../src/http/flow.js';

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
