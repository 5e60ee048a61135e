import pg from 'pg';
import { giveUpLease, takeLease } from '../../src/database/lease.js';
import { ownDatabase, superuserUrl } from '../support/database.js';

/** Enough for two that leave at once to meet in every order. */
const ROUNDS = 20;

let url: string;

beforeAll(async () => {
  url = (await ownDatabase('empty')).appUrl;
});

async function take(): Promise<pg.Client> {
  const lease = await takeLease(url);
  if (lease === null) throw new Error('The server answers, so there is a lease.');
  return lease;
}

it('makes the last the last, and nobody before', async () => {
  const [first, second, third] = [await take(), await take(), await take()];
  expect(await giveUpLease(second)).toBe(false);
  expect(await giveUpLease(first)).toBe(false);
  expect(await giveUpLease(third)).toBe(true);
  await Promise.all([first.end(), second.end(), third.end()]);
});

it('makes exactly one the last, when two leave at once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const leases = [await take(), await take()];
    const last = await Promise.all(leases.map(giveUpLease));
    expect(last.filter(Boolean)).toHaveLength(1);
    await Promise.all(leases.map((lease) => lease.end()));
  }
});

it('lets nobody join while the last one ends the server, and sends them to look again', async () => {
  const last = await take();
  expect(await giveUpLease(last)).toBe(true);
  const joining = takeLease(url);
  const superuser = new pg.Client({ connectionString: await superuserUrl(url) });
  await superuser.connect();
  // What the end of the server does to its sessions, once the one who joins is seen to wait.
  const end = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  while ((await superuser.query(end)).rowCount === 0);
  expect(await joining).toBeNull();
  await Promise.all([last.end(), superuser.end()]);
});
