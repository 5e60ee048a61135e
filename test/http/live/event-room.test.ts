import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { EventRoom } from '../../../src/http/live/event-room.js';
import { ROLES, type Role } from '../../../src/quota/words.js';

const SMALL = { atOnce: 100, aSecond: 10 };
const BUDGETS = Object.fromEntries(ROLES.map((role) => [role, SMALL])) as Record<Role, typeof SMALL>;
const client = { agencyId: 'a', role: 'CLIENT' } as const;
const open = new AbortController().signal;

/** Time passes where somebody waits, and nowhere else. */
function room() {
  let now = 0;
  let asked = 0;
  const waits: number[] = [];
  const limit = new CostLimit(new MemoryBuckets(() => now), BUDGETS);
  const counted: Pick<CostLimit, 'take'> = {
    take: (caller, cost) => {
      asked += 1;
      return limit.take(caller, cost);
    },
  };
  const rooms = new EventRoom(counted, async (ms) => {
    waits.push(ms);
    now += ms;
  });
  return { rooms, limit, waits, asked: () => asked };
}

it('is waited for exactly as long as there is none', async () => {
  const { rooms, waits } = room();
  for (let event = 0; event < 4; event += 1) await rooms.take(client, 40, open);
  // 100 at once hold two; then 20 are missing at ten a second, then all 40.
  expect(waits).toEqual([2_000, 4_000]);
});

it('comes to those who wait in their order, one asking at a time, however many they are', async () => {
  const { rooms, asked } = room();
  const order: number[] = [];
  const all = Array.from({ length: 500 }, (_, event) =>
    rooms.take(client, 100, open).then(() => order.push(event)),
  );
  await Promise.all(all);
  expect(order).toEqual(Array.from({ length: 500 }, (_, event) => event));
  // Each asks, and once more after it has waited: nobody asks again and again.
  expect(asked()).toBe(999);
});

it('is another agency’s, and another role’s, though somebody waits', async () => {
  const { rooms, limit } = room();
  const never = new EventRoom(limit, () => new Promise(() => undefined));
  await never.take(client, 100, open);
  void never.take(client, 100, open);
  await never.take({ ...client, agencyId: 'b' }, 100, open);
  await never.take({ ...client, role: 'ANALYST' }, 100, open);
  await expect(rooms.take({ ...client, agencyId: 'c' }, 100, open)).resolves.toBeUndefined();
});

it('whoever has left takes nothing, and holds up nobody', async () => {
  const { rooms, limit, waits } = room();
  const left = new AbortController();
  left.abort();
  await rooms.take(client, 100, left.signal);
  expect((await limit.take(client, 100)).retryAfterMs).toBe(0);
  const waiting = new AbortController();
  const late = rooms.take(client, 100, waiting.signal);
  waiting.abort();
  await late;
  await rooms.take(client, 100, open);
  expect(waits).toEqual([10_000]);
});

it('a limit that can’t be asked fails the one who asks, not those behind', async () => {
  const { limit } = room();
  let asked = 0;
  const rooms = new EventRoom({
    take: (caller, cost) => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('It is away.')) : limit.take(caller, cost);
    },
  });
  const [first, second] = [rooms.take(client, 10, open), rooms.take(client, 10, open)];
  await expect(first).rejects.toThrow('It is away.');
  await expect(second).resolves.toBeUndefined();
});
