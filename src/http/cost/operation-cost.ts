import type { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { Failure } from '../../errors.js';
import type { CostLimit, Payer } from '../bounds/cost-limit.js';
import { costOf, type Operation } from './cost.js';
import { DEAR_MIN, type DearTurns } from './dear-turns.js';
import { costOfDocuments } from './document-cost.js';
import type { LongAnswers } from './long-answers.js';
import { refuse, refused } from '../refused.js';

/** An operation, by what it is known by here, and who asks. */
interface Asking {
  readonly operation: object;
  readonly caller?: Payer | null;
}

/** What an operation may cost, in all and with those before it. */
export interface CostRules {
  readonly costMax: number;
  readonly limit: CostLimit;
  /** Of the schema. */
  readonly answers: LongAnswers;
  readonly turns: DearTurns;
}

/** What is told of an operation's cost with its answer, whatever that is. */
export interface ToldCost {
  readonly requested: number;
  readonly max: number;
  /** What is left to the agency's role; null where nobody is known to ask. */
  readonly budget: {
    readonly remaining: number;
    readonly max: number;
    readonly restoredPerSecond: number;
  } | null;
}

/** What an operation costs, told and taken before it is executed. */
export async function charge(
  asked: Operation,
  { operation, caller }: Asking,
  rules: CostRules,
  head: HeaderMap,
): Promise<ToldCost> {
  const requested = costOf(asked, rules.answers.begin(operation));
  head.set('x-headroom-cost', `${requested} of ${rules.costMax}`);
  const checking = requested > rules.costMax ? 0 : costOfDocuments(asked);
  return takeCost({ requested, checking }, caller ?? null, rules);
}

/** What it was answered with besides, because lists and texts turned out to be long. */
export async function chargeBeyond(
  operation: object,
  caller: Payer,
  { limit, answers }: CostRules,
): Promise<void> {
  await limit.pay(caller, answers.unpaid(operation));
}

/** Takes it out of what the caller's agency and role have left, and what it takes to check the texts that it brings. */
async function takeCost(
  { requested, checking }: { readonly requested: number; readonly checking: number },
  caller: Payer | null,
  { costMax, limit }: CostRules,
): Promise<ToldCost> {
  if (requested > costMax) throw tooCostly(requested, costMax);
  if (!caller) return { requested, max: costMax, budget: null };
  const { remaining, retryAfterMs, budget } = await limit.take(caller, requested + checking);
  if (retryAfterMs > 0) throw refused(tooMuchAtOnce(retryAfterMs, caller));
  const { atOnce: max, aSecond: restoredPerSecond } = budget;
  return { requested, max: costMax, budget: { remaining, max, restoredPerSecond } };
}

/** What is dear waits for its turn before it is executed, and what turns out to be in the middle, before the long list is shown. */
export async function waitForTurn(asking: Asking, { requested }: ToldCost, rules: CostRules): Promise<void> {
  const { turns, answers } = rules;
  const { operation, caller } = asking;
  if (requested >= DEAR_MIN) return answers.takeTurn(operation, turns.begin(caller)).catch(refuse);
  answers.onceLong(operation, () => waitLate(asking, rules));
}

/** Throws THROTTLED, too, where there is no budget for what is to be shown: of many that were let in none was paid for. */
async function waitLate({ operation, caller }: Asking, { turns, limit, answers }: CostRules): Promise<void> {
  await answers.takeTurn(operation, turns.begin(caller));
  if (!caller) return;
  const { retryAfterMs } = await limit.take(caller, answers.unpaid(operation));
  if (retryAfterMs > 0) throw tooMuchAtOnce(retryAfterMs, caller);
}

function tooMuchAtOnce(retryAfterMs: number, { role }: Payer): Failure {
  const message = `Too much is asked for by the keys of the role ${role}; ask again later.`;
  return new Failure('THROTTLED', message, retryAfterMs);
}

function tooCostly(cost: number, costMax: number): GraphQLError {
  const message = `The operation may be answered with ${cost} fields, ${costMax} are allowed: ask for shorter pages, for less of each row, or give it less.`;
  return refused(new Failure('COST_EXCEEDED', message));
}
