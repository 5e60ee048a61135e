import { Failure } from '../../errors.js';
import type { Answer } from '../batch.js';
import type { LedgerRequest } from '../requests.js';

/** All of them count weight, but `batchMax`: see weightOf(). */
export interface QueueBounds {
  /** Requests decided in one transaction at most. */
  readonly batchMax: number;
  /** The weight decided in one transaction at most; a request that is heavier goes by itself. */
  readonly batchWeightMax: number;
  /** What may wait in a lane; beyond, every caller is told to come back. */
  readonly queueMax: number;
  /** What may wait of one agency; beyond, its own callers are told to come back, and nobody else's. */
  readonly agencyQueueMax: number;
}

/** A request, and the caller who waits for its answer. */
export interface Waiting {
  readonly request: LedgerRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface Line {
  readonly requests: Waiting[];
  weight: number;
}

const FULL_RETRY_AFTER_MS = 250;

/** How much there is to read and write under the lock: a request of many inputs is many. */
export function weightOf(request: LedgerRequest): number {
  switch (request.kind) {
    case 'RECORD':
    case 'ENGAGE':
      return Math.max(1, request.inputs.length);
    case 'VOID':
      return Math.max(1, request.activityIds.length);
    case 'SWEEP':
      return Math.max(1, request.seatIds.length);
    default:
      return 1;
  }
}

/** What waits in a lane: a line for each agency, and the agencies take turns. */
export class LaneQueue {
  /** In the order in which the agencies come next. */
  private readonly lines = new Map<string, Line>();
  private weight = 0;
  private count = 0;

  constructor(private readonly bounds: QueueBounds) {}

  /** How many requests wait. */
  get depth(): number {
    return this.count;
  }

  /** Lets a request wait; where that would be too many, says so instead. */
  add(waiting: Waiting): Failure | null {
    const { agencyId } = waiting.request.viewer;
    const weight = weightOf(waiting.request);
    const line = this.lines.get(agencyId) ?? { requests: [], weight: 0 };
    if (isOver(this.weight, weight, this.bounds.queueMax)) {
      return new Failure('THROTTLED', 'Too many requests are waiting to be decided.', FULL_RETRY_AFTER_MS);
    }
    if (isOver(line.weight, weight, this.bounds.agencyQueueMax)) {
      const message = 'Too many requests of this agency are waiting to be decided.';
      return new Failure('THROTTLED', message, FULL_RETRY_AFTER_MS);
    }
    line.requests.push(waiting);
    line.weight += weight;
    this.lines.set(agencyId, line);
    this.weight += weight;
    this.count += 1;
    return null;
  }

  /** One request of each agency in turn, until the batch is full. */
  takeBatch(agenciesLeftOut: ReadonlySet<string>): Waiting[] {
    const batch: Waiting[] = [];
    let weightLeft = this.bounds.batchWeightMax;
    for (;;) {
      const takenBefore = batch.length;
      for (const [agencyId, line] of [...this.lines]) {
        if (batch.length >= this.bounds.batchMax) return batch;
        const [next] = line.requests;
        if (!next || agenciesLeftOut.has(agencyId)) continue;
        // Too heavy for this batch: it keeps its place in the order, so that it opens the next one.
        if (batch.length > 0 && weightOf(next.request) > weightLeft) continue;
        this.takeFrom(agencyId, line);
        weightLeft -= weightOf(next.request);
        batch.push(next);
      }
      if (batch.length === takenBefore) return batch;
    }
  }

  takeAll(): Waiting[] {
    const all = [...this.lines.values()].flatMap(({ requests }) => requests);
    this.lines.clear();
    this.weight = 0;
    this.count = 0;
    return all;
  }

  private takeFrom(agencyId: string, line: Line): void {
    const taken = line.requests.shift();
    if (!taken) return;
    const weight = weightOf(taken.request);
    line.weight -= weight;
    this.weight -= weight;
    this.count -= 1;
    // Behind all others, for the next turn.
    this.lines.delete(agencyId);
    if (line.requests.length > 0) this.lines.set(agencyId, line);
  }
}

/** A request that is over a bound by itself may wait where nothing else does: no bound shuts it out for ever. */
function isOver(waiting: number, more: number, max: number): boolean {
  return waiting > 0 && waiting + more > max;
}

/** The requests of each agency, in their order. */
export function byAgency(batch: readonly Waiting[]): Map<string, Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const waiting of batch) {
    const { agencyId } = waiting.request.viewer;
    const group = groups.get(agencyId);
    if (group) group.push(waiting);
    else groups.set(agencyId, [waiting]);
  }
  return groups;
}
