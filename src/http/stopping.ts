import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Stopping } from '../errors.js';

/** Another process answers, or this one once it has begun anew. */
const STOPPING_RETRY_AFTER_MS = 1_000;
/** How long what nobody waits for any more may take once all connections are gone. */
const LEFT_MS_MAX = 5_000;

/** What comes in over a connection that is still in use is told in our own words, as each route tells its failures. */
export function refuseWhileStopping(server: FastifyInstance): void {
  let isStopping = false;
  server.addHook('preClose', async () => {
    isStopping = true;
  });
  server.addHook('onRequest', async (_request, reply) => {
    if (!isStopping) return;
    void reply.header('connection', 'close');
    throw new Stopping(STOPPING_RETRY_AFTER_MS);
  });
}

/**
 * What was begun for those who have left goes on: the server is not closed before it is done, for a while, since what it works on is
 * closed behind it. fastify waits for connections alone. Of the routes that the server, or any part of it, is given from now on: they
 * answer by what they return, or have returned by the time that they are done.
 */
export function waitForLeft(server: FastifyInstance, leftMs = LEFT_MS_MAX): void {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;
  server.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = async function (request, reply) {
      // Nobody has been there since before it came to this.
      if (isClosed) throw new Stopping(STOPPING_RETRY_AFTER_MS);
      const handled = Promise.resolve(handler.call(this, request, reply));
      underWay.add(handled);
      return handled.finally(() => underWay.delete(handled));
    };
  });
  server.addHook('onClose', async () => {
    isClosed = true;
    await withinMs(Promise.allSettled(underWay), leftMs);
  });
}

/** Waits for some work, and no longer than that. */
export async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([work, pause(ms, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}
