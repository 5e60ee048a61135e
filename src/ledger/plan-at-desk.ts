import { countedOn } from '../quota/decide.js';
import { planSends, type SendPlan } from '../quota/plan-sends.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import { askOf, throughVersions } from './asks.js';
import type { Desk } from './desk.js';
import type { Standing } from './standing.js';

/** Which sends are to be planned. */
export interface PlanQuestion {
  readonly seatId: string;
  readonly action: Action;
  readonly count: number;
  /** Null: from now on. */
  readonly from: Instant | null;
  readonly until: Instant;
}

/** Plans sends of a seat at a desk that nobody writes out: what is planned is noted in its books, and forgotten with it. */
export function planAtDesk(
  desk: Desk,
  standing: Standing,
  { action, count, from, until }: Omit<PlanQuestion, 'seatId'>,
): SendPlan {
  const { at } = desk;
  // A plan looks as far ahead as it likes.
  if (action === 'CONNECTION_REQUEST') desk.invitations.acceptance.needAll(standing);
  const { course, seatId } = standing;
  const ask = () =>
    throughVersions(standing, at, (policy) => {
      const asked = askOf(standing, null, { action, noted: false }, { at, policy, pace: desk.pace(seatId) });
      return desk.invitations.asked(standing, asked, policy);
    });
  desk.open(countedOn(ask()));
  const terms = {
    ...{ count, until, from: from ?? at },
    gapSecondsAt: (then: Instant) =>
      course.at(then).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
  };
  const place = { ...standing, campaignId: null };
  return planSends(
    ask,
    (scope) => desk.book(scope),
    at,
    terms,
    (hold) => desk.hold(place, hold),
  );
}
