import { countedOn } from '../quota/decide.js';
import { planSends, type SendPlan } from '../quota/plan-sends.js';
import { policyAt } from '../quota/policy/index.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { Desk } from './desk.js';
import { askOf, type Standing } from './standing.js';

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
  if (action === 'CONNECTION_REQUEST') desk.invitations.needAll(standing);
  const ask = () =>
    desk.invitations.asked(
      standing,
      askOf(standing, null, { action, noted: false }, at, desk.pace(standing.seatId)),
    );
  desk.open(countedOn(ask()));
  const terms = {
    ...{ count, until, from: from ?? at },
    gapSeconds: policyAt(at).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
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
