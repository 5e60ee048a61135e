import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PAGE_BYTES = 4_096;

/** `npm start` as a process of its own, on a data directory of its own, and what it takes of the memory. Linux alone. */
export class Served {
  private constructor(
    private readonly child: ChildProcess,
    /** `http://127.0.0.1:4000` */
    readonly url: string,
    private readonly dataDirectory: string,
  ) {}

  static async start(dataDirectory: string, more: NodeJS.ProcessEnv = {}): Promise<Served> {
    const child = spawn(process.execPath, ['--max-semi-space-size=64', 'dist/src/main.js'], {
      env: { ...environment(dataDirectory), PORT: '0', LOG_LEVEL: 'warn', ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A Ctrl-C is for the bench, which stops it then.
      detached: true,
    });
    // However the bench ends.
    process.once('exit', () => child.kill());
    for await (const line of createInterface(child.stdout)) {
      const url = /API +(http\S+)\/graphql/.exec(line)?.[1];
      if (url === undefined) continue;
      // What it logs from now on is worth seeing.
      child.stdout.pipe(process.stderr);
      return new Served(child, url, dataDirectory);
    }
    throw new Error('The server did not start.');
  }

  /** `headroom COMMAND --json` on the same database. */
  async command<Told>(...words: string[]): Promise<Told> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['dist/src/cli/headroom.js', ...words, '--json'],
      { env: environment(this.dataDirectory) },
    );
    return JSON.parse(stdout) as Told;
  }

  async ask<Data>(key: string, query: string, variables: object): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Bytes of the server's resident set. */
  async serverMemory(): Promise<number> {
    const [, pages] = (await readFile(`/proc/${this.child.pid}/statm`, 'utf8')).split(' ');
    return Number(pages) * PAGE_BYTES;
  }

  /** Bytes of PostgreSQL's processes; what several of them share counts once. It takes a while to find out. */
  async databaseMemory(): Promise<number> {
    const shares = (await processesWithin(this.dataDirectory)).map(proportionalBytes);
    return (await Promise.all(shares)).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** As a machine that dies ends it: nothing of it goes on, nothing is said. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

function environment(dataDirectory: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HEADROOM_DATA_DIR: dataDirectory };
}

async function proportionalBytes(pid: number): Promise<number> {
  // A process may have ended meanwhile.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss: +(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1_024;
}

/** Of PostgreSQL, whose working directory is its cluster's. */
async function processesWithin(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return folder.startsWith(directory) ? [pid] : [];
    }),
  );
  return found.flat();
}
