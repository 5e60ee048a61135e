import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announceServing, findServing } from '../../src/database/serving.js';

let directory: string;
const servers: Server[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-serving-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(directory, { recursive: true });
});

/** What answers as a server does; its address. */
async function serve(status = 200): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end()).listen(
    0,
    '127.0.0.1',
  );
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('finds every server of the folder as long as it serves', async () => {
  const [first, second] = [await serve(), await serve()];
  expect(await findServing(directory)).toEqual([]);
  const gone = await announceServing(directory, first);
  await announceServing(directory, second);
  expect(await findServing(directory)).toEqual([first, second].toSorted());
  await gone();
  expect(await findServing(directory)).toEqual([second]);
});

it('passes over what is stale: of a process that is gone, of an address where nobody answers, or another does', async () => {
  const url = await serve();
  // Above the largest id that a system gives.
  await writeFile(join(directory, 'serving-4194305-x'), url);
  await announceServing(directory, await serve(404));
  await announceServing(directory, 'http://127.0.0.1:1');
  await announceServing(directory, 'nonsense');
  expect(await findServing(directory)).toEqual([]);
  expect(await readdir(directory)).not.toContain('serving-4194305-x');
});

it('finds nothing in a folder that is not there', async () => {
  expect(await findServing(join(directory, 'nowhere'))).toEqual([]);
});
