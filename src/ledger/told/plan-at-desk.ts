import { acceptanceTerms } from '../../quota/acceptance.js';
import type { Ask } from '../../quota/ask.js';
import { countedOn, decide } from '../../quota/decide.js';
import { planSends, type SendPlan } from '../../quota/plan-sends.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Books } from '../../quota/unit.js';
import { rampOf } from '../../quota/warm-up.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { seesCounts, type Viewer } from '../../tenancy/viewer.js';
import { askOf, throughVersions } from '../reading/asks.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { LongWork } from '../long-work.js';
import type { Standing } from '../reading/standing.js';

/** Which sends are to be planned. */
export interface PlanQuestion {
  readonly seatId: string;
  readonly action: Action;
  readonly count: number;
  /** Null: from now on. */
  readonly from: Instant | null;
  readonly until: Instant;
}

/**
 * Plans sends of a seat at a desk that nobody writes out, others having their turns in between. How much is left at the agency tells a
 * viewer of one client account what the others send: its limits are left out, but that nothing is left now, and until when, is told as
 * reserve tells it.
 */
export async function planAtDesk(
  desk: Desk,
  viewer: Viewer,
  standing: Standing,
  asked: Omit<PlanQuestion, 'seatId'>,
): Promise<SendPlan> {
  const { at } = desk;
  const { action, count, from, until } = asked;
  // A plan looks as far ahead as it likes.
  if (action === 'CONNECTION_REQUEST') desk.invitations.acceptance.needAll(standing);
  const { course, seatId } = standing;
  const credits = creditsFor(desk, standing, action);
  const pace = desk.pace(seatId);
  const ask = (slots: readonly Instant[]): Ask => {
    // What is held expires a moment after it is sent at its last one.
    const heldUntil = [...pace.heldUntil, ...slots.map((slot) => slot + 1)];
    return throughVersions(standing, at, (policy) => {
      const judgedBy = { at, policy, pace: { ...pace, heldUntil } };
      const judged = askOf(standing, null, { action, noted: false }, judgedBy);
      return { ...desk.invitations.asked(standing, judged, policy, slots), credits };
    });
  };
  const first = ask([]);
  desk.open(countedOn(first));
  const books: Books = (scope) => desk.book(scope);
  const terms = {
    ...{ count, until, from: from ?? at, lastSentAt: pace.lastSentAt },
    steadyMs: steadyMsOf(standing, action, at),
    gapSecondsAt: (then: Instant) =>
      course.at(then).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
  };
  if (viewer.reach === null) return new LongWork(viewer.agencyId).through(planSends(ask, books, at, terms));
  const ofOthers = ofOthersToo(viewer, first, true);
  const full = holdsBack(ofOthers) ? decide(ofOthers, books, at) : null;
  const opensAt = full?.outcome === 'DENIED' ? full.certainAt : at;
  if (opensAt === null || opensAt >= until) return { slots: [], binding: full?.reasons[0] ?? null };
  const own = (slots: readonly Instant[]): Ask => ofOthersToo(viewer, ask(slots), false);
  return new LongWork(viewer.agencyId).through(
    planSends(own, books, at, { ...terms, from: Math.max(terms.from, opensAt) }),
  );
}

/** A request under the limits, and the pool of credits, alone of which the viewer may not see the counts, or under all but these. */
export function ofOthersToo(viewer: Viewer, ask: Ask, alone: boolean): Ask {
  const limits = ask.limits.filter(({ scope }) => seesCounts(viewer, scope) !== alone);
  const isPoolOfOthers = ask.credits?.key !== undefined && !seesCounts(viewer, ask.credits.key);
  const credits = isPoolOfOthers === alone ? (ask.credits ?? null) : null;
  if (!alone) return { ...ask, limits, credits };
  const { action, noted, states, history } = ask;
  return { action, noted, states, history, limits, credits };
}

/** Whether there is anything of others that could refuse. */
export function holdsBack({ limits, credits }: Ask): boolean {
  return limits.length > 0 || (credits ?? null) !== null;
}

/**
 * How long after a send a ramp may take the seat for idle, or an invitation that nobody answered is judged, by whichever
 * version of the policy is the first to do so.
 */
export function steadyMsOf({ warmUpStartedOn, course }: Standing, action: Action, at: Instant): number {
  const spanUnder = (policy: Policy): number => {
    const idleMs = warmUpStartedOn === null ? undefined : rampOf(policy)?.idleMs;
    const judgedAfter = action === 'CONNECTION_REQUEST' ? acceptanceTerms(policy)?.judgedAfter : undefined;
    return Math.min(idleMs ?? Infinity, judgedAfter ?? Infinity);
  };
  return Math.min(...[course.at(at), ...course.after(at)].map(spanUnder));
}
