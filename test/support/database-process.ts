import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

const SCRIPT = 'dist/tests/support/hold-database.js';

const running = new Set<ChildProcess>();

/** For after each test, however it ended. */
export async function killDatabaseProcesses(): Promise<void> {
  await Promise.all([...running].map(killProcess));
}

async function killProcess(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Another process that uses the database of a data directory. */
export class DatabaseProcess {
  private readonly lines: AsyncIterableIterator<string>;
  private complaint = '';

  private constructor(
    private readonly child: ChildProcess,
    output: Interface,
  ) {
    this.lines = output[Symbol.asyncIterator]();
    child.stderr?.on('data', (chunk: Buffer) => (this.complaint += chunk.toString()));
  }

  /** Answers once the process has the database; `url` is its run-time role's. */
  static async open(dataDirectory: string): Promise<{ process: DatabaseProcess; url: string }> {
    const child = spawn(process.execPath, [SCRIPT], {
      env: { PATH: process.env.PATH, HEADROOM_DATA_DIR: dataDirectory },
      // A process group of its own, as a terminal gives one.
      detached: true,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const opened = new DatabaseProcess(child, createInterface(child.stdout));
    return { process: opened, url: await opened.line() };
  }

  /** The next line that it writes. */
  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`The process ended: ${this.complaint}`);
    return value;
  }

  /** Lets it leave the database and end; answers its exit code. */
  async leave(): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.stdin?.end();
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** A Ctrl-C in its terminal: to all of its process group. */
  interrupt(): void {
    process.kill(-(this.child.pid ?? NaN), 'SIGINT');
  }

  /** kill -9. */
  kill(): Promise<void> {
    return killProcess(this.child);
  }
}
