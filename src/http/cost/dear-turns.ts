import { Turns } from '../../tenancy/turns.js';
import { onlyLooksOn } from '../../tenancy/roles.js';
import { budgetNameOf, type Payer } from '../bounds/cost-limit.js';

/** What an operation costs that waits for its turn: a tenth of the most, some thirty milliseconds of a process. */
export const DEAR_MIN = 5_000;
/** Of one agency at once: of those who send, and of those who only look, who take nothing from them. */
const SEND_AT_ONCE = 2;
const LOOK_AT_ONCE = 1;
/** For so many times as long as it took, nothing more is asked of the schema by the same agency. */
const TIMES_LEFT_TO_OTHERS = 2;
/** Whatever else it was that the operation asked and waited for. */
const LEFT_MS_MAX = 500;
/** Whose turns those are that show no key. */
const NOBODY = '';

/**
 * Dear operations go a few at a time for each agency: who has the budget for two hundred at once waits behind itself, and
 * another agency's request comes in between. So does, within the agency, that of whoever has another budget.
 */
export class DearTurns {
  private readonly sending = new Turns(SEND_AT_ONCE);
  private readonly looking = new Turns(LOOK_AT_ONCE);
  private readonly ofSchema = new Turns(1);

  /**
   * Once the next one may be executed: answers what ends its turn. What is asked of the schema waits for nothing but the process: it
   * goes one at a time, and is left alone for a while behind each. Throws THROTTLED where too many of the caller's wait.
   */
  begin(caller: Payer | null | undefined, isOfSchema = false): Promise<() => void> {
    const ofAgencies = caller && !onlyLooksOn(caller.role) ? this.sending : this.looking;
    const turns = isOfSchema ? this.ofSchema : ofAgencies;
    const budget = caller ? budgetNameOf(caller) : NOBODY;
    return new Promise((begin, reject) => {
      const untilEnded = (): Promise<void> => {
        const from = performance.now();
        const leftMs = () => Math.min(LEFT_MS_MAX, (performance.now() - from) * TIMES_LEFT_TO_OTHERS);
        return new Promise((end) => begin(isOfSchema ? () => setTimeout(end, leftMs()).unref() : end));
      };
      turns.run(caller?.agencyId ?? NOBODY, untilEnded, budget).catch(reject);
    });
  }
}
