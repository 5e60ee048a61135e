import type { Answer } from './batch.js';
import { StandingCache } from './reading/cache.js';
import type { QueueBounds } from './lanes/lane-queue.js';
import { Lane, type LaneMetrics, type OnDecided } from './lanes/lanes.js';
import type { AnswerOf, LedgerRequest } from './requests.js';
import { WaitingRoom } from './lanes/waiting-room.js';

export interface LedgerOptions extends QueueBounds {
  /** Agencies are spread over them; each has one batch in flight. */
  readonly lanes: number;
  /** Connections for agencies whose book somebody else holds, for all lanes together. */
  readonly waitingConnectionsMax: number;
  /** An agency whose batch took longer goes by itself from then on, until one of its own takes less. */
  readonly slowBatchMs: number;
}

/** Why these: docs/decisions/write-combining.md. */
export const LEDGER_DEFAULTS: LedgerOptions = {
  lanes: 2,
  batchMax: 200,
  batchWeightMax: 1_000,
  queueMax: 20_000,
  agencyQueueMax: 5_000,
  partyQueueMax: 4_500,
  partyQueueAlways: 100,
  callerQueueMax: 4_000,
  waitingConnectionsMax: 4,
  slowBatchMs: 1_000,
};

/** The books: everything that counts goes through here. */
export class Ledger {
  private readonly room: WaitingRoom;
  private readonly lanes: readonly Lane[];

  /** `onDecided` is told of an agency whose batch was committed; it is called between batches, and throws nothing. */
  constructor(
    appUrl: string,
    options: LedgerOptions = LEDGER_DEFAULTS,
    onDecided: OnDecided = () => undefined,
  ) {
    const cache = new StandingCache();
    this.room = new WaitingRoom(appUrl, cache, options.waitingConnectionsMax);
    const parts = { cache, room: this.room, onDecided };
    this.lanes = Array.from({ length: options.lanes }, () => new Lane(appUrl, parts, options));
  }

  /**
   * Asks for a decision, a resolution or a record. The answer is durable when it arrives. Rejects with a Failure:
   * THROTTLED when too many wait, of the agency or of all, UNAVAILABLE when the database or the agency's book can't be had, UNAUTHENTICATED
   * when the key has ended.
   */
  ask<Kind extends LedgerRequest['kind']>(
    request: Extract<LedgerRequest, { kind: Kind }>,
  ): Promise<AnswerOf[Kind]> {
    const lane = this.lanes[hash(request.viewer.agencyId) % this.lanes.length];
    if (!lane) throw new Error('A ledger has lanes.');
    return lane.ask(request) as Promise<Answer & AnswerOf[Kind]>;
  }

  /** Answers what was asked, then disconnects. */
  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
    await this.room.close();
  }

  metrics(): readonly (LaneMetrics & { readonly depth: number; readonly agenciesAlone: number })[] {
    return this.lanes.map((lane) => ({
      ...lane.metrics,
      depth: lane.depth,
      agenciesAlone: lane.agenciesAlone,
    }));
  }
}

/** FNV-1a, to spread agencies over lanes. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
