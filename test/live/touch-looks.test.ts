import { randomUUID } from 'node:crypto';
import { TouchLooks, type TouchesAsked } from '../../src/live/touch-looks.js';
import type { NextTouches } from '../../src/services/campaigns/queue.today.js';
import { systemViewer } from '../../src/tenancy/viewer.js';

const NOTHING: NextTouches = {
  ...{ touches: [], waiting: 0, binding: null, dayEnd: null },
  ...{ asOf: 0, comesAt: null, isBehind: false },
};

/** A queue whose answers are given by hand. */
class Counter {
  readonly asked: string[] = [];
  underWay = 0;
  most = 0;

  async nextTouches(_viewer: unknown, seatId: string): Promise<NextTouches> {
    this.asked.push(seatId);
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.underWay -= 1;
    if (seatId === 'broken') throw new Error('no');
    return NOTHING;
  }
}

const viewer = systemViewer(randomUUID(), 'test');
const asked = (seatId: string, more: Partial<TouchesAsked> = {}): TouchesAsked => {
  return { viewer, seatId, first: 20, ...more };
};

it('hundreds of subscriptions to one seat are a look or two, and two seats of an agency are looked at together at most', async () => {
  const queue = new Counter();
  const looks = new TouchLooks(queue);
  await Promise.all(Array.from({ length: 300 }, (_, index) => looks.look(asked(`seat ${index % 3}`))));
  expect(queue.asked.length).toBeLessThanOrEqual(6);
  expect(new Set(queue.asked).size).toBe(3);
  expect(queue.most).toBe(2);
});

it('whoever asks once a look is under way is looked for anew: it may not have seen what they heard of', async () => {
  const queue = new Counter();
  const looks = new TouchLooks(queue);
  const first = looks.look(asked('seat'));
  while (queue.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, looks.look(asked('seat')), looks.look(asked('seat'))]);
  expect(queue.asked).toHaveLength(2);
});

it('what another role, reach or number asks for is another look; one that fails fails whoever waits for it, and nobody later', async () => {
  const queue = new Counter();
  const looks = new TouchLooks(queue);
  const part = { ...viewer, reach: { clientAccountIds: [], seatIds: ['seat'], seatAccountIds: ['account'] } };
  await Promise.all([
    looks.look(asked('seat')),
    looks.look(asked('seat', { first: 21 })),
    looks.look(asked('seat', { viewer: part })),
    looks.look(asked('seat', { viewer: { ...part, role: 'OPERATOR' } })),
  ]);
  expect(queue.asked).toHaveLength(4);
  await expect(looks.look(asked('broken'))).rejects.toThrow('no');
  await expect(looks.look(asked('broken'))).rejects.toThrow('no');
  expect(queue.asked).toHaveLength(6);
});
