import type { EntityManager } from 'typeorm';
import { stateFromJson, stateToJson, type OpenCounter, type StateJson } from '../ledger/state.js';
import { counts, isRolling, tallied, type Scope } from '../quota/counter.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';

/** A charge as counters see it. */
export interface CountedCharge {
  readonly action: Action;
  readonly noted: boolean;
  readonly at: Instant;
  readonly clientAccountId: string;
}

/** What is kept of the counters of the scopes that a seat's charges count at. */
export interface KeptStates {
  readonly states: readonly KeptState[];
  /** No charge of this instant or earlier is in any window. */
  readonly earliest: Instant;
}

interface KeptState {
  readonly scope: Scope;
  readonly counters: readonly OpenCounter[];
}

/** Read under the agency's book. */
export async function readStates(
  manager: EntityManager,
  agencyId: string,
  scopes: readonly Scope[],
): Promise<KeptStates> {
  const rows = await manager.query<{ scope_kind: Scope['kind']; scope_id: string; state: StateJson }[]>(
    `SELECT scope_kind, scope_id, state FROM scope_state
     WHERE agency_id = $1 AND scope_kind = ANY ($2) AND scope_id = ANY ($3::uuid[])`,
    [agencyId, scopes.map(({ kind }) => kind), scopes.map(({ id }) => id)],
  );
  const states = rows.map(({ scope_kind: kind, scope_id: id, state }) => ({
    scope: { kind, id },
    counters: stateFromJson(state),
  }));
  const starts = states
    .flatMap(({ counters }) => counters)
    .map(({ tally }) => (isRolling(tally) ? tally.tail : tally.start - 1));
  return { states, earliest: Math.min(Infinity, ...starts) };
}

/**
 * Adds charges of the past to the counters that are kept, under the agency's book: these look no more at what came
 * before. A counter that isn't kept is counted from the charges when it is next needed.
 */
export async function countCharges(
  manager: EntityManager,
  agencyId: string,
  { states }: KeptStates,
  charges: readonly CountedCharge[],
): Promise<void> {
  for (const { scope, counters } of states) {
    const ofScope =
      scope.kind === 'CLIENT_ACCOUNT'
        ? charges.filter(({ clientAccountId }) => clientAccountId === scope.id)
        : charges;
    if (ofScope.length === 0) continue;
    const counted = counters.map(({ counter, tally }) => ({
      counter,
      tally: ofScope.reduce(
        (sum, { action, noted, at }) => (counts(counter, action, noted) ? tallied(sum, at, 1) : sum),
        tally,
      ),
    }));
    await manager.query(
      'UPDATE scope_state SET state = $4 WHERE agency_id = $1 AND scope_kind = $2 AND scope_id = $3',
      [agencyId, scope.kind, scope.id, JSON.stringify(stateToJson(counted))],
    );
  }
}
