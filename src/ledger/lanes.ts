import { Failure } from '../errors.js';
import { isUnreachable, sqlStateOf, SQLSTATE } from '../tenancy/sqlstate.js';
import { runBatch, type Answer, type Outcome } from './batch.js';
import type { StandingCache } from './cache.js';
import { LedgerConnection } from './connection.js';
import { LOCK_RETRY_AFTER_MS } from './opening.js';
import type { LedgerRequest } from './requests.js';

export interface LaneOptions {
  /** Requests decided in one transaction at most. */
  readonly batchMax: number;
  /** Requests that may wait in a lane; beyond, callers are told to come back. */
  readonly queueMax: number;
}

/** What a lane tells of its work: for `/metrics` and for benches. */
export interface LaneMetrics {
  batches: number;
  requests: number;
  skipped: number;
  retried: number;
  failed: number;
}

interface Waiting {
  readonly request: LedgerRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** How often a single request is tried, where the connection was lost or PostgreSQL asked for it. */
const TRIES_MAX = 3;
const UNREACHABLE_RETRY_AFTER_MS = 1_000;
const FULL_RETRY_AFTER_MS = 250;

/**
 * One batch in flight; what arrives meanwhile is the next batch ("write combining": no timer, so an idle lane adds no
 * wait). Agencies are dequeued in turn, each one's requests in their order. An agency whose book somebody else holds
 * goes on by itself, on a connection of its own, and holds up no other.
 */
export class Lane {
  readonly metrics: LaneMetrics = { batches: 0, requests: 0, skipped: 0, retried: 0, failed: 0 };
  /** In the order in which the agencies come next. */
  private readonly queues = new Map<string, Waiting[]>();
  private readonly alone = new Set<string>();
  private waiting = 0;
  private running = false;
  private readonly connection: LedgerConnection;
  private closing = false;
  private readonly idle: (() => void)[] = [];

  constructor(
    private readonly appUrl: string,
    private readonly cache: StandingCache,
    private readonly options: LaneOptions,
  ) {
    this.connection = new LedgerConnection(appUrl);
  }

  get depth(): number {
    return this.waiting;
  }

  ask(request: LedgerRequest): Promise<Answer> {
    if (this.closing)
      return Promise.reject(
        new Failure('UNAVAILABLE', 'The server is stopping.', UNREACHABLE_RETRY_AFTER_MS),
      );
    if (this.waiting >= this.options.queueMax) {
      return Promise.reject(
        new Failure('THROTTLED', 'Too many requests are waiting to be decided.', FULL_RETRY_AFTER_MS),
      );
    }
    return new Promise((resolve, reject) => {
      const { agencyId } = request.viewer;
      const queue = this.queues.get(agencyId) ?? [];
      queue.push({ request, resolve, reject });
      this.queues.set(agencyId, queue);
      this.waiting += 1;
      this.run();
    });
  }

  /** Waits until all that was asked is answered, then disconnects. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.waiting > 0 || this.running || this.alone.size > 0)
      await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.connection.end();
  }

  private run(): void {
    if (this.running) return;
    this.running = true;
    // Whatever else arrives in this turn of the event loop is of the same batch.
    setImmediate(() => void this.runUntilEmpty());
  }

  private async runUntilEmpty(): Promise<void> {
    for (let batch = this.takeBatch(); batch.length > 0; batch = this.takeBatch()) await this.decide(batch);
    this.running = false;
    this.tellIdle();
  }

  private tellIdle(): void {
    if (this.waiting > 0 || this.running || this.alone.size > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  /** One request of each agency in turn, until the batch is full. */
  private takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    for (;;) {
      const takenBefore = batch.length;
      for (const [agencyId, queue] of [...this.queues]) {
        if (batch.length >= this.options.batchMax) return batch;
        if (this.alone.has(agencyId)) continue;
        const next = queue.shift();
        if (next) batch.push(next);
        // Behind all others, for the next batch.
        this.queues.delete(agencyId);
        if (queue.length > 0) this.queues.set(agencyId, queue);
        if (next) this.waiting -= 1;
      }
      if (batch.length === takenBefore) return batch;
    }
  }

  private async decide(batch: readonly Waiting[]): Promise<void> {
    const ordered = inOrderOfAgencies(batch);
    try {
      const client = await this.connection.get();
      const outcomes = await runBatch(
        client,
        this.cache,
        ordered.map(({ request }) => request),
      );
      this.metrics.batches += 1;
      this.metrics.requests += ordered.length;
      this.settle(ordered, outcomes);
    } catch (error) {
      await this.askAgain(ordered, error, this.connection);
    }
  }

  /**
   * One request may have spoilt the batch, or nobody knows whether it was committed: each is asked again by itself, and
   * the keys make each count once. Where the book stayed taken, asking again would only wait again.
   */
  private async askAgain(
    batch: readonly Waiting[],
    error: unknown,
    connection: LedgerConnection,
  ): Promise<void> {
    if (sqlStateOf(error) === SQLSTATE.lockNotAvailable) {
      this.metrics.failed += batch.length;
      for (const { reject } of batch) reject(asFailure(error));
      return;
    }
    this.metrics.retried += batch.length;
    for (const waiting of batch) await this.decideAlone(waiting, connection);
  }

  private settle(batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
    const skipped = new Map<string, Waiting[]>();
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome === 'SKIPPED') {
        const { agencyId } = waiting.request.viewer;
        skipped.set(agencyId, [...(skipped.get(agencyId) ?? []), waiting]);
      } else if ('failure' in outcome) waiting.reject(outcome.failure);
      else waiting.resolve(outcome.answer);
    }
    for (const [agencyId, waiting] of skipped) {
      this.metrics.skipped += waiting.length;
      this.alone.add(agencyId);
      void this.goOnAlone(agencyId, waiting);
    }
  }

  /** A batch of one agency, on a connection of its own, that waits for the book. */
  private async goOnAlone(agencyId: string, batch: readonly Waiting[]): Promise<void> {
    const connection = new LedgerConnection(this.appUrl);
    try {
      this.settle(
        batch,
        await runBatch(
          await connection.get(),
          this.cache,
          batch.map(({ request }) => request),
        ),
      );
    } catch (error) {
      await this.askAgain(batch, error, connection);
    } finally {
      await connection.end();
      this.alone.delete(agencyId);
      this.run();
    }
  }

  private async decideAlone(waiting: Waiting, connection: LedgerConnection): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const [outcome] = await runBatch(await connection.get(), this.cache, [waiting.request]);
        this.settle([waiting], [outcome ?? 'SKIPPED']);
        return;
      } catch (error) {
        if (tries < TRIES_MAX && sqlStateOf(error) !== SQLSTATE.lockNotAvailable) continue;
        this.metrics.failed += 1;
        waiting.reject(asFailure(error));
        return;
      }
    }
  }
}

/** Requests of one agency stand together, in their order. */
function inOrderOfAgencies(batch: readonly Waiting[]): Waiting[] {
  const groups = new Map<string, Waiting[]>();
  for (const waiting of batch) {
    const { agencyId } = waiting.request.viewer;
    const group = groups.get(agencyId);
    if (group) group.push(waiting);
    else groups.set(agencyId, [waiting]);
  }
  return [...groups.values()].flat();
}

function asFailure(error: unknown): Error {
  if (error instanceof Failure) return error;
  if (sqlStateOf(error) === SQLSTATE.lockNotAvailable) {
    return new Failure('UNAVAILABLE', 'Another change of this agency is taking long.', LOCK_RETRY_AFTER_MS);
  }
  if (!isUnreachable(error)) return error instanceof Error ? error : new Error(String(error));
  return new Failure('UNAVAILABLE', 'The database can’t be reached.', UNREACHABLE_RETRY_AFTER_MS);
}
