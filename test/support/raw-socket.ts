import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import type { Json } from './api.js';

/** `protocol` null names none. */
export interface SocketOptions extends Omit<ClientOptions, 'protocol'> {
  readonly protocol?: string | null;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket as a hostile or broken client has it: it sends whatever, and keeps to no protocol. */
export class RawSocket {
  readonly messages: Json[] = [];
  readonly closed: Promise<Closed>;
  private wake: () => void = () => undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString('utf8')));
      this.wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
    void this.closed.then(() => this.wake());
  }

  static async open(
    url: string,
    { protocol = 'graphql-transport-ws', ...options }: SocketOptions = {},
  ): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocol ?? [], options);
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** Open, and let in. */
  static async begin(url: string, key: string): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await raw.until(({ messages }) => messages.length > 0);
    return raw;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** The messages of one operation. */
  of(id: string): Json[] {
    return this.messages.filter((message) => message.id === id);
  }

  async until(isSo: (raw: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`Closed: ${JSON.stringify(await this.closed)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  end(): void {
    this.socket.terminate();
  }
}

/** The status with which an upgrade is refused. */
export async function refusedUpgrade(
  url: string,
  options: ClientOptions = {},
  path = '/graphql',
): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, 'graphql-transport-ws', options);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
}
