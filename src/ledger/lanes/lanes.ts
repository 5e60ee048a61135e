import type pg from 'pg';
import { sqlStateOf, SQLSTATE } from '../../tenancy/sqlstate.js';
import { runBatch, type Answer, type Decided } from '../batch.js';
import type { StandingCache } from '../reading/cache.js';
import { LedgerConnection } from '../books/connection.js';
import { byAgency, LaneQueue, type QueueBounds, type Waiting } from './lane-queue.js';
import type { LedgerRequest } from '../requests.js';
import type { Touched } from '../told/touched.js';
import { SlowAgencies } from './slow-agencies.js';
import { failureOfAsking, NoConnection, stopping, takingLong, type WaitingRoom } from './waiting-room.js';

/** What a lane tells of its work: for `/metrics` and for benches. */
export interface LaneMetrics {
  batches: number;
  requests: number;
  skipped: number;
  retried: number;
  failed: number;
  throttled: number;
}

/** Told of an agency whose batch was committed, with what it touched; null where it changed nothing that is counted. */
export type OnDecided = (agencyId: string, touched: Touched | null) => void;

/** What the lanes of a process share. */
interface LaneParts {
  readonly cache: StandingCache;
  readonly room: WaitingRoom;
  readonly onDecided: OnDecided;
}

/** How long the requests of a failed batch are asked again, all of them together. */
const ASK_AGAIN_MAX_MS = 5_000;

/**
 * One batch in flight; what arrives meanwhile is the next batch ("write combining": no timer, so an idle lane adds no
 * wait). Agencies are dequeued in turn, each one's requests in their order. A lane never waits for a book: an agency
 * whose book somebody else holds goes on by itself, in the waiting room, and holds up no other; and so does one that takes long.
 */
export class Lane {
  readonly metrics: LaneMetrics = {
    batches: 0,
    requests: 0,
    skipped: 0,
    retried: 0,
    failed: 0,
    throttled: 0,
  };
  private readonly queue: LaneQueue;
  /** Agencies that have a batch in the waiting room: what else they ask waits for it, so that it stays in order. */
  private readonly alone = new Set<string>();
  private readonly slow: SlowAgencies;
  private running = false;
  private readonly connection: LedgerConnection;
  private closing = false;
  private readonly idle: (() => void)[] = [];

  constructor(
    appUrl: string,
    private readonly parts: LaneParts,
    { slowBatchMs, ...bounds }: QueueBounds & { readonly slowBatchMs: number },
  ) {
    this.queue = new LaneQueue(bounds);
    this.slow = new SlowAgencies(slowBatchMs);
    this.connection = new LedgerConnection(appUrl);
  }

  /** How many requests wait to be taken into a batch. */
  get depth(): number {
    return this.queue.depth;
  }

  /** How many agencies go on by themselves. */
  get agenciesAlone(): number {
    return this.alone.size;
  }

  ask(request: LedgerRequest): Promise<Answer> {
    if (this.closing) return Promise.reject(stopping());
    return new Promise((resolve, reject) => {
      const throttled = this.queue.add({ request, resolve, reject });
      if (throttled) {
        this.metrics.throttled += 1;
        reject(throttled);
        return;
      }
      this.run();
    });
  }

  /** Waits until all that was asked is answered, then disconnects. */
  async close(): Promise<void> {
    this.closing = true;
    if (!this.isIdle()) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.connection.end();
  }

  private run(): void {
    if (this.running) return;
    this.running = true;
    // Whatever else arrives in this turn of the event loop is of the same batch.
    setImmediate(() => void this.runUntilEmpty());
  }

  private async runUntilEmpty(): Promise<void> {
    const take = () => this.queue.takeBatch(this.alone);
    for (let batch = take(); batch.length > 0; batch = take()) await this.decide(batch);
    this.running = false;
    if (this.isIdle()) for (const resolve of this.idle.splice(0)) resolve();
  }

  private isIdle(): boolean {
    return this.queue.depth === 0 && !this.running && this.alone.size === 0;
  }

  private async decide(taken: readonly Waiting[]): Promise<void> {
    const batch = this.withoutSlow(taken);
    if (batch.length === 0) return;
    const client = await this.connected().catch((error: unknown) => {
      // Who waits behind this batch would wait for the same connection.
      this.reject([...batch, ...this.queue.takeAll()], error);
      return null;
    });
    if (!client) return;
    const groups = byAgency(batch);
    const ordered = [...groups.values()].flat();
    const startedAt = performance.now();
    try {
      const decided = await runBatch(client, this.parts.cache, requestsOf(ordered), 'SKIP');
      this.metrics.batches += 1;
      this.metrics.requests += ordered.length;
      const skipped = this.settle(ordered, decided);
      this.metrics.skipped += skipped.length;
      for (const [agencyId, waiting] of byAgency(skipped)) this.leaveAlone(agencyId, waiting);
    } catch {
      // One request may have spoilt the batch, or nobody knows whether it was committed: each agency is asked again by
      // itself, where it delays no other, and the keys make each request count once.
      this.metrics.retried += ordered.length;
      for (const [agencyId, waiting] of groups) this.leaveAlone(agencyId, waiting);
    } finally {
      this.slow.took(groups.keys(), startedAt);
    }
  }

  /** The requests of agencies that were not slow of late; the others go by themselves. */
  private withoutSlow(taken: readonly Waiting[]): readonly Waiting[] {
    const isSlow = ({ request: { viewer } }: Waiting): boolean => this.slow.has(viewer.agencyId);
    const slow = taken.filter(isSlow);
    for (const [agencyId, waiting] of byAgency(slow)) this.leaveAlone(agencyId, waiting);
    return slow.length === 0 ? taken : taken.filter((one) => !slow.includes(one));
  }

  /** Answers what was decided; returns what was not. */
  private settle(batch: readonly Waiting[], { outcomes, touched }: Decided): Waiting[] {
    const decided = new Set<string>();
    const left = batch.filter((waiting, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome === 'SKIPPED') return true;
      decided.add(waiting.request.viewer.agencyId);
      if ('failure' in outcome) waiting.reject(outcome.failure);
      else waiting.resolve(outcome.answer);
      return false;
    });
    for (const agencyId of decided) this.parts.onDecided(agencyId, touched.get(agencyId) ?? null);
    return left;
  }

  private leaveAlone(agencyId: string, batch: readonly Waiting[]): void {
    this.alone.add(agencyId);
    const startedAt = performance.now();
    void this.decideAlone(batch).finally(() => {
      this.slow.took([agencyId], startedAt);
      this.alone.delete(agencyId);
      this.run();
    });
  }

  /** A batch of one agency, which waits for its book. */
  private async decideAlone(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.decideInRoom(batch);
    } catch (error) {
      if (isOfAll(error)) this.reject(batch, error);
      else await this.askAgain(batch);
    }
  }

  /** Each request by itself, so that only the one that spoilt the batch fails; all of them within one time. */
  private async askAgain(batch: readonly Waiting[]): Promise<void> {
    const endsAt = performance.now() + ASK_AGAIN_MAX_MS;
    this.metrics.retried += batch.length;
    for (const [index, waiting] of batch.entries()) {
      if (performance.now() >= endsAt) {
        this.reject(batch.slice(index), takingLong());
        return;
      }
      try {
        await this.decideInRoom([waiting]);
      } catch (error) {
        if (isOfAll(error)) {
          this.reject(batch.slice(index), error);
          return;
        }
        this.reject([waiting], error);
      }
    }
  }

  private async decideInRoom(batch: readonly Waiting[]): Promise<void> {
    const left = this.settle(batch, await this.parts.room.decide(requestsOf(batch)));
    if (left.length > 0) throw new Error('A batch that has waited holds its book.');
  }

  private reject(batch: readonly Waiting[], error: unknown): void {
    this.metrics.failed += batch.length;
    const failure = failureOfAsking(error);
    for (const { reject } of batch) reject(failure);
  }

  private async connected(): Promise<pg.Client> {
    try {
      return await this.connection.get();
    } catch (error) {
      throw new NoConnection(error);
    }
  }
}

function requestsOf(batch: readonly Waiting[]): LedgerRequest[] {
  return batch.map(({ request }) => request);
}

/** Whether the other requests of the agency would only meet the same: its book stays taken, or PostgreSQL is away. */
function isOfAll(error: unknown): boolean {
  return error instanceof NoConnection || sqlStateOf(error) === SQLSTATE.lockNotAvailable;
}
