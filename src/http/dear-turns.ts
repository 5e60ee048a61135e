import { Shares } from '../tenancy/shares.js';

/** What an operation costs that waits for its turn: a tenth of the most, some thirty milliseconds of a process. */
const DEAR_MIN = 5_000;
/** Of one agency at once. */
const AT_ONCE = 2;
/** Whose turns those are that show no key. */
const NOBODY = '';

/**
 * Dear operations go a few at a time for each agency: who has the budget for two hundred at once waits behind itself, and
 * another agency's request comes in between.
 */
export class DearTurns {
  private readonly shares = new Shares(AT_ONCE);
  private readonly ends = new WeakMap<object, () => void>();

  /** Once the operation may be executed. Each that has begun is to be ended. Throws THROTTLED where too many of the agency wait. */
  begin(operation: object, agencyId: string | undefined, cost: number): Promise<void> {
    if (cost < DEAR_MIN) return Promise.resolve();
    return new Promise((begin, reject) => {
      const untilEnded = (): Promise<void> =>
        new Promise((end) => {
          this.ends.set(operation, end);
          begin();
        });
      this.shares.run(agencyId ?? NOBODY, untilEnded).catch(reject);
    });
  }

  end(operation: object): void {
    this.ends.get(operation)?.();
    this.ends.delete(operation);
  }
}
