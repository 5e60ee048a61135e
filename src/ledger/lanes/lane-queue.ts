import { Failure } from '../../errors.js';
import { callerOf } from '../../tenancy/door.js';
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
  /** What may wait of one party of an agency, see callerOf(); beyond, its callers are told to come back, and no other party's. */
  readonly partyQueueMax: number;
  /**
   * What may wait of a party however much others of its agency have waiting: two of them would have all others sent away. So it goes for ten
   * parties, and no further: what waits in a lane is of all agencies.
   */
  readonly partyQueueAlways: number;
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

/** What waits of a party: a line for each caller, in the order in which they come next. */
interface Party {
  readonly lines: Map<string, Line>;
  weight: number;
}

/** What waits of an agency, by party, in the order in which they come next. */
interface Agency {
  readonly parties: Map<string, Party>;
  weight: number;
}

/** What comes next of an agency, and where it waits. */
interface Next {
  readonly waiting: Waiting;
  readonly line: Line;
  readonly party: Party;
  readonly agency: Agency;
}

const FULL_RETRY_AFTER_MS = 250;
/** Parties of an agency that have something waiting in any case. */
const OTHERS_AT_LEAST = 10;

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
 * What waits in a lane. The agencies take turns, and so do the parties within each, and the callers within a party: who asks
 * for very much waits behind themselves, by however many keys, and each caller's requests stay in their order.
 */
export class LaneQueue {
  /** In the order in which the agencies come next. */
  private readonly agencies = new Map<string, Agency>();
  private weight = 0;
  private count = 0;

  constructor(private readonly bounds: QueueBounds) {}

  /** How many requests wait. */
  get depth(): number {
    return this.count;
  }

  /** Lets a request wait; where that would be too many, says so instead. */
  add(waiting: Waiting): Failure | null {
    const { viewer } = waiting.request;
    const caller = callerOf(viewer);
    const weight = weightOf(waiting.request);
    const agency = this.agencies.get(viewer.agencyId) ?? { parties: new Map<string, Party>(), weight: 0 };
    const party = agency.parties.get(caller.party) ?? { lines: new Map<string, Line>(), weight: 0 };
    const line = party.lines.get(caller.name) ?? { requests: [], weight: 0 };
    const { queueMax, agencyQueueMax, partyQueueMax, partyQueueAlways, callerQueueMax } = this.bounds;
    if (isOver(this.weight, weight, queueMax)) return full('');
    const isFew = party.weight + weight <= partyQueueAlways;
    const ofAgency = agencyQueueMax + (isFew ? OTHERS_AT_LEAST * partyQueueAlways : 0);
    if (isOver(agency.weight, weight, ofAgency)) return full(' of this agency');
    if (isOver(party.weight, weight, partyQueueMax)) return full(' of this client account');
    if (isOver(line.weight, weight, callerQueueMax)) return full(' of this key or member');
    line.requests.push(waiting);
    for (const one of [line, party, agency]) one.weight += weight;
    this.weight += weight;
    party.lines.set(caller.name, line);
    agency.parties.set(caller.party, party);
    this.agencies.set(viewer.agencyId, agency);
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
        const next = nextOf(agency);
        if (!next || agenciesLeftOut.has(agencyId)) continue;
        const weight = weightOf(next.waiting.request);
        // Too heavy for this batch: it keeps its place in the order, so that it opens the next one.
        if (batch.length > 0 && weight > weightLeft) continue;
        this.take(next);
        weightLeft -= weight;
        batch.push(next.waiting);
      }
      if (batch.length === takenBefore) return batch;
    }
  }

  takeAll(): Waiting[] {
    const parties = [...this.agencies.values()].flatMap((agency) => [...agency.parties.values()]);
    const all = parties.flatMap(({ lines }) => [...lines.values()].flatMap(({ requests }) => requests));
    this.agencies.clear();
    this.weight = 0;
    this.count = 0;
    return all;
  }

  /** Takes what comes next of an agency. It goes behind all others, as do its party and its caller among theirs. */
  private take({ waiting: { request }, line, party, agency }: Next): void {
    const caller = callerOf(request.viewer);
    const weight = weightOf(request);
    line.requests.shift();
    for (const one of [line, party, agency]) one.weight -= weight;
    this.weight -= weight;
    this.count -= 1;
    goBehind(party.lines, caller.name, line.requests.length > 0);
    goBehind(agency.parties, caller.party, party.lines.size > 0);
    goBehind(this.agencies, request.viewer.agencyId, agency.parties.size > 0);
  }
}

/** Of the caller whose turn it is in the party whose turn it is. */
function nextOf(agency: Agency): Next | null {
  for (const party of agency.parties.values())
    for (const line of party.lines.values())
      for (const waiting of line.requests) return { waiting, line, party, agency };
  return null;
}

function goBehind<T>(order: Map<string, T>, name: string, isLeft: boolean): void {
  const one = order.get(name);
  order.delete(name);
  if (one !== undefined && isLeft) order.set(name, one);
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
