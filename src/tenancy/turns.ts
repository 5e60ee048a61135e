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

/** Of one agency: what it has of the turns, and what waits for one. */
interface Line {
  running: number;
  /** By the callers who have some. */
  readonly runningOf: Map<string, number>;
  waiting: number;
  /** Of each caller, in the order in which they come next. */
  readonly waitingOf: Map<string, Waiting[]>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What agencies use together, such as a pool of connections: each has a few turns at once, so that one that asks for
 * very much waits behind itself and not before the others. So do the callers within an agency.
 */
export class Turns {
  private readonly lines = new Map<string, Line>();

  /** `turnsMax`: how much of it one agency may have at once. `waits`: where it is of somebody else than an agency. */
  constructor(
    private readonly turnsMax: number,
    private readonly waits: Waits = WAITS,
  ) {}

  /**
   * Runs `work` when it is its agency's turn, and its caller's in that. Throws THROTTLED where too many of them wait, and what another
   * one's work met on its way to a database that is away.
   */
  async run<T>(whose: string, work: () => Promise<T>, caller = ''): Promise<T> {
    const line = this.lines.get(whose) ?? emptyLine();
    this.lines.set(whose, line);
    if (line.running < this.turnsMax) begin(line, caller);
    else await this.waitIn(line, caller);
    try {
      return await work();
    } catch (error) {
      // Whoever waits would wait for the same, one after the other: of a database that went silent for an hour.
      if (isUnreachable(error)) rejectAll(line, error);
      throw error;
    } finally {
      passOn(line, caller);
      if (line.running === 0) this.lines.delete(whose);
    }
  }

  private waitIn(line: Line, caller: string): Promise<void> {
    const { waitingMax, ofCallerMax = waitingMax, tooMany } = this.waits;
    const ofCaller = line.waitingOf.get(caller) ?? [];
    if (ofCaller.length >= ofCallerMax || line.waiting >= waitingMax) {
      throw new Failure('THROTTLED', tooMany, RETRY_AFTER_MS);
    }
    line.waitingOf.set(caller, ofCaller);
    line.waiting += 1;
    return new Promise((resolve, reject) => ofCaller.push({ resolve, reject }));
  }
}

function emptyLine(): Line {
  return { running: 0, runningOf: new Map(), waiting: 0, waitingOf: new Map() };
}

function begin(line: Line, caller: string): void {
  line.running += 1;
  line.runningOf.set(caller, (line.runningOf.get(caller) ?? 0) + 1);
}

function end(line: Line, caller: string): void {
  line.running -= 1;
  const left = (line.runningOf.get(caller) ?? 0) - 1;
  if (left > 0) line.runningOf.set(caller, left);
  else line.runningOf.delete(caller);
}

/** The turn that ends is whoever's waits longest of the caller who comes next. Who had one goes behind all others. */
function passOn(line: Line, from: string): void {
  const to = nextOf(line);
  end(line, from);
  if (to === null) return;
  const next = line.waitingOf.get(to)?.shift();
  for (const caller of [from, to]) goBehind(line, caller);
  line.waiting -= 1;
  begin(line, to);
  next?.resolve();
}

function goBehind({ waitingOf }: Line, caller: string): void {
  const waiting = waitingOf.get(caller);
  waitingOf.delete(caller);
  if (waiting && waiting.length > 0) waitingOf.set(caller, waiting);
}

/**
 * Of those who wait whoever has the fewest turns, that which ends included, and of those whoever had none for longest. Only so many have any
 * as there are turns, so that no more are looked at, however many wait.
 */
function nextOf({ waitingOf, runningOf }: Line): string | null {
  let next: string | null = null;
  let least = Infinity;
  for (const caller of waitingOf.keys()) {
    const turns = runningOf.get(caller) ?? 0;
    if (turns < least) [next, least] = [caller, turns];
    if (least === 0) break;
  }
  return next;
}

function rejectAll(line: Line, error: unknown): void {
  const all = [...line.waitingOf.values()].flat();
  line.waitingOf.clear();
  line.waiting = 0;
  for (const { reject } of all) reject(error);
}
