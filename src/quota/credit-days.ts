import { Temporal } from 'temporal-polyfill';
import { dayOf, dayStart } from './calendar.js';
import { BUILT_IN_POLICIES, type CreditRule, type PolicyCourse } from './policy/index.js';
import type { Instant } from './window.js';
import type { LinkedInTier } from './words.js';

/** What a seat's grants follow from. */
export interface CreditTerms {
  readonly seatId: string;
  readonly tier: LinkedInTier;
  readonly timeZone: string;
  /** `2026-12-24`: the day of a grant, from which on the others are counted in months; null: the day it was added. */
  readonly renewOn: string | null;
  /** Where the contract says otherwise than the tier. */
  readonly perMonth: number | null;
  readonly openingCredits: number | null;
  readonly addedAt: Instant;
  /** The versions of the policy, of its agency. */
  readonly course: PolicyCourse;
}

/** How far a seat's grants have come. */
export interface GrantDays {
  /** The day it was added, in its zone of then. */
  readonly addedOn: string;
  /** The latest day whose grant was made, or was not to be made. */
  readonly lastDay: string;
}

/** The rule for the credits of a tier in the version in force; null where it has none. */
export function creditRuleOf(
  { tier, course }: Pick<CreditTerms, 'tier' | 'course'>,
  at: Instant,
): CreditRule | null {
  return course.at(at).creditRules.find((rule) => rule.tier === tier) ?? null;
}

/** What the grants of some seats bring in a month, by the versions in force at an instant. */
export function grantedMonthly(terms: readonly CreditTerms[], at: Instant): number {
  return terms.reduce((sum, one) => sum + (one.perMonth ?? creditRuleOf(one, at)?.perMonth ?? 0), 0);
}

/** Tiers that have credits, in whichever version: an agency's own can't make it otherwise. */
export const CREDIT_TIERS: readonly LinkedInTier[] = [
  ...new Set(BUILT_IN_POLICIES.flatMap(({ creditRules }) => creditRules.map(({ tier }) => tier))),
];

/** Tiers whose credits are the client account's, in whichever version. */
export const POOLED_TIERS: readonly LinkedInTier[] = [
  ...new Set(
    BUILT_IN_POLICIES.flatMap(({ creditRules }) =>
      creditRules.filter(({ pooled }) => pooled).map(({ tier }) => tier),
    ),
  ),
];

/** The zone in which the days of a seat's grants begin. */
function grantZone({ timeZone }: CreditTerms, { renews }: CreditRule): string {
  return renews === 'FIRST_UTC' ? 'UTC' : timeZone;
}

/** The day that an instant is of, for a seat's grants. */
export function grantDayAt(terms: CreditTerms, rule: CreditRule, at: Instant): string {
  return dayOf(at, grantZone(terms, rule));
}

/** Of a seat that is in a purse since an instant: no grant is made for its day, or one before. */
export function grantDaysFrom(terms: CreditTerms, rule: CreditRule, since: Instant): GrantDays {
  return { addedOn: dayOf(terms.addedAt, terms.timeZone), lastDay: grantDayAt(terms, rule, since) };
}

export interface GrantDue {
  readonly day: string;
  /** When the day begins. */
  readonly at: Instant;
}

/** The first grant of a later day than `lastDay`. */
export function nextGrantDue(terms: CreditTerms, rule: CreditRule, days: GrantDays): GrantDue {
  const day = dayInMonths(anchorOf(terms, rule, days), days.lastDay);
  return { day, at: dayStart(day, grantZone(terms, rule)) };
}

/** All that nextGrantDue() goes by: seats of one name have it in common. */
export function dueName(terms: CreditTerms, rule: CreditRule, days: GrantDays): string {
  return `${anchorOf(terms, rule, days)} ${days.lastDay} ${grantZone(terms, rule)}`;
}

function anchorOf({ renewOn }: CreditTerms, { renews }: CreditRule, { addedOn }: GrantDays): string {
  return renews === 'FIRST_UTC' ? firstOfMonth(addedOn) : (renewOn ?? addedOn);
}

function firstOfMonth(day: string): string {
  return Temporal.PlainDate.from(day).with({ day: 1 }).toString();
}

/** The first of the days anchor, anchor + 1 month, anchor + 2 months, … after a day: never a chain, so the 31st stays. */
function dayInMonths(anchorText: string, after: string): string {
  const anchor = Temporal.PlainDate.from(anchorText);
  const { months: passed } = anchor.until(Temporal.PlainDate.from(after), { largestUnit: 'months' });
  for (let months = Math.max(0, passed); ; months += 1) {
    const day = anchor.add({ months }).toString();
    if (day > after) return day;
  }
}
