import type { CreditEvent, CreditLot } from '../../quota/credit-lots.js';
import { leftOf } from '../../quota/rules/credits.rule.js';
import type { Instant } from '../../quota/window.js';
import { accountsSeenOf, seesWhole, type Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { PurseKey } from '../books/credit-tables.js';
import { ALL_TIME, timesOf, type Standing } from '../reading/standing.js';
import type { OpenPurse } from './credits.js';

/** A seat's InMail credits as they stand. */
export interface SeatCredits {
  readonly seatId: string;
  /** Net of held. */
  readonly available: number;
  readonly held: number;
  readonly cap: number;
  /** Those with something left, the next to expire first. */
  readonly lots: readonly CreditLot[];
  readonly nextGrantAt: Instant | null;
  readonly nextGrantAmount: number | null;
}

export function seatCredits(seatId: string, { purse, holds }: OpenPurse): SeatCredits {
  const next = purse.nextGrant();
  return {
    seatId,
    ...leftOf(purse, holds.length),
    cap: purse.keep,
    lots: purse.lotsInOrder().filter(({ remaining }) => remaining > 0),
    nextGrantAt: next?.at ?? null,
    nextGrantAmount: next?.amount ?? null,
  };
}

/** What happened to a purse, as its history tells it. */
export type CreditHistory = Pick<
  CreditEvent,
  'number' | 'at' | 'kind' | 'amount' | 'balance' | 'because' | 'seatId'
>;

/** Which events of a purse to read: the newest ones before a number. */
export interface CreditHistoryAsked {
  readonly before: number;
  readonly rows: number;
}

/** A time that is told: from its first instant on, up to its end, which is not of it. */
export interface TimeTold {
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * The times of a seat whose credits the viewer is told of. A pool is its client account's at all times: what its seats did
 * with it is not for whoever was given single ones.
 */
export function timesTold(viewer: Viewer, standing: Standing, kind: PurseKey['kind']): TimeTold[] {
  const { seatId, clientAccountId } = standing;
  if (kind === 'CLIENT_ACCOUNT') return seesWhole(viewer, clientAccountId) ? [ALL_TIME] : [];
  const accounts = accountsSeenOf(viewer, seatId);
  if (accounts === null) return [ALL_TIME];
  return [...new Set(accounts)].flatMap((id) => timesOf(standing, id));
}

const READ_EVENTS: Statement = {
  name: 'read_credit_events',
  text: `
SELECT number, at, kind, amount, balance, because, seat_id AS "seatId" FROM credit_event
WHERE agency_id = $1 AND scope_kind = $2 AND scope_id = $3 AND number < $4 AND EXISTS (
  SELECT FROM unnest($6::int8[], $7::int8[]) AS told (from_at, until_at) WHERE at >= from_at AND at < until_at)
ORDER BY number DESC LIMIT $5`,
};

/** The events of a purse, newest first: those that time alone made and nobody wrote down yet come before the written ones. */
export async function readCreditHistory(
  transaction: LedgerTransaction,
  agencyId: string,
  purse: {
    readonly key: PurseKey;
    readonly unwritten: readonly CreditEvent[];
    readonly times: readonly TimeTold[];
  },
  { before, rows }: CreditHistoryAsked,
): Promise<CreditHistory[]> {
  const { key, unwritten, times } = purse;
  const isTold = ({ at }: CreditEvent): boolean => times.some(({ from, until }) => at >= from && at < until);
  const newest = unwritten.filter((event) => event.number < before && isTold(event)).toReversed();
  const bound = Math.min(before, unwritten[0]?.number ?? Infinity, EVENTS_MAX);
  const written = await transaction.query<CreditHistory>(READ_EVENTS, [
    agencyId,
    key.kind,
    key.id,
    bound,
    rows,
    times.map(({ from }) => from),
    times.map(({ until }) => until),
  ]);
  return [...newest, ...written].slice(0, rows);
}

/** More than an integer of PostgreSQL counts. */
const EVENTS_MAX = 2_147_483_647;
