import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HttpLoad, LoadAnswer } from './load-process.js';
import type { Figures } from './measure.js';

const PROGRAM = fileURLToPath(new URL('./load-process.js', import.meta.url));

/** The callers of HTTP servers, in a process of their own. */
export class HttpCallers {
  private constructor(private readonly child: ChildProcess) {}

  static start(): HttpCallers {
    return new HttpCallers(fork(PROGRAM));
  }

  async measure(load: HttpLoad): Promise<Figures> {
    const answered = once(this.child, 'message');
    this.child.send(load);
    const [answer] = (await answered) as [LoadAnswer];
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.figures;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
