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
  /** What may wait of one caller of an agency; beyond, they are told to come back, and no other caller of it. */
  readonly callerQueueMax: number;
}

/** A request, and the caller who waits for its answer. */
export interface Waiting {
  readonly request: LedgerRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** What waits of one caller, in its order. */
interface Line {
  readonly requests: Waiting[];
  weight: number;
}

/** What waits of an agency: a line for each caller, in the order in which they come next. */
interface AgencyLines {
  readonly lines: Map<string, Line>;
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

/**
 * What waits in a lane. The agencies take turns, and so do the callers within each: who asks for very much waits behind
 * themselves, and each caller's requests stay in their order.
 */
export class LaneQueue {
  /** In the order in which the agencies come next. */
  private readonly agencies = new Map<string, AgencyLines>();
  private weight = 0;
  private count = 0;

  constructor(private readonly bounds: QueueBounds) {}

  /** How many requests wait. */
  get depth(): number {
    return this.count;
  }

  /** Lets a request wait; where that would be too many, says so instead. */
  add(waiting: Waiting): Failure | null {
    const { agencyId, actor } = waiting.request.viewer;
    const weight = weightOf(waiting.request);
    const agency = this.agencies.get(agencyId) ?? { lines: new Map<string, Line>(), weight: 0 };
    const line = agency.lines.get(actor) ?? { requests: [], weight: 0 };
    const { queueMax, agencyQueueMax, callerQueueMax } = this.bounds;
    if (isOver(this.weight, weight, queueMax)) return full('');
    if (isOver(agency.weight, weight, agencyQueueMax)) return full(' of this agency');
    if (isOver(line.weight, weight, callerQueueMax)) return full(' of this key or member');
    line.requests.push(waiting);
    line.weight += weight;
    agency.lines.set(actor, line);
    agency.weight += weight;
    this.agencies.set(agencyId, agency);
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
      for (const [agencyId, agency] of [...this.agencies]) {
        if (batch.length >= this.bounds.batchMax) return batch;
        const line = nextOf(agency);
        const next = line?.requests[0];
        if (!line || !next || agenciesLeftOut.has(agencyId)) continue;
        // Too heavy for this batch: it keeps its place in the order, so that it opens the next one.
        if (batch.length > 0 && weightOf(next.request) > weightLeft) continue;
        this.take(next, line, agency);
        weightLeft -= weightOf(next.request);
        batch.push(next);
      }
      if (batch.length === takenBefore) return batch;
    }
  }

  takeAll(): Waiting[] {
    const all = [...this.agencies.values()].flatMap(({ lines }) =>
      [...lines.values()].flatMap(({ requests }) => requests),
    );
    this.agencies.clear();
    this.weight = 0;
    this.count = 0;
    return all;
  }

  /** Takes what comes next of an agency. The agency goes behind all others, and the caller behind all others of it. */
  private take({ request }: Waiting, line: Line, agency: AgencyLines): void {
    const { agencyId, actor } = request.viewer;
    const weight = weightOf(request);
    line.requests.shift();
    line.weight -= weight;
    agency.weight -= weight;
    this.weight -= weight;
    this.count -= 1;
    agency.lines.delete(actor);
    if (line.requests.length > 0) agency.lines.set(actor, line);
    this.agencies.delete(agencyId);
    if (agency.lines.size > 0) this.agencies.set(agencyId, agency);
  }
}

/** The line of the caller whose turn it is. */
function nextOf({ lines }: AgencyLines): Line | undefined {
  for (const line of lines.values()) return line;
  return undefined;
}

function full(whose: string): Failure {
  return new Failure(
    'THROTTLED',
    `Too many requests${whose} are waiting to be decided.`,
    FULL_RETRY_AFTER_MS,
  );
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
