import { setImmediate as turn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../src/tenancy/data-source.js';
import type { Failure } from '../../src/errors.js';
import { type Asking, byItself, callerOf, inAgency, inAgencyNamed } from '../../src/tenancy/door.js';
import { customerOf } from '../../src/tenancy/network.js';
import { ShownLinks } from '../../src/tenancy/shown-links.js';
import { testDatabase } from '../support/database.js';
import { hearTurns } from './turns-heard.js';

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 10 });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => dataSource.destroy());

const agencyOf = (index: number) => ({
  agencyId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
});
const namedFrom = (place: string, index: number) => ({ ...agencyOf(index), place });

it('those who only say which agency they are of take the turns of one, however many they name', async () => {
  let underWay = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const strangers = Array.from({ length: 40 }, (_, index) =>
    inAgencyNamed(dataSource, namedFrom(`192.0.2.${index}`, index), async (manager) => {
      const [seen] = await manager.query<{ ids: string }[]>(
        "SELECT current_setting('headroom.agencies') AS ids",
      );
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => ends.push(resolve));
      underWay -= 1;
      return seen?.ids;
    }),
  );
  while (underWay < 4) await turn();
  // The others have their connections meanwhile.
  const known = Array.from({ length: 6 }, (_, index) =>
    inAgency(dataSource, agencyOf(100 + index), () => Promise.resolve(index)),
  );
  expect(await Promise.all(known)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(4);
  const all = Promise.all(strangers);
  let isDone = false;
  void all.then(() => (isDone = true));
  while (!isDone) {
    ends.shift()?.();
    await turn();
  }
  expect((await all)[7]).toContain(agencyOf(7).agencyId);
  expect(most).toBe(4);
});

it('agencies whose transactions do not end leave others theirs, and however many they are strangers and the process', async () => {
  const ends: (() => void)[] = [];
  const endless = () => new Promise<void>((resolve) => ends.push(resolve));
  const much = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3].map((index) =>
    inAgency(dataSource, agencyOf(index), endless),
  );
  const few = [4, 5].map((index) => inAgency(dataSource, agencyOf(index), () => Promise.resolve(index)));
  expect(await Promise.all(few)).toEqual([4, 5]);
  for (let index = 11; index <= 20; index += 1) much.push(inAgency(dataSource, agencyOf(index), endless));
  const done = () => Promise.resolve('done');
  const look = inAgencyNamed(dataSource, namedFrom('192.0.2.1', 1), () =>
    inAgency(dataSource, byItself(agencyOf(1).agencyId), done),
  );
  expect(await look).toBe('done');
  const all = Promise.all(much);
  let isDone = false;
  void all.then(() => (isDone = true));
  while (!isDone) {
    ends.shift()?.();
    await turn();
  }
  expect(await all).toHaveLength(22);
});

it('a pool of few connections is left whole to each of them', async () => {
  const few = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 3 });
  const begun: (() => void)[] = [];
  const untilAllBegan = () =>
    new Promise<void>((resolve) => {
      begun.push(resolve);
      if (begun.length === 3) for (const goOn of begun) goOn();
    });
  await Promise.all([1, 2, 3].map(() => inAgency(few, agencyOf(1), untilAllBegan)));
  expect(begun).toHaveLength(3);
  await few.destroy();
});

it.each([
  ['an address', () => '192.0.2.1'],
  ['the networks of one customer of IPv6', (index: number) => `2001:db8:7:${index.toString(16)}::1`],
])('of those the next is of another network, however much comes from %s', async (_, placeOf) => {
  const { given } = hearTurns();
  const look = (place: string, index: number) =>
    inAgencyNamed(dataSource, namedFrom(place, index), (manager) => manager.query('SELECT 1'));
  const much = Array.from({ length: 60 }, (_one, index) => look(placeOf(index), index));
  const few = [look('198.51.100.7', 1), look('203.0.113.7', 1)];
  await Promise.all([...much, ...few]);
  expect(given).toHaveLength(62);
  const names = given.slice(0, 12).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['198.51.100.7', '203.0.113.7'].map(customerOf)));
});

it('a hundred of a network wait, and no more; of another one there is room', async () => {
  const look = (place: string) =>
    inAgencyNamed(dataSource, namedFrom(place, 1), (manager) => manager.query<unknown>('SELECT 1'));
  const many = await Promise.allSettled(
    Array.from({ length: 120 }, () => look('192.0.2.1')).concat(look('192.0.2.2')),
  );
  const refused = many.flatMap((one) => (one.status === 'rejected' ? [one.reason as Failure] : []));
  expect(refused).toHaveLength(16);
  for (const { code, message } of refused)
    expect([code, message]).toEqual([
      'THROTTLED',
      'Too much is asked from this network at once; ask again later.',
    ]);
  expect(many.at(-1)?.status).toBe('fulfilled');
});

it('whoever asks for much waits behind themselves, and another of the agency comes next', async () => {
  const { given } = hearTurns();
  const ask = (actor: string) =>
    inAgency(dataSource, { ...agencyOf(1), actor }, (manager) => manager.query('SELECT 1'));
  const much = Array.from({ length: 60 }, () => ask('key:much'));
  const few = Array.from({ length: 2 }, () => ask('key:few'));
  await Promise.all([...much, ...few]);
  expect(given).toHaveLength(62);
  expect(given.findLastIndex(({ name }) => name === 'key:few')).toBeLessThan(12);
});

it('by however many links others ask, they are one party: of their client account where that is known, else together', async () => {
  const links = new ShownLinks();
  for (let index = 0; index < 30; index += 1) links.found(agencyOf(1), `holder:${index}`, 'account');
  const { given } = hearTurns();
  const ask = (asking: Asking) => inAgency(dataSource, asking, (manager) => manager.query('SELECT 1'));
  const much = Array.from({ length: 60 }, (_, index) => ask(links.askerOf(agencyOf(1), `holder:${index}`)));
  const few = Array.from({ length: 4 }, () => ask({ ...agencyOf(1), actor: 'key:few' }));
  await Promise.all([...much, ...few]);
  expect(given).toHaveLength(64);
  expect(given.findLastIndex(({ name }) => name === 'key:few')).toBeLessThan(24);
  const first = given.findIndex(({ name }) => name === 'holder:30');
  expect([first >= 0, first < 16]).toEqual([true, true]);
});

const [ONE, TWO]: readonly [string, string] = [
  '00000000-0000-7000-8000-00000000000a',
  '00000000-0000-7000-8000-00000000000b',
];
const part = (clientAccountIds: string[], seatAccountIds: string[] = []) => ({
  ...{ clientAccountIds, seatAccountIds, seatIds: seatAccountIds.map((_, index) => `seat ${index}`) },
});

it.each([
  ['the whole agency alone', null, 'key:1'],
  ['a client account, with all who do', part([TWO]), TWO],
  ['single seats of one, with all of it', part([], [TWO, TWO]), TWO],
  ['several, with those of the first', part([TWO, ONE]), ONE],
  ['one and seats of others, with those of the first', part([TWO], [ONE]), ONE],
  ['nothing, with all who do', part([]), ''],
])('takes its turns who sees %s', (_, reach, party) => {
  expect(callerOf({ ...agencyOf(1), actor: 'key:1', reach })).toEqual({ party, name: 'key:1' });
});
