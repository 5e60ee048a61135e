import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../src/http/app.js';
import { health } from '../../src/http/health.js';

let server: FastifyInstance;
let url: string;
let asked: number;
/** Who came, and is about to be answered. */
let came: number;
let answer: () => void;

beforeEach(async () => {
  [asked, came] = [0, 0];
  const askDatabase = () => {
    asked += 1;
    return new Promise<void>((resolve) => (answer = resolve));
  };
  server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined }, [
    async (part) => {
      part.addHook('preHandler', async () => void (came += 1));
      await health(part, { askDatabase });
    },
  ]);
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

const look = async (): Promise<number> => (await fetch(`${url}/health/ready`)).status;

it('asks the database once for all who ask at once, and anew for those who come later', async () => {
  const all = Promise.all(Array.from({ length: 20 }, () => look()));
  while (came < 20) await new Promise((resolve) => setImmediate(resolve));
  // The last of them asks, where it does, in the very turn in which it came.
  await new Promise((resolve) => setImmediate(resolve));
  answer();
  expect(new Set(await all)).toEqual(new Set([200]));
  expect(asked).toBe(1);
  const later = look();
  while (asked === 1) await new Promise((resolve) => setImmediate(resolve));
  answer();
  expect(await later).toBe(200);
});
