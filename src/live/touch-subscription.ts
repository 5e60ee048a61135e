import { Failure } from '../errors.js';
import { nextChangeAt, type NextTouches } from '../services/campaigns/queue.today.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { Ringing } from './alarms.js';
import type { BookWatch } from './book-watch.js';
import { NewestOnly } from './subscription.js';
import type { Timekeeper } from './timekeeper.js';
import type { TouchesAsked, TouchLooks } from './touch-looks.js';

export interface TouchFeedParts {
  readonly books: Pick<BookWatch, 'watch'>;
  readonly looks: Pick<TouchLooks, 'look'>;
  readonly timekeeper: Timekeeper;
  /** Told of what could not be read; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Looks come no closer to each other. */
const LOOK_GAP_MS = 250;
/** What becomes of a touch is written a moment after the books have moved. */
const SETTLED_AFTER_MS = 500;
const RETRY_MS = 1_000;
/**
 * When it is looked again for those whom another look had: then after twice as long each time, where whoever has them stays away. What
 * that one writes moves no book.
 */
const BEHIND_MS = { first: 250, most: 4_000 };
/** A look at least so often, whatever nobody told of. */
const LOOK_EVERY_MS = 5 * 60_000;

/**
 * What is due from a seat, told when it is another than was told last. It keeps no events: a reader who stalls is told the newest
 * when it comes back. That the instants of what is due go on with the clock is no change.
 */
export class TouchSubscription extends NewestOnly<NextTouches> implements Ringing {
  private newest: NextTouches | null = null;
  private toldKey: string | null = null;
  private stopWatching: (() => void) | null = null;
  private state: 'IDLE' | 'TOUCHED' | 'LOOKING' = 'IDLE';
  private isTouchedAgain = false;
  private lookedAt = -Infinity;
  private behindMs = BEHIND_MS.first;
  /** Rings when time alone has changed something, a moment after the books moved, and where the last look is behind. */
  private readonly due: Ringing = { ring: () => this.touch() };
  private readonly settled: Ringing = { ring: () => this.touch() };
  private readonly behind: Ringing = { ring: () => this.touch() };

  constructor(
    private readonly parts: TouchFeedParts,
    private readonly asked: TouchesAsked,
    private readonly onEnd: (subscription: TouchSubscription) => void,
  ) {
    super();
  }

  get viewer(): Viewer {
    return this.asked.viewer;
  }

  /** Attached first, then read: no move is missed in between. */
  async begin(): Promise<void> {
    const { viewer } = this.asked;
    const watched = await this.parts.books.watch(viewer.agencyId, () => this.moved());
    if (this.isEnded) watched.stop();
    else this.stopWatching = watched.stop;
    await this.look();
  }

  /** It may be looked at again now. */
  ring(): void {
    if (this.isEnded) return;
    this.look().catch((error: unknown) => this.failed(error));
  }

  protected letGo(): void {
    this.stopWatching?.();
    const { timekeeper } = this.parts;
    timekeeper.wake(this.due, null);
    timekeeper.cancel(this.settled);
    timekeeper.cancel(this.behind);
    timekeeper.cancel(this);
    this.onEnd(this);
  }

  protected take(): NextTouches | null {
    const { newest } = this;
    const key = newest && keyOf(newest);
    if (key === this.toldKey) return null;
    this.toldKey = key;
    return newest;
  }

  private moved(): void {
    if (this.isEnded) return;
    this.parts.timekeeper.later(this.settled, SETTLED_AFTER_MS);
    this.touch();
  }

  private touch(): void {
    if (this.state === 'LOOKING') this.isTouchedAgain = true;
    if (this.state !== 'IDLE' || this.isEnded) return;
    this.state = 'TOUCHED';
    const wait = this.lookedAt + LOOK_GAP_MS - performance.now();
    if (wait > 0) this.parts.timekeeper.later(this, wait);
    else this.ring();
  }

  private async look(): Promise<void> {
    this.state = 'LOOKING';
    this.isTouchedAgain = false;
    this.lookedAt = performance.now();
    const { timekeeper, looks } = this.parts;
    const found = await looks.look(this.asked);
    this.state = 'IDLE';
    if (this.isEnded) return;
    timekeeper.hear(found.asOf);
    timekeeper.wake(this.due, Math.min(nextChangeAt(found) ?? Infinity, found.asOf + LOOK_EVERY_MS));
    this.catchUp(found);
    this.newest = found;
    this.serve();
    if (this.isTouchedAgain) this.touch();
  }

  private catchUp({ isBehind }: NextTouches): void {
    const { timekeeper } = this.parts;
    if (isBehind) timekeeper.later(this.behind, this.behindMs);
    else timekeeper.cancel(this.behind);
    this.behindMs = isBehind ? Math.min(2 * this.behindMs, BEHIND_MS.most) : BEHIND_MS.first;
  }

  /** What may not be seen any more ends it; whatever else it was is tried again. */
  private failed(error: unknown): void {
    if (this.isEnded) return;
    if (error instanceof Failure && ['NOT_FOUND', 'FORBIDDEN'].includes(error.code)) return this.fail(error);
    this.parts.onFailure(error);
    this.state = 'TOUCHED';
    this.parts.timekeeper.later(this, RETRY_MS);
  }
}

function keyOf({ touches, waiting, binding }: NextTouches): string {
  const told = touches.map(({ touch: { id, variant } }) => [id, variant]);
  return JSON.stringify([told, waiting, binding?.code ?? null]);
}
