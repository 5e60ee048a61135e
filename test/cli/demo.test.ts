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

it('starts anew, and is the same with other references; what was given to others is told, and not made again', async () => {
  const settings = { HEADROOM_DATA_DIR: dataDirectory };
  const server = await Served.start(dataDirectory);
  const [before] = (await headroom(settings, 'demo')).agencies;
  const [account, { id: client, seats }] = before.clientAccounts;
  const query = `mutation ($seat: ID!, $client: ID!, $lost: ID!, $archived: ID!) {
    one: updateSeat(input: { seatId: $seat, externalRef: "4711" }) { seat { externalRef } }
    other: updateClientAccount(input: { clientAccountId: $client, externalRef: "acme" }) { clientAccount { externalRef } }
    lost: updateSeat(input: { seatId: $lost, externalRef: "9", profileUrl: "linkedin.com/in/another" }) { seat { externalRef } }
    archived: updateClientAccount(input: { clientAccountId: $archived, status: ARCHIVED }) { clientAccount { status } }
  }`;
  const ids = { seat: account.seats[0].id, client: account.id, lost: seats[0].id, archived: client };
  const { data } = await server.ask(before.keys.OWNER, query, ids);
  expect(data).toEqual({
    one: { seat: { externalRef: '4711' } },
    other: { clientAccount: { externalRef: 'acme' } },
    lost: { seat: { externalRef: '9' } },
    archived: { clientAccount: { status: 'ARCHIVED' } },
  });
  expect(await server.stop()).toBe(0);
  expect(server.complaint).toBe('');
  const again = await Served.start(dataDirectory);
  const [now] = (await headroom(settings, 'demo')).agencies;
  expect(now.clientAccounts).toEqual([account, { id: client, seats: [] }]);
  expect(await again.stop()).toBe(0);
  expect(again.complaint).toMatch(
    /^Not in the demo any more: The seat of Clara Vidal of Blue Harbor: .*archived.*\n$/,
  );
}, 120_000);
