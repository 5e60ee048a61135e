import { Redis } from 'ioredis';

/** How long a request waits for Redis; one that is slower is as good as none. */
const ANSWER_MS_MAX = 250;
/** Besides, so that what it answered in time is read by a process that was busy itself. */
const READ_MS_MAX = 50;
const CONNECT_MS_MAX = 2_000;
const RECONNECT_MS_MAX = 2_000;
/** A connection that says nothing for so long is given up, and what was asked over it forgotten: it would be kept for as long as Redis hangs. */
const SILENT_MS_MAX = 5_000;

/** A connection that never keeps a request waiting for Redis to come back. It is not made before `connect`. */
export function redisClient(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS_MAX,
    disconnectTimeout: ANSWER_MS_MAX,
    socketTimeout: SILENT_MS_MAX,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (tries) => Math.min(tries * 100, RECONNECT_MS_MAX),
  });
}

/** Throws where Redis is slow. A process that was too busy to read its answer reads it first: that it is late says nothing of Redis. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => void setImmediate(() => reject(new Error('Redis does not answer in time.')));
    timer = setTimeout(() => (timer = setTimeout(giveUp, READ_MS_MAX)), ANSWER_MS_MAX);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Whether Redis answers. Throws what keeps it from doing so. */
export async function askRedis(url: string): Promise<void> {
  const client = redisClient(url);
  let lost: Error | null = null;
  client.on('error', (error: Error) => (lost ??= error));
  try {
    await client.connect();
    await inTime(client.ping());
  } catch (error) {
    // What the connection told says more than that it was closed.
    throw lost ?? error;
  } finally {
    client.disconnect();
  }
}
