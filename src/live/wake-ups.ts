import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Touched } from '../ledger/told/touched.js';
import { GatheredMoves, movesIn, type Moved } from './wake-words.js';

export interface WakeUpsOptions {
  readonly appUrl: string;
  /** Told of an agency that another process says it moved, and of what it says it touched. */
  readonly onMoved: (moved: Moved) => void;
  readonly onFailure: (error: unknown) => void;
}

const CHANNEL = 'headroom_moved';
/** At most some twenty notifications a second, however much is decided. */
const GAP_MS = 50;
/** Agencies that wait to be told of. Beyond, they are left to the poll. */
const WAITING_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS_MIN = 200;
const RECONNECT_MS_MAX = 10_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const GOODBYE_MS_MAX = 1_000;

/**
 * Tells other processes which agencies' books moved, and hears it from them, so that they look at once. Never in the
 * transaction that decides, since a NOTIFY takes a lock of the whole database when it commits: on a connection of its own,
 * gathered. All of it may be lost; the poll of BookWatch finds everything without.
 */
export class WakeUps {
  private readonly moved = new GatheredMoves();
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly closing = new AbortController();
  private readonly listening: Promise<void>;
  private sending: Promise<unknown> = Promise.resolve();
  /** Ends the waiting for the connection's loss. */
  private giveUp: () => void = () => undefined;

  constructor(private readonly options: WakeUpsOptions) {
    this.listening = this.listenOn();
  }

  /** Other processes are told, a little later, and once for all that moved meanwhile. */
  publish(agencyId: string, touched: Touched | null = null): void {
    if (this.client === null || this.moved.size >= WAITING_MAX) return;
    this.moved.add({ agencyId, touched });
    this.timer ??= setTimeout(() => this.send(), GAP_MS).unref();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.giveUp();
    if (this.timer) clearTimeout(this.timer);
    await this.sending;
    await this.listening;
  }

  /** Connected, until the process stops; anew whenever the connection is lost. */
  private async listenOn(): Promise<void> {
    const { signal } = this.closing;
    let waitMs = RECONNECT_MS_MIN;
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: this.options.appUrl,
        application_name: 'headroom-wake-ups',
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      });
      const lost = new Promise<Error | null>((resolve) => {
        client.on('error', resolve).on('end', () => resolve(null));
        this.giveUp = () => resolve(null);
      });
      try {
        await this.open(client);
        waitMs = RECONNECT_MS_MIN;
        const error = await lost;
        if (error) throw error;
      } catch (error) {
        if (!signal.aborted) this.options.onFailure(error);
      }
      this.client = null;
      await leave(client);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(RECONNECT_MS_MAX, waitMs * 2);
    }
  }

  private async open(client: pg.Client): Promise<void> {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.on('notification', ({ channel, payload = '', processId }) => {
      // One's own word is no news.
      if (channel === CHANNEL && processId !== rows[0]?.pid) this.hear(payload);
    });
    await client.query(`LISTEN ${CHANNEL}`);
    this.client = client;
  }

  private hear(payload: string): void {
    movesIn(payload).forEach(this.options.onMoved);
  }

  private send(): void {
    this.timer = null;
    const words = this.moved.take();
    const { client } = this;
    if (client === null || words === '') return;
    const sent = client.query('SELECT pg_notify($1, $2)', [CHANNEL, words]).catch(() => undefined);
    this.sending = sent;
    if (this.moved.size > 0) this.timer = setTimeout(() => this.send(), GAP_MS).unref();
  }
}

/** One that went silent never says goodbye. */
async function leave(client: pg.Client): Promise<void> {
  const cutOff = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS_MAX);
  await client.end().catch(() => undefined);
  clearTimeout(cutOff);
}
