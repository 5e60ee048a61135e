import { setTimeout as pause } from 'node:timers/promises';

/** Callers that ask at once, each again as soon as it is answered. */
export interface Load {
  readonly inFlight: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Counts a request, and how long it took. */
export type Timed = <T>(work: Promise<T>) => Promise<T>;

/** One turn of a caller: a request, or some that belong together. */
export type Turn = (timed: Timed) => Promise<void>;

export interface Figures {
  /** Requests that were answered, in a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All that were answered, while warming up too. */
  readonly requests: number;
}

/** Requests that are due at a fixed rate, whether or not those before them are answered: how long each takes from then. */
export interface OpenLoad {
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What waits beyond that many is not sent any more: the server is over its capacity, and the figure says so. */
const WAITING_MAX = 5_000;

/** Closed loop: as fast as so many callers are answered. */
export async function closedLoop(turn: Turn, { inFlight, warmUpSeconds, seconds }: Load): Promise<Figures> {
  const latencies: number[] = [];
  let requests = 0;
  const measureFrom = performance.now() + warmUpSeconds * 1_000;
  const end = measureFrom + seconds * 1_000;
  const timed: Timed = async (work) => {
    const asked = performance.now();
    const answer = await work;
    const answered = performance.now();
    requests += 1;
    if (answered >= measureFrom && answered < end) latencies.push(answered - asked);
    return answer;
  };
  const caller = async (): Promise<void> => {
    while (performance.now() < end) await turn(timed);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { ...figuresOf(latencies, seconds), requests };
}

/** Open loop: latency is from when a request was due, so that a server which falls behind is seen to. */
export async function openLoop(
  turn: Turn,
  { perSecond, warmUpSeconds, seconds }: OpenLoad,
): Promise<Figures> {
  const latencies: number[] = [];
  let requests = 0;
  const start = performance.now();
  const measureFrom = start + warmUpSeconds * 1_000;
  const end = measureFrom + seconds * 1_000;
  const underWay = new Set<Promise<void>>();
  for (let sent = 0, due = start; due < end; sent += 1, due = start + (sent * 1_000) / perSecond) {
    while (performance.now() < due) await pause(1);
    if (underWay.size >= WAITING_MAX) continue;
    const dueAt = due;
    let isFirst = true;
    const timed: Timed = async (work) => {
      const from = isFirst ? dueAt : performance.now();
      isFirst = false;
      const answer = await work;
      requests += 1;
      if (from >= measureFrom) latencies.push(performance.now() - from);
      return answer;
    };
    const asked = turn(timed);
    underWay.add(asked);
    void asked.then(() => underWay.delete(asked));
  }
  await Promise.all(underWay);
  return { ...figuresOf(latencies, seconds), requests };
}

function figuresOf(latencies: readonly number[], seconds: number): Omit<Figures, 'requests'> {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function pick<T>(all: readonly T[]): T {
  const picked = all[Math.floor(Math.random() * all.length)];
  if (picked === undefined) throw new Error('There is one to pick.');
  return picked;
}
