import { LaneQueue, weightOf, type QueueBounds, type Waiting } from '../../../src/ledger/lanes/lane-queue.js';
import type { LedgerRequest } from '../../../src/ledger/requests.js';
import { reachOfKey, systemViewer } from '../../../src/tenancy/viewer.js';

const BOUNDS: QueueBounds = {
  batchMax: 100,
  batchWeightMax: 10,
  queueMax: 100,
  agencyQueueMax: 40,
  partyQueueMax: 40,
  partyQueueAlways: 5,
  callerQueueMax: 40,
};
const NONE: ReadonlySet<string> = new Set();

/** A request to void so many activities: that many is its weight. */
function waiting(agency: string, weight: number, caller = 'test', account: string | null = null): Waiting {
  const activityIds = Array.from({ length: weight }, (_, index) => `${index}`);
  const viewer = { ...systemViewer(agency, caller), reach: reachOfKey(account) };
  return {
    request: { kind: 'VOID', viewer, activityIds, reasonFingerprint: '' },
    resolve: () => undefined,
    reject: () => undefined,
  };
}

type Asked = readonly [agency: string, weight: number, caller?: string, account?: string];

function queueOf(asked: readonly Asked[], bounds = {}): LaneQueue {
  const queue = new LaneQueue({ ...BOUNDS, ...bounds });
  for (const one of asked) expect(queue.add(waiting(...one))).toBeNull();
  return queue;
}

function taken(queue: LaneQueue, leftOut = NONE): string {
  return queue
    .takeBatch(leftOut)
    .map(({ request }) => `${request.viewer.agencyId}${weightOf(request)}`)
    .join(' ');
}

it('takes one request of each agency in turn, each one’s in their order', () => {
  const queue = queueOf([
    ['a', 1],
    ['a', 2],
    ['a', 3],
    ['b', 1],
    ['c', 1],
  ]);
  expect(taken(queue)).toBe('a1 b1 c1 a2 a3');
  expect(queue.depth).toBe(0);
});

it('the callers of an agency take turns as well, each one’s requests in their order', () => {
  const queue = queueOf([
    ['a', 1, 'tool'],
    ['a', 2, 'tool'],
    ['a', 3, 'tool'],
    ['a', 4, 'owner'],
    ['b', 1],
  ]);
  expect(taken(queue)).toBe('a1 b1 a4 a2');
  // The turns go on where they were: nobody else came in between.
  expect(queue.add(waiting('a', 5, 'owner'))).toBeNull();
  expect(taken(queue)).toBe('a3 a5');
  expect(queue.depth).toBe(0);
});

it('the client accounts of an agency take turns, however many keys one has, and its keys within it', () => {
  const queue = queueOf(
    [
      ...[1, 2].map((weight) => ['a', weight, 'key 1', 'account'] as const),
      ...[3, 4].map((weight) => ['a', weight, 'key 2', 'account'] as const),
      ...[5, 6].map((weight) => ['a', weight, 'owner'] as const),
    ],
    { batchWeightMax: 100 },
  );
  expect(taken(queue)).toBe('a1 a5 a3 a6 a2 a4');
  expect(queue.depth).toBe(0);
});

it('a client account’s share is less than its agency’s, however many keys it has', () => {
  const queue = queueOf(
    [
      ['a', 20, 'key 1', 'account'],
      ['a', 10, 'key 2', 'account'],
    ],
    { partyQueueMax: 30 },
  );
  const refused = queue.add(waiting('a', 1, 'key 3', 'account'));
  expect(refused).toMatchObject({ code: 'THROTTLED', message: expect.stringContaining('client account') });
  expect(queue.add(waiting('a', 1, 'owner'))).toBeNull();
  expect(queue.takeAll()).toHaveLength(3);
  expect(queue.add(waiting('a', 30, 'key 3', 'account'))).toBeNull();
});

it('a few of a client account wait however many of others do', () => {
  const queue = queueOf([
    ['a', 20, 'key 1', 'one'],
    ['a', 20, 'key 2', 'two'],
    ['a', 4, 'key 3', 'three'],
  ]);
  const refused = { code: 'THROTTLED', message: expect.stringContaining('of this agency') };
  expect(queue.add(waiting('a', 2, 'key 4', 'three'))).toMatchObject(refused);
  expect(queue.add(waiting('a', 1, 'key 4', 'three'))).toBeNull();
  expect(queue.add(waiting('a', 5, 'owner'))).toBeNull();
  expect(queue.add(waiting('a', 1, 'owner'))).toMatchObject(refused);
});

it('what is heavy is not let in beyond an agency’s bound by however many callers, and of few no more than of ten', () => {
  const queue = queueOf([['a', 40, 'owner']]);
  for (let nth = 0; nth < 5; nth += 1) {
    expect(queue.add(waiting('a', 30, `heavy ${nth}`))).toMatchObject({ code: 'THROTTLED' });
  }
  const refused = Array.from({ length: 40 }, (_, nth) => queue.add(waiting('a', 5, `light ${nth}`))).filter(
    (failure) => failure !== null,
  );
  expect(refused).toHaveLength(30);
  expect(queue.add(waiting('b', 9, 'other'))).toBeNull();
});

it('a caller’s share is less than its agency’s, and another caller has room', () => {
  const queue = queueOf(
    [
      ['a', 20, 'tool'],
      ['a', 10, 'tool'],
    ],
    { callerQueueMax: 30 },
  );
  expect(queue.add(waiting('a', 1, 'tool'))).toMatchObject({ code: 'THROTTLED' });
  expect(queue.add(waiting('a', 10, 'owner'))).toBeNull();
  expect(queue.add(waiting('a', 1, 'owner'))).toMatchObject({ code: 'THROTTLED' });
  queue.takeBatch(NONE);
  expect(queue.add(waiting('a', 1, 'tool'))).toBeNull();
});

it('a batch ends at its number of requests', () => {
  const queue = queueOf(
    [
      ['a', 1],
      ['a', 1],
      ['b', 1],
      ['b', 1],
    ],
    { batchMax: 3 },
  );
  expect([taken(queue), taken(queue), taken(queue)]).toEqual(['a1 b1 a1', 'b1', '']);
});

it('what is too heavy for a batch opens the next one, and the others go on', () => {
  const queue = queueOf([
    ['a', 6],
    ['b', 6],
    ['c', 2],
    ['a', 1],
    ['c', 3],
  ]);
  expect([taken(queue), taken(queue)]).toEqual(['a6 c2 a1', 'b6 c3']);
});

it('what is heavier than any batch goes by itself', () => {
  const queue = queueOf([
    ['a', 1],
    ['b', 30],
    ['a', 1],
  ]);
  expect([taken(queue), taken(queue), taken(queue)]).toEqual(['a1 a1', 'b30', '']);
});

it('leaves out the agencies that it is told to, and keeps what they asked', () => {
  const queue = queueOf([
    ['a', 1],
    ['b', 1],
  ]);
  expect([taken(queue, new Set(['a'])), taken(queue)]).toEqual(['b1', 'a1']);
});

it('an agency’s share is of weight, and is free again once it is taken', () => {
  const queue = queueOf([
    ['a', 30],
    ['a', 10],
  ]);
  expect(queue.add(waiting('a', 1))).toMatchObject({ code: 'THROTTLED', retryAfterMs: expect.any(Number) });
  expect(queue.add(waiting('b', 1))).toBeNull();
  queue.takeBatch(NONE);
  expect(queue.add(waiting('a', 1))).toBeNull();
});

it('nobody may wait beyond the whole bound', () => {
  const queue = queueOf([
    ['a', 40],
    ['b', 40],
    ['c', 20],
  ]);
  expect(queue.add(waiting('d', 1))).toMatchObject({ code: 'THROTTLED' });
  expect(queue.takeAll()).toHaveLength(3);
  expect([queue.depth, queue.add(waiting('d', 1))]).toEqual([0, null]);
});

it('no bound shuts a request out for ever', () => {
  const queue = queueOf([['a', 500]]);
  expect(taken(queue)).toBe('a500');
});

it('a request weighs as many as its inputs', () => {
  const viewer = systemViewer('a', 'test');
  const record = { kind: 'RECORD', viewer, inputs: [] } satisfies LedgerRequest;
  const commit = { kind: 'COMMIT', viewer, reservationId: '', sentAt: null } satisfies LedgerRequest;
  expect([weightOf(record), weightOf(commit), weightOf(waiting('a', 7).request)]).toEqual([1, 1, 7]);
});
