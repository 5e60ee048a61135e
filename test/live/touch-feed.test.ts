import { randomUUID } from 'node:crypto';
import { allThatIsReady } from '../../src/event-loop.js';
import { TouchFeed } from '../../src/live/touch-feed.js';
import { Timekeeper } from '../../src/live/timekeeper.js';
import type { TouchSubscription } from '../../src/live/touch-subscription.js';
import { reachOfKey, systemViewer } from '../../src/tenancy/viewer.js';

const agencyId = randomUUID();
const NOTHING = {
  ...{ touches: [], waiting: 0, binding: null, dayEnd: null },
  ...{ asOf: 0, comesAt: null, isBehind: false },
};

/** Whether the looks to come are behind; those after them are not. */
let behind: boolean[];
let timekeeper: Timekeeper;
let feed: TouchFeed;
beforeEach(() => {
  behind = [];
  timekeeper = new Timekeeper({ askClock: () => Promise.resolve(0), onFailure: () => undefined });
  feed = new TouchFeed({
    books: { watch: () => Promise.resolve({ stop: () => undefined }) as never },
    looks: { look: () => Promise.resolve({ ...NOTHING, isBehind: behind.shift() ?? false }) },
    timekeeper,
    onFailure: () => undefined,
  });
});
afterEach(() => {
  feed.close();
  timekeeper.close();
});

const FULL = { code: 'THROTTLED', message: 'Too many subscribe to touches at once.' };

async function subscribe(
  caller: string,
  count: number,
  agency = agencyId,
  clientAccountId: string | null = null,
): Promise<void> {
  const viewer = { ...systemViewer(agency, caller), reach: reachOfKey(clientAccountId) };
  for (let index = 0; index < count; index += 1) {
    await feed.subscribe(viewer, `seat ${index}`, 10);
  }
}

it('one caller has half of the places of its agency, and another one the others', async () => {
  await subscribe('tool', 250);
  await expect(subscribe('tool', 1)).rejects.toMatchObject(FULL);
  await subscribe('owner', 250);
  expect(feed.subscribers).toBe(500);
});

it('an agency has five hundred, and another one its own', async () => {
  await subscribe('tool', 250);
  await subscribe('owner', 250);
  await expect(subscribe('analyst', 1)).rejects.toMatchObject(FULL);
  await subscribe('tool', 1, randomUUID());
  expect(feed.subscribers).toBe(501);
});

it('the keys of one client account have half of the places together, and those of all three quarters', async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  await subscribe('first', 200, agencyId, one);
  await subscribe('second', 50, agencyId, one);
  await expect(subscribe('third', 1, agencyId, one)).rejects.toMatchObject(FULL);
  await subscribe('fourth', 125, agencyId, other);
  await expect(subscribe('fifth', 1, agencyId, other)).rejects.toMatchObject(FULL);
  await subscribe('owner', 125);
  expect(feed.subscribers).toBe(500);
});

it('what is due is looked at every five minutes, whatever nobody tells of', async () => {
  const wake = jest.spyOn(timekeeper, 'wake');
  await subscribe('tool', 1);
  expect(wake.mock.calls.map(([, at]) => at)).toEqual([5 * 60_000]);
});

it('a look that is behind is followed by another one soon, then ever later as long as it stays so', async () => {
  const later = jest.spyOn(timekeeper, 'later').mockReturnValue(undefined);
  behind = [true, true, true, true, true, true, false, true];
  const subscription = await feed.subscribe(systemViewer(agencyId, 'tool'), 'seat', 10);
  while (behind.length > 0) {
    (subscription as TouchSubscription).ring();
    await allThatIsReady();
  }
  expect(later.mock.calls.map(([, ms]) => ms)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 250]);
});
