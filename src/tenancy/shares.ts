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

/** Whose turns those are that nobody in particular asks for: the process itself, or all of whoever has one turn after the other. */
const NOBODY = '';
/** How much of those that wait may be of one caller: half, so that another one has a place. */
const PART_OF_CALLER = 2;

interface Share {
  running: number;
  /** How many wait, of all callers. */
  waiting: number;
  /** By caller, those who have neither a turn nor wait for one left out. */
  readonly callers: Map<string, Line>;
}

/** What one caller has of a share. */
interface Line {
  running: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly begin: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What agencies use together, such as a pool of connections: each has a few turns at once, so that one that asks for
 * very much waits behind itself and not before the others. So does, within an agency, whoever asks: the turn that ends is
 * for the one who has the fewest, and of these for whoever has gone without one for the longest time.
 */
export class Shares {
  private readonly shares = new Map<string, Share>();

  /** `turnsMax`: how much of it one agency may have at once. `waits`: where it is somebody else than an agency. */
  constructor(
    private readonly turnsMax: number,
    private readonly waits: Waits = WAITS,
  ) {}

  /**
   * Runs `work` when it is its agency's turn, and within that its caller's. Throws THROTTLED where too many of the agency or of the
   * caller wait, and what another one's work met on its way to a database that is away.
   */
  async run<T>(agencyId: string, work: () => Promise<T>, caller: string = NOBODY): Promise<T> {
    const share = this.shares.get(agencyId) ?? { running: 0, waiting: 0, callers: new Map<string, Line>() };
    this.shares.set(agencyId, share);
    if (share.running < this.turnsMax) begin(share, caller);
    else await this.waitIn(share, caller);
    try {
      return await work();
    } catch (error) {
      // Whoever waits would wait for the same, one after the other: of a database that went silent for an hour.
      if (isUnreachable(error)) rejectAll(share, error);
      throw error;
    } finally {
      end(share, caller);
      if (share.running === 0) this.shares.delete(agencyId);
    }
  }

  private waitIn(share: Share, caller: string): Promise<void> {
    const { waitingMax, tooMany } = this.waits;
    const line = share.callers.get(caller) ?? { running: 0, waiting: [] };
    const ofCallerMax = caller === NOBODY ? waitingMax : waitingMax / PART_OF_CALLER;
    if (share.waiting >= waitingMax || line.waiting.length >= ofCallerMax) {
      throw new Failure('THROTTLED', tooMany, RETRY_AFTER_MS);
    }
    share.callers.set(caller, line);
    share.waiting += 1;
    return new Promise((resolve, reject) => line.waiting.push({ begin: resolve, reject }));
  }
}

function begin(share: Share, caller: string): void {
  const line = share.callers.get(caller) ?? { running: 0, waiting: [] };
  share.callers.set(caller, line);
  line.running += 1;
  share.running += 1;
}

/** Whoever had the turn stands behind the others; it goes to the first of those who wait that have the fewest. */
function end(share: Share, caller: string): void {
  const line = share.callers.get(caller)!;
  line.running -= 1;
  share.running -= 1;
  share.callers.delete(caller);
  if (line.running > 0 || line.waiting.length > 0) share.callers.set(caller, line);
  let next: [string, Line] | null = null;
  for (const one of share.callers) {
    if (one[1].waiting.length > 0 && (!next || one[1].running < next[1].running)) next = one;
  }
  if (!next) return;
  share.waiting -= 1;
  begin(share, next[0]);
  next[1].waiting.shift()!.begin();
}

function rejectAll(share: Share, error: unknown): void {
  share.waiting = 0;
  for (const [caller, { running, waiting }] of share.callers) {
    for (const { reject } of waiting.splice(0)) reject(error);
    if (running === 0) share.callers.delete(caller);
  }
}
