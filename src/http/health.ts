import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

export interface HealthOptions {
  /** Rejects where the database doesn't answer. */
  readonly askDatabase: () => Promise<unknown>;
}

/** A database that takes longer is not ready. */
const DATABASE_MS_MAX = 2_000;

/**
 * A fastify plugin. `/health/live`: the process runs. `/health/ready`: it can answer, because its database does; where it
 * doesn't, and while the server drains, 503.
 */
export async function health(server: FastifyInstance, { askDatabase }: HealthOptions): Promise<void> {
  server.get('/health/live', () => ({ status: 'live' }));
  // Anybody may ask, as often as they like: the database is asked once at a time.
  let asking: Promise<boolean> | null = null;
  server.get('/health/ready', async (_request, reply) => {
    asking ??= answersInTime(askDatabase).finally(() => (asking = null));
    if (await asking) return { status: 'ready' };
    return reply.code(503).send({ status: 'unavailable', database: 'does not answer' });
  });
}

async function answersInTime(ask: () => Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  try {
    const asked = ask().then(() => true);
    return await Promise.race([asked, pause(DATABASE_MS_MAX, false, { signal: waiting.signal })]);
  } catch {
    return false;
  } finally {
    waiting.abort();
  }
}
