import type { CreditTerms } from '../../src/quota/credit-days.js';
import { Purse } from '../../src/quota/credits.js';
import { BUILT_IN_COURSE } from '../../src/quota/policy/index.js';
import type { Instant } from '../../src/quota/window.js';

export const at = (text: string): Instant => Date.parse(text);

/** A PREMIUM_CAREER seat in UTC (5 a month, keep 15), added on the 10th of January, unless told otherwise. */
export function termsOf(other: Partial<CreditTerms> = {}): CreditTerms {
  return {
    seatId: 'seat',
    tier: 'PREMIUM_CAREER',
    timeZone: 'UTC',
    renewOn: null,
    perMonth: null,
    openingCredits: null,
    addedAt: at('2026-01-10T12:00Z'),
    course: BUILT_IN_COURSE,
    ...other,
  };
}

export function purseAt(until: string, ...terms: Partial<CreditTerms>[]): Purse {
  const purse = new Purse(null, terms.length > 0 ? terms.map(termsOf) : [termsOf()]);
  purse.advance(at(until));
  return purse;
}

/** What happened, in short: `2026-02-10T00:00:00.000Z GRANT 5 = 5`. */
export function told(purse: Purse): string[] {
  return purse
    .takeEvents()
    .map(({ at: when, kind, amount, balance, because }) =>
      [new Date(when).toISOString(), kind, amount, '=', balance, because ?? ''].join(' ').trim(),
    );
}

export function send(purse: Purse, chargeId: string, sentAt: Instant, other: object = {}): number {
  return purse.take({ chargeId, seatId: 'seat', count: 1, sentAt, committed: true, ...other });
}
