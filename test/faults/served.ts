import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `npm start` as a process of its own, on a data directory of the test's. */
export class Served {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly dataDirectory: string,
    private readonly complaints: readonly string[],
  ) {}

  /** What it said on its standard error; all of it once it has ended. */
  get complaint(): string {
    return this.complaints.join('');
  }

  static async start(dataDirectory: string, environment: NodeJS.ProcessEnv = {}): Promise<Served> {
    const own = {
      PATH: process.env['PATH'],
      HEADROOM_DATA_DIR: dataDirectory,
      PORT: '0',
      LOG_LEVEL: 'silent',
    };
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      env: { ...own, ...environment },
      detached: true,
    });
    const complaints: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
    for await (const line of createInterface(child.stdout)) {
      const url = /API +(http\S+)/.exec(line)?.[1];
      if (url) return new Served(child, url, dataDirectory, complaints);
    }
    throw new Error(`The server did not start: ${complaints.join('')}`);
  }

  async ask<Data>(
    key: string,
    query: string,
    variables: object,
    signal?: AbortSignal,
  ): Promise<{ data?: Data; errors?: { message: string }[] }> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
      ...(signal && { signal }),
    });
    return (await answer.json()) as { data?: Data; errors?: { message: string }[] };
  }

  /** kill -9 of the server and of its PostgreSQL: those two processes, by their pids. */
  async killAll(): Promise<void> {
    await signalDatabase(this.dataDirectory, 'SIGKILL');
    await this.kill();
  }

  /** kill -9 of the server alone. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** Answers the exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    return code;
  }
}

/** A signal to the PostgreSQL of a data directory: SIGINT ends its sessions and then itself, SIGKILL is a crash. */
export async function signalDatabase(dataDirectory: string, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  const folder = await clusterFolder(dataDirectory);
  const [postmaster] = (
    await readFile(join(dataDirectory, 'database', folder, 'postmaster.pid'), 'utf8')
  ).split('\n');
  process.kill(Number(postmaster), signal);
}

async function clusterFolder(dataDirectory: string): Promise<string> {
  for (const name of await readdir(join(dataDirectory, 'database'))) {
    const found = await readFile(join(dataDirectory, 'database', name, 'postmaster.pid')).catch(() => null);
    if (found) return name;
  }
  throw new Error('No PostgreSQL runs on this data directory.');
}
