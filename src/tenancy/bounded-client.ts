import type { Socket } from 'node:net';
import pg from 'pg';
import { beginFor } from '../busy-time.js';
import { readsAlone } from './sqlstate.js';

/** How long a connection may take to say goodbye: one that went silent never does, and is cut off. */
const GOODBYE_MS_MAX = 2_000;
/**
 * How long PostgreSQL may take to begin a transaction and to say where things stand, which is no work at all: a connection that
 * went silent while it lay idle is found out by it, long before a statement would have to be answered.
 */
export const BEGIN_MS_MAX = 5_000;
/** From when on the system asks whether the other side of a connection that lies idle is still there. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** What each connection asks for on this side. */
export const KEPT_ALIVE = {
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
} as const satisfies pg.ClientConfig;

/**
 * What it asks of PostgreSQL. A process that is cut off from it says no goodbye, and by itself PostgreSQL keeps the session for
 * hours, with its locks while an answer is on its way: it is asked to see within a minute that nobody is there.
 */
export const SEEN_TO_BE_GONE: readonly string[] = [
  'tcp_keepalives_idle=30',
  'tcp_keepalives_interval=10',
  'tcp_keepalives_count=3',
  'tcp_user_timeout=30000',
];

const WENT_THROUGH = `SELECT pg_xact_status($1::xid8) = 'committed' AS "wentThrough"`;

/** As a pool hands it on to its connections. */
export interface BoundedConfig extends pg.ClientConfig {
  /** How long PostgreSQL may say nothing at all while it has something to answer. */
  readonly answerMsMax?: number;
}

/**
 * A connection that is given up when it goes silent. On a network that carries nothing any more PostgreSQL's own bounds are
 * never heard of, and the system itself finds out after a quarter of an hour: whoever asks would wait as long.
 */
export class BoundedClient extends pg.Client {
  readonly answerMsMax: number;
  /** Why it was lost; null as long as it was not. */
  lost: Error | null = null;
  /** For which agency it asks: what comes of an answer is done for that one. Null where it is of several, or of nobody. */
  whose: string | null = null;

  constructor(private readonly configured: BoundedConfig = {}) {
    super(configured);
    this.answerMsMax = configured.answerMsMax ?? 0;
    // An error without a listener ends Node, too.
    this.on('error', (error) => (this.lost ??= error));
    // Before the answer is read, which may be the most of it.
    this.connection.once('authenticationOk', () =>
      this.connection.stream.prependListener('data', () => beginFor(this.whose)),
    );
    this.connection.on('errorMessage', (error: Error) => this.giveUpIfItReads(error));
  }

  /** Gives the connection up where it says nothing for so long while there is work: whatever waits for its answer fails then. */
  async within<T>(silenceMsMax: number, work: () => Promise<T>): Promise<T> {
    const stream = this.connection.stream as Socket;
    const onSilence = (): void => this.giveUpIfSilent(stream);
    stream.on('timeout', onSilence).setTimeout(silenceMsMax);
    try {
      return await work();
    } finally {
      stream.off('timeout', onSilence).setTimeout(0);
    }
  }

  /**
   * Whether a transaction of this connection, which was lost before its COMMIT was answered, went through; asked over another one. Where
   * it is not over yet, or nobody answers, it is not known: false. `transactionId` is PostgreSQL's own number of it.
   */
  async wentThrough(transactionId: string): Promise<boolean> {
    const another = new BoundedClient(this.configured);
    try {
      await another.connect();
      const { rows } = await another.within(BEGIN_MS_MAX, () =>
        another.query<{ wentThrough: boolean | null }>(WENT_THROUGH, [transactionId]),
      );
      return rows[0]?.wentThrough ?? false;
    } catch {
      return false;
    } finally {
      await another.end().catch(() => undefined);
    }
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const cutOff = setTimeout(() => this.connection.stream.destroy(), GOODBYE_MS_MAX).unref();
    this.connection.once('end', () => clearTimeout(cutOff));
    return callback ? super.end(callback) : super.end();
  }

  /** Behind the name that it was opened by another server may be the one that writes by now: it stays with the one that doesn't. */
  private giveUpIfItReads(error: Error): void {
    if (!readsAlone(error)) return;
    this.lost ??= error;
    // Whoever asked is told of it first.
    setImmediate(() => this.connection.stream.destroy());
  }

  private giveUpIfSilent(stream: Socket): void {
    const { bytesRead } = stream;
    // This process may have been the one that was busy: what came meanwhile is read before this.
    setImmediate(() => {
      if (stream.bytesRead === bytesRead) stream.destroy(new Error('The connection went silent.'));
    });
  }
}
