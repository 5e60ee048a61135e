import { Failure } from '../errors.js';
import { isUnreachable } from './sqlstate.js';

/** Most callers of one agency that wait for their turn in this process, and what those beyond are told. */
const WAITS: Waits = {
  waitingMax: 1_000,
  tooMany: 'Too much is asked of this agency at once; ask again later.',
};
const RETRY_AFTER_MS = 1_000;

interface Waits {
  readonly waitingMax: number;
  readonly tooMany: string;
}

interface Share {
  running: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly begin: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What agencies use together, such as a pool of connections: each has a few turns at once, so that one that asks for
 * very much waits behind itself and not before the others.
 */
export class Shares {
  private readonly shares = new Map<string, Share>();

  /** `turnsMax`: how much of it one agency may have at once. `waits`: where it is somebody else than an agency. */
  constructor(
    private readonly turnsMax: number,
    private readonly waits: Waits = WAITS,
  ) {}

  /**
   * Runs `work` when it is its agency's turn. Throws THROTTLED where too many of the agency wait, and what another one's work met
   * on its way to a database that is away.
   */
  async run<T>(agencyId: string, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(agencyId) ?? { running: 0, waiting: [] };
    this.shares.set(agencyId, share);
    if (share.running < this.turnsMax) share.running += 1;
    else await this.waitIn(share);
    try {
      return await work();
    } catch (error) {
      // Whoever waits would wait for the same, one after the other: of a database that went silent for an hour.
      if (isUnreachable(error)) for (const { reject } of share.waiting.splice(0)) reject(error);
      throw error;
    } finally {
      this.pass(agencyId, share);
    }
  }

  /** Whoever waits longest takes over the turn that ends. */
  private pass(agencyId: string, share: Share): void {
    const next = share.waiting.shift();
    if (next) next.begin();
    else share.running -= 1;
    if (share.running === 0) this.shares.delete(agencyId);
  }

  private waitIn({ waiting }: Share): Promise<void> {
    const { waitingMax, tooMany } = this.waits;
    if (waiting.length < waitingMax) return new Promise((begin, reject) => waiting.push({ begin, reject }));
    throw new Failure('THROTTLED', tooMany, RETRY_AFTER_MS);
  }
}
