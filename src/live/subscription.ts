import type { Failure } from '../errors.js';

type Told<Event> = IteratorResult<Event, undefined>;

export const DONE = { value: undefined, done: true } as const;

/** What one subscriber is told, one event after the other, until either side ends it. */
export abstract class Subscription<Event> implements AsyncIterableIterator<Event> {
  protected isEnded = false;

  abstract next(): Promise<Told<Event>>;

  return(): Promise<Told<Event>> {
    this.end();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<Told<Event>> {
    this.end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Tells nothing more, and lets go of everything. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.letGo();
  }

  /** Once, when it has ended. */
  protected abstract letGo(): void;
}

/** One that keeps no events: whoever reads is told the newest, and waits where there is nothing new. */
export abstract class NewestOnly<Event> extends Subscription<Event> {
  private readonly waiting: ((told: Told<Event> | Promise<Told<Event>>) => void)[] = [];
  /** What it ended with, until somebody reads it. */
  private failure: Failure | null = null;

  next(): Promise<Told<Event>> {
    const { failure } = this;
    this.failure = null;
    if (failure) return Promise.reject(failure);
    if (this.isEnded) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.serve();
    });
  }

  override end(): void {
    super.end();
    for (const resolve of this.waiting.splice(0)) resolve(DONE);
  }

  /** Ends with what whoever reads is told as its error. */
  fail(failure: Failure): void {
    if (this.isEnded) return;
    const resolve = this.waiting.shift();
    if (resolve) resolve(Promise.reject(failure));
    else this.failure = failure;
    this.end();
  }

  /** What is new and is told now; null where nothing is. */
  protected abstract take(): Event | null;

  /** Something may be new. */
  protected serve(): void {
    while (this.waiting.length > 0) {
      const event = this.take();
      if (event === null) return;
      this.waiting.shift()?.({ value: event, done: false });
    }
  }
}
