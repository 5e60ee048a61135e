import { beginFor } from '../../busy-time.js';
import { LongWork } from '../../ledger/long-work.js';
import { Turns } from '../../tenancy/turns.js';
import { onlyLooksOn } from '../../tenancy/roles.js';
import { budgetNameOf, type Payer } from '../bounds/cost-limit.js';

/** What an operation costs that waits for its turn: a tenth of the most, some thirty milliseconds of a process. */
export const DEAR_MIN = 5_000;
/** What a query costs that does not go beside others of its size: some milliseconds of a process. Hundreds of them are as long as a dear one. */
export const LONG_MIN = 500;
/** Dear ones of one agency at once: of those who send, and of those who only look, who take nothing from them. */
const SEND_AT_ONCE = 2;
const LOOK_AT_ONCE = 1;
/** Long ones of all agencies at once: ten agencies that each ask for one keep a process as long as one that asks for ten. */
const LONG_AT_ONCE = 3;
/** Of all agencies each has one that waits, or two. */
const WAITS = { waitingMax: Infinity, tooMany: '' };
/** A long one that goes on for so long waits for something else than the process, or leaves it to others by itself. */
const LONG_MS_MAX = 100;
/** For so many times as long as it took, nothing more is asked of the schema by the same agency. */
const TIMES_LEFT_TO_OTHERS = 2;
/** Whatever else it was that the operation asked and waited for. */
const LEFT_MS_MAX = 500;
/** Whose turns those are that show no key. */
const NOBODY = '';

/** What has its turn: what is asked of the schema, what is dear, and what is long. */
export type Sized = 'OF_SCHEMA' | 'DEAR' | 'LONG';

/**
 * Dear operations go a few at a time for each agency, and long ones one after the other, a few of all agencies: who has the budget for two
 * hundred at once waits behind itself, and another agency's request comes in between. So does, within the agency, that of whoever has another budget.
 */
export class OperationTurns {
  private readonly dear = { sending: new Turns(SEND_AT_ONCE), looking: new Turns(LOOK_AT_ONCE) };
  private readonly long = { sending: new Turns(1), looking: new Turns(1) };
  private readonly longOfAll = new Turns(LONG_AT_ONCE, WAITS);
  private readonly ofSchema = new Turns(1);

  /** `behind`: what an agency's next one waits for, where those before took long. */
  constructor(
    private readonly behind: (agencyId?: string) => Pick<LongWork, 'goOn'> = (agencyId) =>
      new LongWork(agencyId),
  ) {}

  /**
   * Once the next one may be executed: answers what ends its turn. What is asked of the schema waits for nothing but the process: it
   * goes one at a time, and is left alone for a while behind each. Throws THROTTLED where too many of the caller's wait.
   */
  begin(caller: Payer | null | undefined, sized: Sized = 'DEAR'): Promise<() => void> {
    const budget = caller ? budgetNameOf(caller) : NOBODY;
    return new Promise((begin, reject) => {
      const untilEnded = async (): Promise<void> => {
        const others = this.behind(caller?.agencyId);
        const begun = performance.now();
        // The turn may come behind what was done for another one.
        beginFor(caller?.agencyId ?? null);
        const ended = new Promise<void>((end) => begin(end));
        await (sized === 'LONG' ? Promise.race([ended, passed(LONG_MS_MAX)]) : ended);
        const tookMs = performance.now() - begun;
        if (sized !== 'OF_SCHEMA') await others.goOn();
        else await passed(Math.min(LEFT_MS_MAX, tookMs * TIMES_LEFT_TO_OTHERS));
      };
      const agency = caller?.agencyId ?? NOBODY;
      const turn = (): Promise<void> =>
        sized === 'LONG' ? this.longOfAll.run('', untilEnded, agency) : untilEnded();
      this.turnsOf(caller, sized).run(agency, turn, budget).catch(reject);
    });
  }

  private turnsOf(caller: Payer | null | undefined, sized: Sized): Turns {
    if (sized === 'OF_SCHEMA') return this.ofSchema;
    const { sending, looking } = sized === 'DEAR' ? this.dear : this.long;
    return caller && !onlyLooksOn(caller.role) ? sending : looking;
  }
}

/** Keeps no process alive. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
