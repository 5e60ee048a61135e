import { Failure } from '../errors.js';
import { isUnreachable } from './sqlstate.js';

/** Most that wait of one agency in this process, and of one caller of it, and what those beyond are told. */
const WAITS: Waits = {
  waitingMax: 4_000,
  ofCallerMax: 1_000,
  tooMany: 'Too much is asked of this agency at once; ask again later.',
};
const RETRY_AFTER_MS = 1_000;

interface Waits {
  readonly waitingMax: number;
  /** Left out where callers are not told apart. */
  readonly ofCallerMax?: number;
  readonly tooMany: string;
}

interface Share {
  running: number;
  /** Turns by the callers who have some. */
  readonly turns: Map<string, number>;
  waiting: number;
  /** What waits of each caller, in the order in which they come next. */
  readonly lines: Map<string, Waiting[]>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What agencies use together, such as a pool of connections: each has a few turns at once, so that one that asks for
 * very much waits behind itself and not before the others. So do the callers within an agency.
 */
export class Shares {
  private readonly shares = new Map<string, Share>();

  /** `turnsMax`: how much of it one agency may have at once. `waits`: where it is somebody else than an agency. */
  constructor(
    private readonly turnsMax: number,
    private readonly waits: Waits = WAITS,
  ) {}

  /**
   * Runs `work` when it is its agency's turn, and its caller's in that. Throws THROTTLED where too many of them wait, and what another
   * one's work met on its way to a database that is away.
   */
  async run<T>(agencyId: string, work: () => Promise<T>, caller = ''): Promise<T> {
    const share = this.shares.get(agencyId) ?? emptyShare();
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
      passOn(share, caller);
      if (share.running === 0) this.shares.delete(agencyId);
    }
  }

  private waitIn(share: Share, caller: string): Promise<void> {
    const { waitingMax, ofCallerMax = waitingMax, tooMany } = this.waits;
    const line = share.lines.get(caller) ?? [];
    if (line.length >= ofCallerMax || share.waiting >= waitingMax) {
      throw new Failure('THROTTLED', tooMany, RETRY_AFTER_MS);
    }
    share.lines.set(caller, line);
    share.waiting += 1;
    return new Promise((resolve, reject) => line.push({ resolve, reject }));
  }
}

function emptyShare(): Share {
  return { running: 0, turns: new Map(), waiting: 0, lines: new Map() };
}

function begin(share: Share, caller: string): void {
  share.running += 1;
  share.turns.set(caller, (share.turns.get(caller) ?? 0) + 1);
}

function end(share: Share, caller: string): void {
  share.running -= 1;
  const left = (share.turns.get(caller) ?? 0) - 1;
  if (left > 0) share.turns.set(caller, left);
  else share.turns.delete(caller);
}

/** The turn that ends is whoever's waits longest of the caller who comes next. Who had one goes behind all others. */
function passOn(share: Share, from: string): void {
  const to = nextOf(share);
  end(share, from);
  if (to === null) return;
  const next = share.lines.get(to)?.shift();
  for (const caller of [from, to]) goBehind(share, caller);
  share.waiting -= 1;
  begin(share, to);
  next?.resolve();
}

function goBehind({ lines }: Share, caller: string): void {
  const line = lines.get(caller);
  lines.delete(caller);
  if (line && line.length > 0) lines.set(caller, line);
}

/** Of those who wait whoever has the fewest turns, that which ends included, and of those whoever had none for longest. */
function nextOf({ lines, turns }: Share): string | null {
  const turnsOf = (caller: string): number => turns.get(caller) ?? 0;
  const least = Math.min(...[...lines.keys()].map(turnsOf));
  for (const caller of lines.keys()) if (turnsOf(caller) === least) return caller;
  return null;
}

function rejectAll(share: Share, error: unknown): void {
  const all = [...share.lines.values()].flat();
  share.lines.clear();
  share.waiting = 0;
  for (const { reject } of all) reject(error);
}
