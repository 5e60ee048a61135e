import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { SignInLimits } from '../../../src/services/members/sign-in.limits.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let limits: SignInLimits;
let account: string;

beforeAll(async () => {
  const { appUrl, secret } = await testDatabase();
  dataSource = await openDataSource(appUrl, { connectionsMax: 4 });
  // What other tests of this database tried counts no more.
  await dataSource.query('DELETE FROM sign_in_try');
  limits = new SignInLimits(dataSource, new Fingerprints(secret));
});
afterAll(() => dataSource.destroy());
beforeEach(() => {
  account = `${randomUUID()}@example.com`;
});

let networks = 0;
/** An address of a network that nobody tried from yet. */
const network = (): string => {
  networks += 1;
  return `2001:db8:${networks.toString(16)}:${process.pid.toString(16)}::1`;
};
const isLetIn = (place: string, of = account): Promise<boolean> =>
  limits.count({ account: of, place }).then(
    () => true,
    () => false,
  );

/** As many tries as there may be for one address from everywhere, each from another network. */
async function tryFromEverywhere(times = 31): Promise<boolean[]> {
  const tries = [];
  for (let index = 0; index < times; index += 1) tries.push(await isLetIn(network()));
  return tries;
}

it('whoever tries an address from everywhere is stopped, and so is a stranger', async () => {
  const tries = await tryFromEverywhere();
  expect(tries).toEqual([...Array.from({ length: 30 }, () => true), false]);
  expect(await isLetIn(network())).toBe(false);
});

it('its owner gets in all the same from where they came in before, a few tries at a time', async () => {
  const home = network();
  await limits.count({ account, place: home });
  await limits.forget({ account, place: home });
  await tryFromEverywhere();
  const tries = [];
  for (let index = 0; index < 6; index += 1) tries.push(await isLetIn(home));
  expect(tries).toEqual([true, true, true, true, true, false]);
  expect(await isLetIn(network())).toBe(false);
});

it('a network is known for the address that came in from it alone', async () => {
  const home = network();
  await limits.forget({ account: `${randomUUID()}@example.com`, place: home });
  await tryFromEverywhere();
  expect(await isLetIn(home)).toBe(false);
});

it('the addresses of one network of IPv6 count together', async () => {
  const place = network();
  const tries = [];
  for (let host = 1; host <= 6; host += 1) tries.push(await isLetIn(place.replace(/1$/, String(host))));
  expect(tries).toEqual([true, true, true, true, true, false]);
});

it('an address of IPv4 is the same however it is written', async () => {
  const place = `10.${process.pid % 250}.${Date.now() % 250}.${networks % 250}`;
  for (let tried = 0; tried < 5; tried += 1) await isLetIn(tried % 2 ? place : `::ffff:${place}`);
  expect(await isLetIn(place)).toBe(false);
});

it('strangers in the network of somebody who came in from there use up what is the network’s, and not theirs', async () => {
  const home = network();
  await limits.forget({ account, place: home });
  const tries = [];
  for (let index = 0; index < 101; index += 1) tries.push(await isLetIn(home, `${randomUUID()}@example.com`));
  expect(tries.filter(Boolean)).toHaveLength(100);
  expect(await isLetIn(home)).toBe(true);
});

it('whoever had the password before is a stranger again', async () => {
  const home = network();
  const tried = { account, place: home };
  await limits.forget(tried, 'the password before');
  await tryFromEverywhere();
  const countBy = (kept: string) => limits.count(tried, kept);
  await expect(countBy('the password before')).resolves.toBe(true);
  await expect(countBy('the password of now')).rejects.toThrow('Too many tries');
});

it('a network is known by the one password of an address that was shown from there', async () => {
  const home = network();
  const ofAgency = { agencyId: randomUUID(), isOnly: false };
  await limits.forget({ account, place: home }, 'the account’s');
  await limits.forget({ account, place: home, lock: ofAgency }, 'the agency’s');
  await tryFromEverywhere();
  await expect(limits.count({ account, place: home }, 'the account’s')).resolves.toBe(true);
  await expect(limits.count({ account, place: home, lock: ofAgency }, 'the agency’s')).resolves.toBe(true);
  const another = { agencyId: randomUUID(), isOnly: false };
  await expect(limits.count({ account, place: home, lock: another }, 'the agency’s')).rejects.toThrow(
    'Too many tries',
  );
});

it('whoever has one of the passwords of an address is not forgiven the tries for the other', async () => {
  const place = network();
  for (let tries = 0; tries < 4; tries += 1) await limits.count({ account, place });
  const own = { account, place, lock: { agencyId: randomUUID(), isOnly: false } };
  await limits.count(own, 'the agency’s');
  await limits.forget(own, 'the agency’s');
  expect(await isLetIn(place)).toBe(false);
});

it('all networks that one customer of IPv6 has count together, too', async () => {
  networks += 1;
  const place = (index: number) => `2001:db9:${networks.toString(16)}:${index.toString(16)}::1`;
  const tries = [];
  for (let index = 0; index < 1_001; index += 1)
    tries.push(await isLetIn(place(index), `${randomUUID()}@example.com`));
  expect(tries.filter(Boolean)).toHaveLength(1_000);
  expect(tries.at(-1)).toBe(false);
});

it('what a proxy tells besides the address is nobody’s network', async () => {
  const place = `10.${process.pid % 250}.${Date.now() % 250}.${(networks + 100) % 250}`;
  for (let port = 1; port <= 5; port += 1) await isLetIn(`${place}:${4_000 + port}`);
  expect(await isLetIn(place)).toBe(false);
  const six = network();
  for (let port = 1; port <= 5; port += 1) await isLetIn(`[${six}]:${4_000 + port}`);
  expect(await isLetIn(six)).toBe(false);
});

it('nobody uses up the tries of something else by its name', async () => {
  const member = randomUUID();
  for (let index = 0; index < 31; index += 1) await isLetIn(network(), `second factor ${member}`);
  for (let index = 0; index < 31; index += 1) await isLetIn(network(), member);
  await expect(
    limits.countCode({ what: 'CODE', account: member, place: network() }, null, true),
  ).resolves.toBeNull();
  await expect(limits.count({ what: 'LINK', account: member, place: network() })).resolves.toBe(false);
});

it('whoever is sent away asks the table nothing', async () => {
  const place = network();
  for (let index = 0; index < 101; index += 1) await isLetIn(place, `${randomUUID()}@example.com`);
  const [before] = await dataSource.query(
    "SELECT sum(points)::int4 AS points FROM sign_in_try WHERE key LIKE 'place:%'",
  );
  for (let index = 0; index < 20; index += 1) expect(await isLetIn(place)).toBe(false);
  expect(
    await dataSource.query("SELECT sum(points)::int4 AS points FROM sign_in_try WHERE key LIKE 'place:%'"),
  ).toEqual([before]);
});

it('right passwords of an address are sixty an hour, from wherever, and nobody is forgiven those', async () => {
  const show = async (kept = 'the password of now'): Promise<boolean> => {
    const tried = { account, place: network() };
    const isTaken = await limits.countRight(tried, kept).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'THROTTLED', retryAfterMs: expect.any(Number) });
        return false;
      },
    );
    if (isTaken) await limits.forget(tried, kept);
    return isTaken;
  };
  const shown = await Promise.all(Array.from({ length: 70 }, () => show()));
  expect(shown.filter(Boolean)).toHaveLength(60);
  expect(await show()).toBe(false);
  // Whoever has another one set is kept out by nobody who knew the one before.
  expect(await show('another password')).toBe(true);
});

it('who doesn’t know the password uses up none of the right ones, nor does who is sent away', async () => {
  const tried = { account, place: network() };
  const right = () => limits.countRight(tried, 'kept');
  for (let wrong = 0; wrong < 70; wrong += 1) {
    await right();
    await limits.giveBack(tried, 'kept');
  }
  for (let shown = 0; shown < 60; shown += 1) await right();
  for (let more = 0; more < 10; more += 1) await expect(right()).rejects.toThrow('Too many tries');
  await limits.giveBack(tried, 'kept');
  await expect(right()).resolves.toBeUndefined();
});
