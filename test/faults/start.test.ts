import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { placeOf } from '../../src/database/cluster.js';
import { findServer } from '../../src/database/server.js';
import { Served } from './served.js';

let dataDirectory: string;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-start-'));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

function npmStart(port: string): ChildProcess {
  return spawn('npm', ['start'], {
    env: { ...process.env, HEADROOM_DATA_DIR: dataDirectory, PORT: port, LOG_LEVEL: 'silent' },
  });
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout) {
    for await (const line of createInterface(stdout)) {
      const url = /API +(http\S+)/.exec(line)?.[1];
      if (url) return url;
    }
  }
  throw new Error('It did not start.');
}

it('a SIGTERM to npm alone ends the server and its database, with exit code 0', async () => {
  const npm = npmStart('0');
  const url = await urlOf(npm);
  expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
  const ended = once(npm, 'exit');
  npm.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await expect(fetch(url)).rejects.toThrow();
  expect(await findServer(placeOf(dataDirectory))).toBeNull();
}, 120_000);

it('a port that is taken is told in one line, with exit code 1, and the other server goes on', async () => {
  const first = await Served.start(dataDirectory);
  const { port } = new URL(first.url);
  const second = npmStart(port);
  let complaint = '';
  second.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  expect(await once(second, 'close')).toEqual([1, null]);
  expect(complaint).toBe(
    `Port ${port} of 127.0.0.1 is taken: end what uses it, or take another, such as PORT=${Number(port) + 1} npm start.\n`,
  );
  expect((await fetch(new URL('/health/ready', first.url))).status).toBe(200);
  expect(await first.stop()).toBe(0);
}, 120_000);
