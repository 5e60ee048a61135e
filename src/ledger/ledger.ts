import type { Answer } from './batch.js';
import { StandingCache } from './cache.js';
import { Lane, type LaneMetrics, type LaneOptions } from './lanes.js';
import type { AnswerOf, LedgerRequest } from './requests.js';

export interface LedgerOptions extends LaneOptions {
  /** Agencies are spread over them; each has one batch in flight. */
  readonly lanes: number;
}

/** 2 lanes were the knee on two cores, 4 cost nothing; 200 requests a batch: docs/decisions. */
export const LEDGER_DEFAULTS: LedgerOptions = { lanes: 4, batchMax: 200, queueMax: 10_000 };

/** The books: everything that counts goes through here. */
export class Ledger {
  private readonly cache = new StandingCache();
  private readonly lanes: readonly Lane[];

  constructor(appUrl: string, options: LedgerOptions = LEDGER_DEFAULTS) {
    this.lanes = Array.from({ length: options.lanes }, () => new Lane(appUrl, this.cache, options));
  }

  /**
   * Asks for a decision, a resolution or a record. The answer is durable when it arrives. Rejects with a Failure:
   * THROTTLED when too many wait, UNAVAILABLE when the database or the agency's book can't be had, UNAUTHENTICATED
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
  }

  metrics(): readonly (LaneMetrics & { readonly depth: number })[] {
    return this.lanes.map((lane) => ({ ...lane.metrics, depth: lane.depth }));
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
