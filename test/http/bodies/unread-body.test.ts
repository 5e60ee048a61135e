import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { Crowd } from '../../../src/http/bodies/crowd.js';

/** Bodies that are announced, and answered before they come. */

const BODY_MS = 200;
const logger = pino({ level: 'silent' });
let server: FastifyInstance;
let port: number;
beforeAll(async () => {
  const patience = { bodyMs: BODY_MS };
  server = await createApp({ logger, observe: () => undefined, patience }, [
    async (part) => void part.post('/', async () => 'read'),
  ]);
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterAll(() => server.close());
afterEach(() => jest.restoreAllMocks());

/** Whose places in the crowds of bodies and of answers are kept. */
function keepBook(): { readonly taken: () => number; readonly kept: () => number } {
  const places: boolean[] = [];
  const take = jest.spyOn(Crowd.prototype, 'take');
  take.mockImplementation(() => {
    const place = places.push(true) - 1;
    return () => {
      places[place] = false;
      return 0;
    };
  });
  return { taken: () => places.length, kept: () => places.filter(Boolean).length };
}

async function announced(type: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let told = '';
  socket.on('data', (chunk: Buffer) => (told += chunk.toString()));
  socket.write(`POST / HTTP/1.1\r\nHost: headroom\r\nContent-Type: ${type}\r\nContent-Length: 5\r\n\r\n`);
  await once(socket, 'close');
  return told;
}

it('keep no place, and are answered once', async () => {
  const book = keepBook();
  const warnings = jest.spyOn(logger, 'warn');
  for (const told of await Promise.all(Array.from({ length: 20 }, () => announced('text/strange')))) {
    expect(told).toMatch(/^HTTP\/1\.1 415 /);
  }
  expect([book.taken(), book.kept()]).toEqual([40, 0]);
  await new Promise((resolve) => setTimeout(resolve, 2 * BODY_MS));
  expect(warnings).not.toHaveBeenCalled();
});
