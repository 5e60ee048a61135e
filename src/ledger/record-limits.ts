import { limitsOn, type Limit } from '../quota/limit.js';
import type { Action } from '../quota/words.js';
import type { Desk } from './desk.js';
import { LongWork } from './long-work.js';
import type { MissingOfPass } from './passes.js';
import { campaignOfSeat } from './reading/ended-campaigns.js';
import { scopeName } from './reading/names.js';
import { type Place, scopesLeft } from './reading/places.js';
import { limitsOfStanding } from './reading/standing-limits.js';
import type { Standing } from './reading/standing.js';

/** As much of a record as says which limits it may go over. */
export interface HeldToLimits {
  readonly standing: Standing;
  readonly input: { readonly action: Action };
  readonly place: Place;
  readonly noted: boolean;
}

/** Those of the seat as it stands, and of the client account that the record counts for. */
export function limitsOfRecord(desk: Desk, { standing, input, place, noted }: HeldToLimits): Limit[] {
  const limits = limitsOfStanding(standing, campaignOfSeat(desk.loaded, standing, place.campaignId), desk.at);
  const isOwn = ({ scope }: Limit): boolean =>
    scope.kind !== 'CLIENT_ACCOUNT' || scope.id === place.clientAccountId;
  const left = scopesLeft(standing, place).flatMap((scope) => {
    return desk.loaded.scopeLimits.get(scopeName(scope)) ?? [];
  });
  return limitsOn([...limits.filter(isOwn), ...left], input.action, noted);
}

/**
 * Opens the counters of all limits of some records, with turns of everybody else in between: a thousand seats may have three hundred
 * each. False where something must be read first, which is noted then.
 */
export async function openLimits(
  desk: Desk,
  records: readonly HeldToLimits[],
  missing: MissingOfPass,
): Promise<boolean> {
  const opened = await new LongWork(desk.agencyId).each(kindsOf(records), (record) =>
    missing.unless(() => (desk.open(limitsOfRecord(desk, record)), true)),
  );
  return !opened.includes(undefined);
}

/** One of all that are held to the same limits. */
function kindsOf(records: readonly HeldToLimits[]): HeldToLimits[] {
  const kinds = records.map((record) => {
    const { place, input, noted } = record;
    const { seatId, clientAccountId, campaignId } = place;
    return [[seatId, clientAccountId, campaignId, input.action, noted].join(), record] as const;
  });
  return [...new Map(kinds).values()];
}
