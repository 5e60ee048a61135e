import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { readsAlone } from '../tenancy/sqlstate.js';

export interface HealthOptions {
  /** Rejects where the database doesn't answer, or takes no changes. */
  readonly askDatabase: () => Promise<unknown>;
}

/** A database that takes longer is not ready. */
const DATABASE_MS_MAX = 2_000;

/**
 * A fastify plugin. `/health/live`: the process runs. `/health/ready`: it can answer, because its database does, and takes changes;
 * where it doesn't, and while the server drains, 503.
 */
export async function health(server: FastifyInstance, { askDatabase }: HealthOptions): Promise<void> {
  server.get('/health/live', () => ({ status: 'live' }));
  // Anybody may ask, as often as they like: the database is asked once at a time.
  let asking: Promise<Missing | null> | null = null;
  server.get('/health/ready', async (_request, reply) => {
    asking ??= whatIsMissing(askDatabase).finally(() => (asking = null));
    const database = await asking;
    return database === null
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'unavailable', database });
  });
}

type Missing = 'does not answer' | 'takes no changes';

async function whatIsMissing(ask: () => Promise<unknown>): Promise<Missing | null> {
  const waiting = new AbortController();
  try {
    const asked = ask().then(() => null);
    return await Promise.race([
      asked,
      pause(DATABASE_MS_MAX, 'does not answer' as const, { signal: waiting.signal }),
    ]);
  } catch (error) {
    return readsAlone(error) ? 'takes no changes' : 'does not answer';
  } finally {
    waiting.abort();
  }
}
