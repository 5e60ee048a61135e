import { Ledger } from '../../src/ledger/ledger.js';
import { openOffice, decisionOf, reserveRequest, type Office } from '../ledger/support.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, query, superuserUrl, type TestDatabase } from '../support/database.js';
import { ask } from '../support/members.js';

/** A database that only reads, as a standby does that stands where the primary was. */
let own: TestDatabase;
let api: Api;
let ledger: Ledger;
let agency: SeededAgency;
let office: Office;
beforeAll(async () => {
  own = await ownDatabase();
  api = await Api.start({}, own);
  ledger = new Ledger(own.appUrl);
  [agency, office] = [await api.seed(), await openOffice(own.appUrl)];
});
afterAll(async () => {
  await ledger.close();
  await api.close();
});

const name = (): string => new URL(own.appUrl).pathname.slice(1);
const asSuperuser = async (sql: string): Promise<unknown> => query(await superuserUrl(own.appUrl), sql);
const ready = async () => {
  const answer = await fetch(`${api.url}/health/ready`);
  return { status: answer.status, body: await answer.json() };
};
const createKey = () =>
  api.ask(
    agency.key,
    `mutation { createApiKey(input: { name: "Tool", role: OPERATOR }) { userErrors { code } } }`,
  );
const signIn = () =>
  ask(api, 'POST', '/auth/session', { email: 'ada@example.com', password: 'one two three' });

it('says so in words wherever something is changed, is not ready, and is well again with the next one that writes', async () => {
  await ledger.ask(reserveRequest(office, 'FOLLOW'));
  expect((await ready()).status).toBe(200);
  await asSuperuser(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`);
  // As at a change of roles: whoever is connected comes again, and finds one that reads.
  await asSuperuser(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name()}' AND usename = 'headroom_app'`,
  );
  await fetch(`${api.url}/health/ready`);
  expect(await ready()).toEqual({
    status: 503,
    body: { status: 'unavailable', database: 'takes no changes' },
  });
  await api.ask(agency.key, '{ viewer { role } }');
  expect((await api.ask(agency.key, '{ viewer { role } }')).data).toEqual({ viewer: { role: 'OWNER' } });
  for (const _again of [1, 2]) await createKey();
  const [error] = (await createKey()).errors ?? [];
  expect(error).toMatchObject({
    message: 'The database takes no changes at present.',
    extensions: { code: 'UNAVAILABLE', retryAfterMs: 1_000 },
  });
  await signIn();
  expect(await signIn()).toMatchObject({ status: 503, body: { error: 'UNAVAILABLE' } });
  await ledger.ask(reserveRequest(office, 'FOLLOW')).catch(() => undefined);
  await expect(ledger.ask(reserveRequest(office, 'FOLLOW'))).rejects.toMatchObject({
    ...{ code: 'UNAVAILABLE', message: 'The database takes no changes at present.' },
  });
  // Connections that go on stay with the one that reads; whoever comes again finds one that writes.
  await asSuperuser(`BEGIN READ WRITE; ALTER DATABASE ${name()} RESET default_transaction_read_only; COMMIT`);
  expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
  // One that lay idle all the while is given up by whoever finds it.
  let created = await createKey();
  for (let found = 0; found < 10 && created.errors; found += 1) created = await createKey();
  expect(created.data).toEqual({ createApiKey: { userErrors: [] } });
  expect((await signIn()).status).toBe(401);
  expect(decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW'))).outcome).toBe('ALLOWED');
}, 60_000);
