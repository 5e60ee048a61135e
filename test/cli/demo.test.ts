import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Served } from '../faults/served.js';
import { headroom } from './running.js';

let dataDirectory: string;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-demo-'));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

it('tells the address of the server that runs on the folder, and the one of the settings where none does', async () => {
  const settings = { HEADROOM_DATA_DIR: dataDirectory, PORT: '4321' };
  const server = await Served.start(dataDirectory);
  const demo = await headroom(settings, 'demo');
  expect(demo.url).toBe(server.url);
  const { data } = await server.ask(demo.agencies[0].keys.OPERATOR, '{ viewer { role } }', {});
  expect(data).toEqual({ viewer: { role: 'OPERATOR' } });
  expect(await server.stop()).toBe(0);
  expect((await readdir(dataDirectory)).filter((name) => name.startsWith('serving-'))).toEqual([]);
  expect((await headroom(settings, 'demo')).url).toBe('http://127.0.0.1:4321/graphql');
}, 120_000);

it('starts anew, and is the same, when its seats and client accounts have other references by now', async () => {
  const settings = { HEADROOM_DATA_DIR: dataDirectory };
  const server = await Served.start(dataDirectory);
  const [before] = (await headroom(settings, 'demo')).agencies;
  const [account] = before.clientAccounts;
  const query = `mutation ($seat: ID!, $client: ID!) {
    updateSeat(input: { seatId: $seat, externalRef: "4711" }) { seat { externalRef } }
    updateClientAccount(input: { clientAccountId: $client, externalRef: "acme" }) { clientAccount { externalRef } }
  }`;
  const { data } = await server.ask(before.keys.OWNER, query, {
    seat: account.seats[0].id,
    client: account.id,
  });
  expect(data).toEqual({
    updateSeat: { seat: { externalRef: '4711' } },
    updateClientAccount: { clientAccount: { externalRef: 'acme' } },
  });
  expect(await server.stop()).toBe(0);
  const again = await Served.start(dataDirectory);
  expect((await headroom(settings, 'demo')).agencies[0].clientAccounts).toEqual(before.clientAccounts);
  expect(await again.stop()).toBe(0);
}, 120_000);
