import { OperationTypeNode } from 'graphql';
import { beginFor } from '../../busy-time.js';
import type { Payer } from '../bounds/cost-limit.js';
import { LoopTurns } from '../../tenancy/loop-turns.js';
import { throwWithStatus } from '../failures.js';

/** What is about to be executed, and who asks. */
interface Beginning {
  readonly caller?: Payer | null;
  /** Throws THROTTLED where no more of what they ask may wait. */
  refuseFull(): void;
}

/**
 * Has operations begin a few milliseconds of the process at a time, one of an agency after one of another. Whoever is asking is looked
 * up for two hundred at once, and all of those would begin in the same moment.
 */
export class Beginnings {
  private readonly turns = new LoopTurns();

  /**
   * Once it may be executed. Throws THROTTLED where no more of a query's caller may wait: each of its fields would be refused by itself,
   * which costs the process as much as to answer them.
   */
  begin(type: OperationTypeNode | undefined, context: Beginning): Promise<void> {
    const { agencyId = '', actor = '' } = context.caller ?? {};
    return new Promise<void>((begin, reject) => {
      const deal = (): void => {
        beginFor(context.caller?.agencyId ?? null);
        if (type === OperationTypeNode.QUERY) context.refuseFull();
        begin();
      };
      this.turns.takeSoon(agencyId, actor, deal).catch(reject);
    }).catch(throwWithStatus);
  }
}
