import { Shares } from '../tenancy/shares.js';
import { budgetNameOf, type Caller, onlyLooks } from './cost-limit.js';

/** What an operation costs that waits for its turn: a tenth of the most, some thirty milliseconds of a process. */
export const DEAR_MIN = 5_000;
/** Of one agency at once: of those who send, and of those who only look, who take nothing from them. */
const SEND_AT_ONCE = 2;
const LOOK_AT_ONCE = 1;
/** Whose turns those are that show no key. */
const NOBODY = '';

/**
 * Dear operations go a few at a time for each agency: who has the budget for two hundred at once waits behind itself, and
 * another agency's request comes in between. So does, within the agency, that of whoever has another budget.
 */
export class DearTurns {
  private readonly sending = new Shares(SEND_AT_ONCE);
  private readonly looking = new Shares(LOOK_AT_ONCE);
  private readonly ends = new WeakMap<object, () => void>();
  /** An operation may be answered while part of it still waits: of one whose answer is null already because another field failed. */
  private readonly ended = new WeakSet<object>();

  /**
   * Once the operation may be executed. Each that has begun is to be ended. Throws THROTTLED where too many of the caller's wait, and
   * for one that was ended meanwhile.
   */
  begin(operation: object, caller: Caller | null | undefined, cost: number): Promise<void> {
    if (cost < DEAR_MIN) return Promise.resolve();
    const ofAgencies = caller && !onlyLooks(caller) ? this.sending : this.looking;
    return new Promise((begin, reject) => {
      const untilEnded = async (): Promise<void> => {
        if (this.ended.has(operation)) throw new Error('It was answered already.');
        const end = new Promise<void>((resolve) => this.ends.set(operation, resolve));
        begin();
        await end;
      };
      const budget = caller ? budgetNameOf(caller) : NOBODY;
      ofAgencies.run(caller?.agencyId ?? NOBODY, untilEnded, budget).catch(reject);
    });
  }

  end(operation: object): void {
    this.ended.add(operation);
    this.ends.get(operation)?.();
    this.ends.delete(operation);
  }
}
