/**
 * Subscribers over WebSockets, as a process of their own. Gets what to open as one message; tells when all of them are
 * open, and, when it is asked to, what came.
 */
import WebSocket from 'ws';

/** One subscription on a socket of its own. */
export interface Subscribing {
  readonly key: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** As it is told of: the seat's id, or the agency's. */
  readonly name: string;
}

export interface Opening {
  readonly kind: 'OPEN';
  readonly url: string;
  readonly subscribing: readonly Subscribing[];
}

/** What came of one event: whose it was, of which instant, and when it was here. */
export type Came = readonly [name: string, of: number, at: number, what: string];

export type SocketsTold =
  | { readonly kind: 'OPENED'; readonly snapshots: number }
  | { readonly kind: 'CAME'; readonly came: readonly Came[]; readonly closed: number }
  | { readonly kind: 'FAILED'; readonly message: string };

/** Sockets that are opened at once. */
const AT_ONCE = 100;

let came: Came[] = [];
let snapshots = 0;
let closed = 0;

async function open({ url, subscribing }: Opening): Promise<void> {
  const queue = subscribing.values();
  const opener = async (): Promise<void> => {
    for (const one of queue) await openOne(url, one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
}

/** Until it was told its first event, or, of alerts, until it was subscribed a moment ago. */
function openOne(url: string, { key, query, variables, name }: Subscribing): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    socket.on('error', reject);
    socket.on('close', (code) => {
      closed += 1;
      reject(new Error(`A socket was closed with ${code}.`));
    });
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${key}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.on('message', (data: Buffer) => {
      const at = Date.now();
      const message = JSON.parse(data.toString()) as Message;
      if (message.type === 'ping') socket.send('{"type":"pong"}');
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
        if (query.includes('alertRaised')) setTimeout(resolve, 200);
      }
      if (message.type === 'error' || message.payload?.errors) reject(new Error(data.toString()));
      const { usageChanged, alertRaised } = message.payload?.data ?? {};
      if (usageChanged) {
        if (usageChanged.usage[0]) came.push([name, Date.parse(usageChanged.usage[0].asOf), at, 'USAGE']);
        snapshots += 1;
        resolve();
      }
      if (alertRaised?.alert) {
        const { sequence, raisedAt } = alertRaised.alert;
        came.push([name, Date.parse(raisedAt), at, String(sequence)]);
      }
    });
  });
}

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly errors?: unknown;
    readonly data?: {
      readonly usageChanged?: { readonly usage: readonly { readonly asOf: string }[] };
      readonly alertRaised?: { readonly alert?: { readonly sequence: number; readonly raisedAt: string } };
    };
  };
}

process.on('message', (asked: Opening | { readonly kind: 'TELL' }) => {
  const tell = (told: SocketsTold): void => {
    process.send?.(told);
  };
  if (asked.kind === 'TELL') {
    tell({ kind: 'CAME', came, closed });
    came = [];
    return;
  }
  open(asked).then(
    () => {
      came = [];
      tell({ kind: 'OPENED', snapshots });
    },
    (error: unknown) => tell({ kind: 'FAILED', message: String(error) }),
  );
});
