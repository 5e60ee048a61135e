import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Json } from '../support/api.js';

const ALERTS = `subscription Alerts($since: String, $clientAccountId: ID, $minSeverity: Severity) {
  alertRaised(since: $since, clientAccountId: $clientAccountId, minSeverity: $minSeverity) {
    __typename
    ... on AlertRaised { cursor alert { id sequence kind severity message raisedAt clientAccount { id } seat { id } } }
    ... on AlertCheckpoint { cursor }
    ... on ResyncRequired { cursor }
  }
}`;

/** An event of `alertRaised`. */
export interface Told {
  readonly __typename: 'AlertRaised' | 'AlertCheckpoint' | 'ResyncRequired';
  readonly cursor: string;
  readonly alert?: Json;
}

export interface ListenerOptions {
  readonly key: string;
  readonly variables?: object;
  readonly query?: string;
  /** How often it comes again; by itself for ever, as a front end does. */
  readonly retryAttempts?: number;
  /** What it waits for before it comes again; a moment unless told. */
  readonly retryWait?: () => Promise<unknown>;
}

const moment = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 50));

/** A client of the alert stream as front ends write it: it keeps the last cursor, and comes again with it. */
export class Listener {
  readonly told: Told[] = [];
  readonly errors: Json[] = [];
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  isComplete = false;
  /** Why it comes no more, where it does. */
  private over: string | null = null;
  /** How often it was let in. */
  connections = 0;
  private readonly client: Client;
  private readonly stop: () => void;
  private socket: WebSocket | null = null;
  private wake: () => void = () => undefined;
  readonly variables: Record<string, unknown>;

  constructor(
    url: string | (() => string),
    { key, variables = {}, query = ALERTS, retryAttempts = Infinity, retryWait = moment }: ListenerOptions,
  ) {
    this.variables = { ...variables };
    this.client = createClient({
      // Where it is by then: a server that starts again may be elsewhere.
      url: () => `${(typeof url === 'string' ? url : url()).replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts,
      retryWait: async () => void (await retryWait()),
      shouldRetry: () => true,
      on: {
        connected: (socket) => {
          this.socket = socket as WebSocket;
          this.connections += 1;
          this.wake();
        },
        closed: (event) => {
          const { code, reason } = event as { code: number; reason: string };
          this.closes.push({ code, reason: String(reason) });
          this.wake();
        },
      },
    });
    this.stop = this.client.subscribe<{ alertRaised: Told }>(
      { query, variables: this.variables },
      {
        next: ({ data, errors }) => {
          if (errors) this.errors.push(...errors);
          if (data?.alertRaised) {
            this.told.push(data.alertRaised);
            // What the client sends when it comes again.
            this.variables['since'] = data.alertRaised.cursor;
          }
          this.wake();
        },
        error: (error) => {
          this.errors.push(...(Array.isArray(error) ? error : [error]));
          this.over = `It ended with ${JSON.stringify(this.errors)}.`;
          this.wake();
        },
        complete: () => {
          this.isComplete = true;
          this.over = 'It was completed.';
          this.wake();
        },
      },
    );
  }

  get sequences(): number[] {
    return this.told.flatMap(({ alert }) => (alert ? [alert.sequence as number] : []));
  }

  /** Throws where it is told nothing any more, so that it never can be so. */
  async until(isSo: (listener: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      this.mustGoOn();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  mustGoOn(): void {
    if (this.over !== null) throw new Error(this.over);
  }

  /** Breaks the connection off, without a goodbye. */
  cut(): void {
    this.socket?.terminate();
  }

  /** Nothing more is read, as by a client that hangs. */
  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  async close(): Promise<void> {
    this.stop();
    // One that is on its way back, in vain, has nothing to close.
    await Promise.resolve(this.client.dispose()).catch(() => undefined);
  }
}
