import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { Crowd } from '../../../src/http/bodies/crowd.js';

let server: FastifyInstance;
afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

it('an answer to somebody who has gone is kept for nobody', async () => {
  const take = jest.spyOn(Crowd.prototype, 'take');
  let [begin, answer] = [(): void => undefined, (): void => undefined];
  const beginning = () => new Promise<void>((resolve) => (begin = resolve));
  const late = () =>
    new Promise((resolve) => {
      answer = () => resolve('late');
      begin();
    });
  server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined }, [
    async (part) => void part.get('/late', late),
  ]);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const leaving = new AbortController();
  const [connected, begun] = [once(server.server, 'connection'), beginning()];
  const gone = fetch(`${url}/late`, { signal: leaving.signal });
  const [wire] = (await connected) as [Socket];
  await begun;
  leaving.abort();
  await expect(gone).rejects.toThrow();
  if (!wire.closed) await once(wire, 'close');
  answer();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(take).not.toHaveBeenCalled();
  const [stays] = [fetch(`${url}/late`), await beginning()];
  answer();
  expect(await (await stays).text()).toBe('late');
  expect(take).toHaveBeenCalledTimes(1);
});
