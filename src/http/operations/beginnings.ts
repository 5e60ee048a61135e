import { type DocumentNode, OperationTypeNode } from 'graphql';
import { beginFor } from '../../busy-time.js';
import { Failure } from '../../errors.js';
import type { Payer } from '../bounds/cost-limit.js';
import { ReadingTurns } from '../bounds/reading-turns.js';
import { Refusals } from '../bounds/refusals.js';
import { LoopTurns } from '../../tenancy/loop-turns.js';
import { selectionsIn } from '../documents/selections.js';
import { throwWithStatus, withStatus } from '../failures.js';
import { nobodyWaits } from '../gone.js';
import { areMany, wrongShapeOf } from './variables-shape.js';

/** Of an agency, with many values in their variables: what these were read as is kept meanwhile, ten megabytes each at the most. */
const INPUTS_WAIT = {
  ...{ waitingMax: 400, ofPartyMax: 200, ofPartyAlways: 20, ofCallerMax: 100 },
  tooMany: 'Too much is sent at once; ask again later.',
};

/** Characters of a text from which on it takes a turn, also where what was read of it is kept: somewhat more than the usual introspection query has. */
const TEXT_LONG = 2_500;
/** Selections from which on it takes one, those of fragments counted wherever they are spread: twice those of that query. */
const SELECTIONS_MANY = 500;

/** What was sent. */
export interface Sent {
  /** Its text. */
  readonly source: string;
  readonly document: DocumentNode;
  readonly request: { readonly variables?: unknown };
}

/** What is about to be executed, and who asks. */
interface Beginning {
  readonly caller?: Payer | null;
  /** Throws THROTTLED where no more of what they ask may wait. */
  refuseFull(): void;
}

/**
 * Has operations be looked at, and begin, a few milliseconds of the process at a time, one of an agency after one of another. Whoever is
 * asking is looked up for two hundred at once, and all of those would be priced in the same moment, and begin.
 */
export class Beginnings {
  private readonly looks = new LoopTurns();
  private readonly turns = new LoopTurns();
  private readonly inputs = new ReadingTurns(INPUTS_WAIT);
  private readonly texts = new ReadingTurns();

  constructor(private readonly refusals = new Refusals()) {}

  /**
   * Looks at variables, whatever they are for, once that and all that follows has its turn. Where the variables are many, or the text is
   * long or selects much, others have their time behind it: to price that, and to make what it is given what that stands for, takes some
   * milliseconds; and behind whatever whoever asks had something refused of just now. Throws BAD_USER_INPUT, and THROTTLED where too many
   * wait, or nobody does for the answer of what is long any more.
   */
  async look(
    { source, document, request: { variables } }: Sent,
    { caller = null }: Pick<Beginning, 'caller'>,
    gone?: AbortSignal,
  ): Promise<void> {
    const isLong = source.length > TEXT_LONG || selectionsIn(document) > SELECTIONS_MANY;
    const turns = areMany(variables)
      ? this.inputs
      : isLong || this.refusals.hadOne(caller)
        ? this.texts
        : null;
    await (turns?.take(caller) ?? soon(this.looks, caller)).catch(throwWithStatus);
    if (turns && gone?.aborted) throw withStatus(nobodyWaits());
    const wrong = wrongShapeOf(variables);
    if (wrong !== null) throw withStatus(new Failure('BAD_USER_INPUT', wrong));
  }

  /**
   * Once it may be executed. Throws THROTTLED where no more of a query's caller may wait: each of its fields would be refused by itself,
   * which costs the process as much as to answer them.
   */
  begin(type: OperationTypeNode | undefined, context: Beginning): Promise<void> {
    const refuseFull = (): void => {
      if (type === OperationTypeNode.QUERY) context.refuseFull();
    };
    return soon(this.turns, context.caller ?? null, refuseFull).catch(throwWithStatus);
  }
}

/** Once it is dealt with what somebody asks; `deal` comes first, and throws what refuses it. */
function soon(turns: LoopTurns, caller: Payer | null, deal = (): void => undefined): Promise<void> {
  const { agencyId = '', actor = '' } = caller ?? {};
  return new Promise((begin, reject) => {
    const dealWith = (): void => {
      beginFor(caller?.agencyId ?? null);
      deal();
      begin();
    };
    turns.takeSoon(agencyId, actor, dealWith).catch(reject);
  });
}
