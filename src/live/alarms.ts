/** Whatever waits for a time. */
export interface Ringing {
  ring(): void;
}

/** setTimeout's longest wait is some 24 days; who waits for longer is asked again before. */
const WAIT_MS_MAX = 60_000;

interface Alarm {
  readonly key: Ringing;
  readonly at: number;
}

/**
 * Rings for very many keys, each at a time of its own, with one timer. A key has one alarm; another takes its place. It
 * may ring early by what the clock was off: whoever hears it looks at the clock, and sets it again.
 */
export class Alarms {
  /** A heap: each alarm is no later than the two below it. Those that were set anew or taken back stay until they come up. */
  private readonly heap: Alarm[] = [];
  private readonly current = new Map<Ringing, Alarm>();
  private timer: NodeJS.Timeout | null = null;

  /** `now` is the clock that they go by. */
  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.current.size;
  }

  set(key: Ringing, at: number): void {
    if (this.current.get(key)?.at === at) return;
    const alarm = { key, at };
    this.current.set(key, alarm);
    this.push(alarm);
    this.dropStale();
    if (this.heap[0] === alarm) this.arm();
  }

  cancel(key: Ringing): void {
    this.current.delete(key);
    if (this.current.size === 0) this.clear();
  }

  clear(): void {
    this.current.clear();
    this.heap.length = 0;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** The clock was set: what is due by it rings now. */
  arm(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const [next] = this.heap;
    if (!next) return;
    const wait = Math.min(Math.max(0, Math.ceil(next.at - this.now())), WAIT_MS_MAX);
    this.timer = setTimeout(() => this.ringAll(), wait).unref();
  }

  private ringAll(): void {
    const now = this.now();
    const due: Ringing[] = [];
    for (let next = this.heap[0]; next && next.at <= now; next = this.heap[0]) {
      this.pop();
      if (this.current.get(next.key) !== next) continue;
      this.current.delete(next.key);
      due.push(next.key);
    }
    this.arm();
    for (const key of due) key.ring();
  }

  /** What is set anew over and over leaves its old alarms behind: more of them than of those in force go at once. */
  private dropStale(): void {
    if (this.heap.length < 64 || this.heap.length < 2 * this.current.size) return;
    this.heap.length = 0;
    for (const alarm of this.current.values()) this.push(alarm);
  }

  private push(alarm: Alarm): void {
    let index = this.heap.length;
    this.heap.push(alarm);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.heap[parent]!.at <= alarm.at) break;
      this.heap[index] = this.heap[parent]!;
      index = parent;
    }
    this.heap[index] = alarm;
  }

  private pop(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      if (left >= this.heap.length) break;
      const child = right < this.heap.length && this.heap[right]!.at < this.heap[left]!.at ? right : left;
      if (this.heap[child]!.at >= last.at) break;
      this.heap[index] = this.heap[child]!;
      index = child;
    }
    this.heap[index] = last;
  }
}
