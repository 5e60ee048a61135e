import { setTimeout as pause } from 'node:timers/promises';
import type { Touched } from '../ledger/told/touched.js';
import { BoundedClient, KEPT_ALIVE } from '../tenancy/bounded-client.js';
import { GatheredMoves, movesIn, type Moved } from './wake-words.js';

export interface WakeUpsOptions {
  readonly appUrl: string;
  /** Told of an agency that another process says it moved, and of what it says it touched. */
  readonly onMoved: (moved: Moved) => void;
  readonly onFailure: (error: unknown) => void;
  readonly heartbeatMs?: number;
}

const CHANNEL = 'headroom_moved';
/** At most some twenty notifications a second, however much is decided. */
const GAP_MS = 50;
/** Agencies that wait to be told of. Beyond, they are left to the poll. */
const WAITING_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS_MIN = 200;
const RECONNECT_MS_MAX = 10_000;
/** What is asked takes no time: a connection that does not answer it went silent, and another one is made. */
const ANSWER_MS_MAX = 5_000;
/** How often something is asked where there is nothing to tell: a connection that only listens would never be missed. */
const HEARTBEAT_MS = 10_000;

/**
 * Tells other processes which agencies' books moved, and hears it from them, so that they look at once. Never in the
 * transaction that decides, since a NOTIFY takes a lock of the whole database when it commits: on a connection of its own,
 * gathered. All of it may be lost; the poll of BookWatch finds everything without.
 */
export class WakeUps {
  private readonly moved = new GatheredMoves();
  private client: BoundedClient | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly closing = new AbortController();
  private readonly listening: Promise<void>;
  private asking: Promise<unknown> = Promise.resolve();
  /** Ends the waiting for the connection's loss. */
  private giveUp: () => void = () => undefined;

  constructor(private readonly options: WakeUpsOptions) {
    this.listening = this.listenOn();
  }

  /** Other processes are told, a little later, and once for all that moved meanwhile. */
  publish(agencyId: string, touched: Touched | null = null): void {
    if (this.client === null || this.moved.size >= WAITING_MAX) return;
    this.moved.add({ agencyId, touched });
    this.sendSoon();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.giveUp();
    if (this.timer) clearTimeout(this.timer);
    await this.asking;
    await this.listening;
  }

  /** Connected, until the process stops; anew whenever the connection is lost. */
  private async listenOn(): Promise<void> {
    const { signal } = this.closing;
    let waitMs = RECONNECT_MS_MIN;
    while (!signal.aborted) {
      const client = new BoundedClient({
        connectionString: this.options.appUrl,
        application_name: 'headroom-wake-ups',
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        ...KEPT_ALIVE,
      });
      const { heartbeatMs = HEARTBEAT_MS } = this.options;
      const heartbeat = setInterval(() => void this.ask('SELECT 1'), heartbeatMs).unref();
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
      clearInterval(heartbeat);
      await client.end().catch(() => undefined);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(RECONNECT_MS_MAX, waitMs * 2);
    }
  }

  private async open(client: BoundedClient): Promise<void> {
    await client.connect();
    const pid = await client.within(ANSWER_MS_MAX, async () => {
      await client.query(`LISTEN ${CHANNEL}`);
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return rows[0]?.pid;
    });
    client.on('notification', ({ channel, payload = '', processId }) => {
      // One's own word is no news.
      if (channel === CHANNEL && processId !== pid) this.hear(payload);
    });
    this.client = client;
  }

  private hear(payload: string): void {
    movesIn(payload).forEach(this.options.onMoved);
  }

  private sendSoon(): void {
    this.timer ??= setTimeout(() => void this.send(), GAP_MS).unref();
  }

  /** What moves meanwhile is told next, so that nothing piles up behind a connection that is slow. */
  private async send(): Promise<void> {
    const words = this.moved.take();
    if (words !== '') await this.ask('SELECT pg_notify($1, $2)', [CHANNEL, words]);
    this.timer = null;
    if (this.moved.size > 0 && !this.closing.signal.aborted) this.sendSoon();
  }

  /** One thing after the other. What can't be asked is lost; a connection that went silent is with it. */
  private ask(text: string, values: readonly string[] = []): Promise<unknown> {
    const ask = async (): Promise<unknown> => {
      const { client } = this;
      return client?.within(ANSWER_MS_MAX, () => client.query(text, [...values]));
    };
    this.asking = this.asking.then(ask).catch(() => undefined);
    return this.asking;
  }
}
