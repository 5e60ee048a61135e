/**
 * Subscribers to alerts that come again whenever their socket is closed, as a process of its own; with the cursor that they
 * were told last, where there are cursors. Tells what came when it is asked to.
 */
import WebSocket from 'ws';

/** One who listens, and comes again. */
export interface Listening {
  readonly url: string;
  readonly key: string | null;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whose alerts. */
  readonly agency: string;
}

/** What one listener was told: numbers, and how long each took. */
export interface Heard {
  readonly agency: string;
  readonly sequences: readonly number[];
  readonly ms: readonly number[];
  readonly connections: number;
}

const AGAIN_MS = 300;

class Listener {
  readonly sequences: number[] = [];
  readonly ms: number[] = [];
  connections = 0;
  private readonly startedAt = Date.now();
  private since: string | null = null;

  constructor(private readonly one: Listening) {}

  /** Once it is subscribed for the first time, as far as anybody can tell. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      const { url, key, query, variables } = this.one;
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      // It is closed then, too.
      socket.on('error', () => undefined);
      socket.on('close', () => setTimeout(() => void this.listen(), AGAIN_MS));
      socket.on('open', () => {
        const payload = key === null ? {} : { authorization: `Bearer ${key}` };
        socket.send(JSON.stringify({ type: 'connection_init', payload }));
      });
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.type === 'ping') socket.send('{"type":"pong"}');
        if (message.type === 'next') this.hear(message.payload?.data?.alertRaised ?? {});
        if (message.type !== 'connection_ack') return;
        this.connections += 1;
        const asked = { query, variables: { ...variables, ...(this.since && { since: this.since }) } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: asked }));
        setTimeout(resolve, AGAIN_MS);
      });
    });
  }

  get heard(): Heard {
    const { sequences, ms, connections } = this;
    return { agency: this.one.agency, sequences, ms, connections };
  }

  private hear({ cursor, alert }: NonNullable<Told['alertRaised']>): void {
    this.since = cursor ?? null;
    if (!alert) return;
    this.sequences.push(alert.sequence);
    const raisedAt = Date.parse(alert.raisedAt);
    // Some tell of what was so before anybody listened.
    if (raisedAt >= this.startedAt) this.ms.push(Date.now() - raisedAt);
  }
}

interface Told {
  readonly alertRaised?: {
    readonly cursor?: string;
    readonly alert?: { readonly sequence: number; readonly raisedAt: string };
  };
}

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: Told };
}

let listeners: Listener[] = [];
process.on('message', (asked: { readonly listening?: readonly Listening[] }) => {
  const { listening } = asked;
  if (!listening) {
    process.send?.(listeners.map(({ heard }) => heard));
    return;
  }
  listeners = listening.map((one) => new Listener(one));
  void Promise.all(listeners.map((one) => one.listen())).then(() => process.send?.('LISTENING'));
});
