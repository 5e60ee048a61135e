import type { HeaderMap } from '@apollo/server';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import { Failure } from '../../errors.js';
import type { Payer, CostLimit } from '../bounds/cost-limit.js';
import type { Refusals } from '../bounds/refusals.js';
import { costOf, fragmentsOf, type Operation } from './cost.js';
import { countFieldsOfRows } from './fields-of-rows.js';
import { DEAR_MIN, type OperationTurns, LONG_MIN, type Sized } from './operation-turns.js';
import { costOfDocuments } from './document-cost.js';
import { asksOfSchema } from './introspection-cost.js';
import { COST_MAX } from './prices.js';
import { throwWithStatus, withStatus } from '../failures.js';
import type { ToldCost, TurnsOutAs, UnderWay } from './under-way.js';

/** An operation, and who asks. */
interface Asking {
  readonly underWay: UnderWay;
  readonly caller?: Payer | null | undefined;
}

/** What operations may cost together, and whose turn it is. */
export interface CostRules {
  readonly limit: CostLimit;
  readonly turns: OperationTurns;
  readonly refusals: Refusals;
}

/** What an operation costs is told and taken before it is executed; and unless it is a subscription, it has its turn then. */
export async function admit(
  asked: Operation,
  { underWay, caller = null }: Asking,
  rules: CostRules,
  head: HeaderMap,
): Promise<void> {
  const requested = costOf(asked, underWay.assumed);
  head.set('x-headroom-cost', `${requested} of ${COST_MAX}`);
  if (requested > COST_MAX) {
    rules.refusals.note(caller);
    throw tooCostly(requested);
  }
  const budget = caller && (await takeCost(requested + costOfDocuments(asked), caller, rules));
  underWay.cost = { requested, max: COST_MAX, budget };
  underWay.whose = caller?.agencyId;
  countFieldsOfRows(asked.document, requested, underWay.assumed);
  if (underWay.isSubscription) return;
  const sized = sizedAs(asked, requested);
  if (sized) await underWay.takeTurn(() => rules.turns.begin(caller, sized)).catch(throwWithStatus);
  // What is long waits before it is executed, and what turns out to be in the middle, before the long list is shown.
  if (sized === null || sized === 'LONG') {
    const mayTurnOutLong = sized === null && asked.operation.operation === OperationTypeNode.QUERY;
    underWay.untilTurn = async (as) => {
      if (as === 'DEAR' || mayTurnOutLong) await waitLate(underWay, caller, rules, as);
    };
  }
}

/** Null where it has no turn to wait for. Mutations of many are long in the ledger, which has turns of its own. */
function sizedAs({ document, operation }: Operation, cost: number): Sized | null {
  if (asksOfSchema(operation.selectionSet, fragmentsOf(document))) return 'OF_SCHEMA';
  if (cost >= DEAR_MIN) return 'DEAR';
  return cost >= LONG_MIN && operation.operation === OperationTypeNode.QUERY ? 'LONG' : null;
}

/** Takes it out of what the caller's agency and role have left. */
async function takeCost(
  cost: number,
  caller: Payer,
  { limit, refusals }: CostRules,
): Promise<ToldCost['budget']> {
  const { remaining, retryAfterMs, budget } = await limit.take(caller, cost);
  if (retryAfterMs > 0) {
    refusals.note(caller);
    throw withStatus(tooMuchAtOnce(retryAfterMs, caller));
  }
  return { remaining, max: budget.atOnce, restoredPerSecond: budget.aSecond };
}

/** Throws THROTTLED, too, where there is no budget for what is to be shown: of many that were let in none was paid for. */
async function waitLate(
  underWay: UnderWay,
  caller: Payer | null,
  { turns, limit }: CostRules,
  as: TurnsOutAs,
): Promise<void> {
  await underWay.takeTurn(() => turns.begin(caller, as));
  if (!caller) return;
  const { retryAfterMs } = await limit.take(caller, underWay.unpaid());
  if (retryAfterMs > 0) throw tooMuchAtOnce(retryAfterMs, caller);
}

function tooMuchAtOnce(retryAfterMs: number, { role }: Payer): Failure {
  const message = `Too much is asked for by the keys of the role ${role}; ask again later.`;
  return new Failure('THROTTLED', message, retryAfterMs);
}

function tooCostly(cost: number): GraphQLError {
  const message = `The operation may be answered with ${cost} fields, ${COST_MAX} are allowed: ask for shorter pages, for less of each row, or give it less.`;
  return withStatus(new Failure('COST_EXCEEDED', message));
}
