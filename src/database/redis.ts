import { Redis } from 'ioredis';

/** How long a request waits for Redis; one that is slower is as good as none. */
const ANSWER_MS_MAX = 250;
const CONNECT_MS_MAX = 2_000;
const RECONNECT_MS_MAX = 2_000;
/** A connection that says nothing for so long is given up, and what was asked over it forgotten: it would be kept for as long as Redis hangs. */
const SILENT_MS_MAX = 5_000;

/** A connection that never keeps a request waiting for Redis to come back. It is not made before `connect`. */
export function redisClient(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS_MAX,
    commandTimeout: ANSWER_MS_MAX,
    disconnectTimeout: ANSWER_MS_MAX,
    socketTimeout: SILENT_MS_MAX,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (tries) => Math.min(tries * 100, RECONNECT_MS_MAX),
  });
}

/** Whether Redis answers. Throws what keeps it from doing so. */
export async function askRedis(url: string): Promise<void> {
  const client = redisClient(url);
  let lost: Error | null = null;
  client.on('error', (error: Error) => (lost ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    // What the connection told says more than that it was closed.
    throw lost ?? error;
  } finally {
    client.disconnect();
  }
}
