import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { SignInLimits } from '../../../src/services/people/sign-in.limits.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let limits: SignInLimits;
let account: string;

beforeAll(async () => {
  const { appUrl, secret } = await testDatabase();
  dataSource = await openDataSource(appUrl, { connectionsMax: 4 });
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
