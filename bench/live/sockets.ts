import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Came, Opening, SocketsTold, Subscribing } from './sockets-process.js';

const PROGRAM = fileURLToPath(new URL('./sockets-process.js', import.meta.url));

/** Subscribers in a process of their own. */
export class Sockets {
  private constructor(private readonly child: ChildProcess) {}

  static start(): Sockets {
    return new Sockets(fork(PROGRAM));
  }

  async open(url: string, subscribing: readonly Subscribing[]): Promise<void> {
    const opening: Opening = { kind: 'OPEN', url: `${url.replace('http', 'ws')}/graphql`, subscribing };
    const told = await this.ask(opening);
    if (told.kind === 'FAILED') throw new Error(told.message);
  }

  async tell(): Promise<{ readonly came: readonly Came[]; readonly closed: number }> {
    const told = await this.ask({ kind: 'TELL' });
    if (told.kind !== 'CAME') throw new Error('It was asked what came.');
    return told;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  private async ask(asked: object): Promise<SocketsTold> {
    const answered = once(this.child, 'message');
    this.child.send(asked);
    const [told] = (await answered) as [SocketsTold];
    return told;
  }
}
