import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** A Redis of a test's own, of which there can be none where it listened for a while. */
export interface TestRedis {
  readonly url: string;
  /** Ends it, with all its connections; what it knew is gone. */
  stop(): Promise<void>;
  /** Begins it again where it was. */
  start(): Promise<void>;
  /** From now on it takes what is sent and says nothing. */
  freeze(): void;
}

/** Whether this machine has the real one. */
export function hasRedisServer(): boolean {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** The real server, with nothing on disk. */
export async function realRedis(): Promise<TestRedis> {
  const port = await freePort();
  const begin = () =>
    spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
  let running = begin();
  await answering(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      if (running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGKILL');
      await exited;
    },
    start: async () => {
      running = begin();
      await answering(port);
    },
    freeze: () => running.kill('SIGSTOP'),
  };
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('Redis does not begin to listen.');
}

/**
 * What stands in for Redis where a machine has none: it speaks its protocol, and of its commands those that are sent. The one
 * script that counts is done as it says.
 */
export async function standInRedis(): Promise<TestRedis> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let counters = new Map<string, { value: number; until: number }>();
  let known = new Set<string>();
  let isFrozen = false;
  const take = (key: string, asked: number, seconds: number, points: number): string => {
    const now = Date.now();
    const kept = counters.get(key);
    const counter = kept && kept.until > now ? kept : { value: 0, until: now + seconds * 1_000 };
    const value = Math.max(0, counter.value + asked);
    if (value <= points) counters.set(key, { ...counter, value });
    return `*2\r\n:${value}\r\n:${counter.until - now}\r\n`;
  };
  const answer = ([
    command = '',
    script = '',
    ,
    key = '',
    by,
    seconds,
    points,
  ]: readonly string[]): string => {
    if (command.toLowerCase() === 'ping') return '+PONG\r\n';
    if (command.toLowerCase() === 'info') return '$9\r\nloading:0\r\n';
    if (command.toLowerCase() === 'evalsha' && !known.has('counts'))
      return '-NOSCRIPT No matching script.\r\n';
    if (!command.toLowerCase().startsWith('eval')) return '+OK\r\n';
    if (command.toLowerCase() === 'eval' && !script.includes('incrby')) return '-ERR unknown script\r\n';
    known.add('counts');
    return take(key, Number(by), Number(seconds), Number(points));
  };
  const serve = (socket: Socket): void => {
    let unread = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let next = nextCommand(unread); next; next = nextCommand(unread)) {
        unread = unread.slice(next.length);
        if (!isFrozen) socket.write(answer(next.words));
      }
    });
  };
  const server = createServer(serve);
  const start = async (): Promise<void> => {
    [counters, known, isFrozen] = [new Map(), new Set(), false];
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    freeze: () => (isFrozen = true),
  };
}

/** The first whole command of what came: `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`. */
function nextCommand(text: string): { readonly words: readonly string[]; readonly length: number } | null {
  const [head = '', count] = /^\*(\d+)\r\n/.exec(text) ?? [];
  if (count === undefined) return null;
  const words: string[] = [];
  let at = head.length;
  for (let index = 0; index < Number(count); index += 1) {
    const [start = '', size] = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20)) ?? [];
    const from = at + start.length;
    if (size === undefined || text.length < from + Number(size) + 2) return null;
    words.push(text.slice(from, from + Number(size)));
    at = from + Number(size) + 2;
  }
  return { words, length: at };
}
