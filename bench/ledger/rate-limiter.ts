import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { peer } from '../peers/peer.js';

interface Limiter {
  consume(key: string, points?: number): Promise<unknown>;
}

/** What is used of rate-limiter-flexible. */
interface RateLimiterFlexible {
  readonly RateLimiterPostgres: new (options: object, ready: (error?: Error) => void) => Limiter;
  readonly RateLimiterRedis: new (options: object) => Limiter;
  readonly RateLimiterUnion: new (...limiters: Limiter[]) => Limiter;
}

interface RedisClient {
  quit(): Promise<unknown>;
}

/** What is used of ioredis. */
interface Ioredis {
  readonly Redis: new (port: number, host: string) => RedisClient;
}

/** A limiter, to be closed. */
export interface OpenLimiter {
  consume(key: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Never reached: what is measured is allowing. */
const POINTS = 1_000_000_000;
const DAY_SECONDS = 86_400;
const CONNECTIONS_MAX = 16;

/** One limit in one table of the same PostgreSQL: no record, no key, no hold, no other limit. */
export async function openPostgresLimiter(ownerUrl: string): Promise<OpenLimiter> {
  const { RateLimiterPostgres } = await peer<RateLimiterFlexible>('rate-limiter-flexible');
  const pool = new pg.Pool({ connectionString: ownerUrl, max: CONNECTIONS_MAX });
  await pool.query('CREATE SCHEMA IF NOT EXISTS peer_limiter');
  const options = {
    storeClient: pool,
    storeType: 'pool',
    schemaName: 'peer_limiter',
    tableName: 'limits',
    keyPrefix: 'seat',
    points: POINTS,
    duration: DAY_SECONDS,
  };
  const limiter = await new Promise<Limiter>((resolve, reject) => {
    const made = new RateLimiterPostgres(options, (error) => (error ? reject(error) : resolve(made)));
  });
  return { consume: (key) => limiter.consume(key), close: () => pool.end() };
}

/** Three limits in a Redis of our own that writes each command to its disk before it answers. */
export async function openRedisUnion(dataDirectory: string): Promise<OpenLimiter> {
  const { RateLimiterRedis, RateLimiterUnion } = await peer<RateLimiterFlexible>('rate-limiter-flexible');
  const { Redis } = await peer<Ioredis>('ioredis');
  const server = await startRedis(join(dataDirectory, 'redis'));
  const client = new Redis(server.port, '127.0.0.1');
  const limiters = ['day', 'week', 'month'].map(
    (keyPrefix) =>
      new RateLimiterRedis({ storeClient: client, keyPrefix, points: POINTS, duration: DAY_SECONDS }),
  );
  const union = new RateLimiterUnion(...limiters);
  return {
    consume: (key) => union.consume(key),
    close: async () => {
      await client.quit();
      await server.stop();
    },
  };
}

/** Null where there is a Redis, or it could be installed; otherwise why it can't be measured. */
export function redisMissing(): string | null {
  if (hasRedis()) return null;
  console.error('Installing Redis (apt-get install redis-server)…');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const words of [['update'], ['install', '--yes', 'redis-server']]) {
    const { status } = spawnSync('apt-get', ['-qq', ...words], { stdio: 'ignore', env: environment });
    if (status !== 0) return 'there is no redis-server here, and it could not be installed with apt-get';
  }
  return hasRedis() ? null : 'there is no redis-server here';
}

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
}

async function startRedis(folder: string): Promise<RedisServer> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await untilReady(child);
  return {
    port,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  let said = '';
  child.stdout?.on('data', (text) => (said += String(text)));
  for (let waited = 0; waited < 100; waited += 1) {
    if (said.includes('Ready to accept connections')) return;
    if (child.exitCode !== null) break;
    await pause(50);
  }
  throw new Error(`Redis did not start: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
