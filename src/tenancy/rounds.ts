interface OfAgency<T> {
  /** In the order in which they come next. */
  readonly callers: Map<string, T[]>;
  size: number;
}

/**
 * What waits, by agency, and within it by caller: one of an agency comes after one of another, and in an agency one of a caller after
 * one of another. What one caller waits for comes in its order.
 */
export class Rounds<T> {
  /** In the order in which they come next. */
  private readonly agencies = new Map<string, OfAgency<T>>();
  private waiting = 0;

  get size(): number {
    return this.waiting;
  }

  /** Of an agency, or of one caller of it. */
  sizeOf(agency: string, caller?: string): number {
    const found = this.agencies.get(agency);
    return (caller === undefined ? found?.size : found?.callers.get(caller)?.length) ?? 0;
  }

  add(agency: string, caller: string, one: T): void {
    const ofAgency = this.agencies.get(agency) ?? { callers: new Map<string, T[]>(), size: 0 };
    this.agencies.set(agency, ofAgency);
    const line = ofAgency.callers.get(caller) ?? [];
    ofAgency.callers.set(caller, line);
    line.push(one);
    ofAgency.size += 1;
    this.waiting += 1;
  }

  /** As many as wait, and so many at most. */
  take(most: number): T[] {
    const taken: T[] = [];
    while (taken.length < most && this.waiting > 0) {
      for (const [agency, ofAgency] of this.agencies) {
        taken.push(...nextOf(ofAgency));
        this.waiting -= 1;
        this.agencies.delete(agency);
        // Behind all others.
        if (ofAgency.size > 0) this.agencies.set(agency, ofAgency);
        break;
      }
    }
    return taken;
  }
}

function nextOf<T>(ofAgency: OfAgency<T>): T[] {
  for (const [caller, line] of ofAgency.callers) {
    const one = line.splice(0, 1);
    ofAgency.size -= 1;
    ofAgency.callers.delete(caller);
    if (line.length > 0) ofAgency.callers.set(caller, line);
    return one;
  }
  return [];
}
