import { leaveToOthers } from '../event-loop.js';

/** For so long a piece of work keeps the process from everybody else, and then for no more than its next step. */
export const TURN_MS = 25;

/** Work on many things, between which everybody else of the process has a turn as soon as it has gone on for long. */
export class LongWork {
  private since = performance.now();

  /** To be awaited before each step. */
  async goOn(): Promise<void> {
    if (performance.now() - this.since < TURN_MS) return;
    await leaveToOthers();
    this.since = performance.now();
  }

  /** Work that yields after each of its steps. */
  static async through<T>(steps: Generator<void, T>): Promise<T> {
    const long = new LongWork();
    for (;;) {
      await long.goOn();
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** In the order of the items, one after the other. */
  static async each<T, R>(
    items: readonly T[],
    work: (item: T, index: number) => R | Promise<R>,
  ): Promise<R[]> {
    const long = new LongWork();
    const done: R[] = [];
    for (const [index, item] of items.entries()) {
      await long.goOn();
      done.push(await work(item, index));
    }
    return done;
  }
}
