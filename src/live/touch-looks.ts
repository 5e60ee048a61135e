import { BusyWork } from '../services/busy-work.js';
import type { QueueReader } from '../services/campaigns/queue.reading.js';
import type { NextTouches } from '../services/campaigns/queue.today.js';
import type { Viewer } from '../tenancy/viewer.js';

/** What somebody subscribes to. */
export interface TouchesAsked {
  readonly viewer: Viewer;
  readonly seatId: string;
  readonly first: number;
}

/** Of an agency so many look at once: each time its books move, all of its subscriptions do. */
const LOOKS_OF_AGENCY = 2;

/** Looks for subscriptions. Whoever asks for what somebody else is about to look at is told the same. */
export class TouchLooks {
  private readonly busy = new BusyWork(LOOKS_OF_AGENCY);
  /** Those that wait for their turn: what they find is no older than whoever joins them. */
  private readonly waiting = new Map<string, Promise<NextTouches>>();

  constructor(private readonly queue: Pick<QueueReader, 'nextTouches'>) {}

  look(asked: TouchesAsked): Promise<NextTouches> {
    const { viewer, seatId, first } = asked;
    const name = JSON.stringify([viewer.agencyId, viewer.role, viewer.reach, seatId, first]);
    const waiting = this.waiting.get(name);
    if (waiting) return waiting;
    const look = this.busy
      .run(viewer, () => {
        this.waiting.delete(name);
        return this.queue.nextTouches(viewer, seatId, first);
      })
      .finally(() => this.waiting.get(name) === look && this.waiting.delete(name));
    this.waiting.set(name, look);
    return look;
  }
}
