import { NO_PACE, PacesOfPass } from '../../src/ledger/reading/paces.js';
import { seatLimitsOverTime } from '../../src/ledger/reading/seat-limits.js';
import { acceptanceCap, acceptanceSteps, acceptanceTerms, type Invited } from '../../src/quota/acceptance.js';
import type { Ask } from '../../src/quota/ask.js';
import type { Entry } from '../../src/quota/book.js';
import { tailAt } from '../../src/quota/counter.js';
import type { CreditTerms } from '../../src/quota/credit-days.js';
import { Purse } from '../../src/quota/credits.js';
import { countedOn, decide, type Verdict } from '../../src/quota/decide.js';
import { limitsThrough, lowestLimits, policyLimits, type Limit } from '../../src/quota/limit.js';
import type { OutsideUse } from '../../src/quota/outside-use.js';
import { pendingLimit } from '../../src/quota/pending.js';
import { planSends, type PlanTerms, type SendPlan } from '../../src/quota/plan-sends.js';
import { plannedAsk } from '../../src/quota/recommended.js';
import { BUILT_IN_COURSE, type Policy, type PolicyCourse } from '../../src/quota/policy/index.js';
import { actionsLackingIn } from '../../src/quota/rules/tier.rule.js';
import type { RestrictionFacts } from '../../src/quota/seat-facts.js';
import type { Books } from '../../src/quota/unit.js';
import type { Instant, WorkingHours } from '../../src/quota/window.js';
import type { Action, LimitMode, LinkedInTier, SeatHistory } from '../../src/quota/words.js';
import { CLEAR, SEAT, through } from './make.js';
import { entriesAfter, openBook, type Charge } from './world-books.js';

export const DAY_MS = 86_400_000;

/** A seat with all that a plan goes by, at one instant; everything else follows from it plainly. */
export interface PlannedSeat {
  readonly now: Instant;
  readonly action: Action;
  /** When it sent something of the action; nobody answered those that are invitations. */
  readonly sent: readonly Entry[];
  /** When its holds of the action expire. */
  readonly held: readonly Instant[];
  readonly limits: readonly Limit[];
  readonly restrictions: readonly RestrictionFacts[];
  /** Null: the policy's, Monday to Friday from 9 to 6. */
  readonly hours: WorkingHours | null;
  readonly daysOff: readonly string[];
  readonly warmUpStartedOn: string | null;
  readonly outsideUses: readonly OutsideUse[];
  readonly credits: CreditTerms | null;
  /** Invitations of so long ago that they are in no other window. */
  readonly invited: readonly Invited[];
  readonly timeZone: string;
  readonly tier: LinkedInTier;
  readonly history: SeatHistory;
  readonly limitMode: LimitMode;
  readonly course: PolicyCourse;
}

export const QUIET: PlannedSeat = {
  now: Date.parse('2026-11-24T06:00:00.000Z'),
  action: 'DIRECT_MESSAGE',
  ...{ sent: [], held: [], limits: [], restrictions: [], hours: null, daysOff: [], warmUpStartedOn: null },
  ...{ outsideUses: [], credits: null, invited: [], timeZone: 'UTC' },
  ...{ tier: 'SALES_NAVIGATOR', history: 'DECLARED', limitMode: 'CEILING', course: BUILT_IN_COURSE },
};

/** What was sent by an instant: each hold at its last moment, and some planned sends. */
function sentBy(seat: PlannedSeat, slots: readonly Instant[], at: Instant): Entry[] {
  const committed = [...seat.held.map((expiresAt) => expiresAt - 1), ...slots].filter((one) => one <= at);
  return [...seat.sent, ...committed.map((one) => ({ at: one, count: 1 }))];
}

/** The request and its books at an instant, by which some sends were planned and made. */
function asked(seat: PlannedSeat, slots: readonly Instant[], at: Instant): { ask: Ask; books: Books } {
  const { action } = seat;
  const zones = [{ from: 0, timeZone: seat.timeZone }];
  const sends = sentBy(seat, slots, at);
  const heldUntil = seat.held.filter((expiresAt) => expiresAt - 1 > at);
  const ask = askAt(seat, { at, sends, heldUntil, later: slots.filter((slot) => slot > at) });
  const charges = sends.map((one): Charge => ({ ...one, action, noted: false }));
  const holds = heldUntil.map((expiresAt) => ({ action, noted: false, expiresAt }));
  const { outsideUses } = seat;
  const ledger = { scope: SEAT, zones, charges, holds, tallies: new Map(), outsideUses, lastImportAt: null };
  const book = openBook(ledger, countedOn(ask), at);
  for (const { counter } of countedOn(ask)) {
    const after = counter.window.kind === 'ROLLING' ? tailAt(counter.window, at) : -Infinity;
    book.giveEntries(counter, { entries: entriesAfter(charges, counter, after), complete: true });
  }
  return { ask, books: () => book };
}

interface Moment {
  readonly at: Instant;
  readonly sends: readonly Entry[];
  readonly heldUntil: readonly Instant[];
  /** Planned sends that are still to come. */
  readonly later: readonly Instant[];
}

/** The request under the version in force, and under each to come. */
function askAt(seat: PlannedSeat, moment: Moment): Ask {
  const { course } = seat;
  const versions = course.after(moment.at);
  const later = versions.map((policy) => ({
    from: policy.effectiveFrom,
    ask: askUnder(seat, policy, moment),
  }));
  const ask = askUnder(seat, course.at(moment.at), moment);
  return later.length === 0 ? ask : { ...ask, later };
}

function askUnder(seat: PlannedSeat, policy: Policy, { at, sends, heldUntil, later }: Moment): Ask {
  const { action, daysOff, tier, history, limitMode, course, restrictions } = seat;
  const zones = [{ from: 0, timeZone: seat.timeZone }];
  const pace = {
    ...{ ...NO_PACE, ...paceOf(sends, at) },
    heldUntil: [...heldUntil, ...later.map((slot) => slot + 1)],
  };
  const limits = lowestLimits([
    ...limitsThrough(course, at, (version) => policyLimits(version, seat, SEAT)),
    ...seatLimitsOverTime({ ...seat, zones: { seat: zones } }, SEAT, at, pace),
    ...seat.limits,
  ]);
  const hours = {
    ...{ week: seat.hours ?? policy.workingHours, areOwn: seat.hours !== null },
    ...{ daysOff, zones, isReply: false },
  };
  const tierFacts = { tier, actionsLacking: actionsLackingIn(policy, tier) };
  const known = { states: CLEAR, history, limits, hours, restrictions, tier: tierFacts };
  const ask = { action, noted: false, ...known };
  if (action === 'INMAIL') return { ...ask, credits: creditsAt(seat, sends, heldUntil, at) };
  if (action !== 'CONNECTION_REQUEST') return ask;
  const unanswered = [...sends.map((one) => one.at), ...later];
  const invited = unanswered.map((sentAt) => ({ sentAt, answeredAt: null, acceptedAt: null }));
  const stepsUnder = (version: Policy) =>
    acceptanceSteps([...seat.invited, ...invited], acceptanceTerms(version)!, at);
  const caps = limitsThrough(course, at, (version) => {
    const cap = acceptanceCap(stepsUnder(version), acceptanceTerms(version)!, SEAT);
    return cap ? [cap] : [];
  });
  return {
    ...ask,
    limits: lowestLimits([...limits, ...caps]),
    pending: limitsThrough(course, at, (version) => pendingLimit(version, limitMode, SEAT)),
    acceptance: stepsUnder(policy),
  };
}

function paceOf(sends: readonly Entry[], at: Instant) {
  const newest = sends.map((one) => [one.at, one.count] as const);
  const read = { agencyId: '', seatId: '', recentFrom: at - 29 * DAY_MS, lastHeldAt: null };
  return new PacesOfPass(new Map([['', { ...read, newest, oldest: [], older: [] }]])).of('');
}

function creditsAt(seat: PlannedSeat, sends: readonly Entry[], holds: readonly Instant[], at: Instant) {
  if (!seat.credits) return null;
  const purse = new Purse(null, [seat.credits]);
  for (const { at: sentAt } of sends.toSorted((one, other) => one.at - other.at)) {
    purse.advance(sentAt);
    purse.take({ chargeId: '', seatId: seat.credits.seatId, count: 1, sentAt, committed: true });
  }
  purse.advance(at);
  return { purse, holds };
}

export function planOf(seat: PlannedSeat, terms: Partial<PlanTerms> = {}): SendPlan {
  const { now } = seat;
  const first = asked(seat, [], now);
  const { lastSentAt } = paceOf(sentBy(seat, [], now), now);
  const steps = planSends((slots) => asked(seat, slots, now).ask, first.books, now, {
    ...{
      count: 20,
      from: now,
      until: now + 60 * DAY_MS,
      lastSentAt,
      gapSecondsAt: () => 90,
      steadyMs: 30 * DAY_MS,
    },
    ...terms,
  });
  return through(steps);
}

/** What a request would be told at an instant, if some sends were asked for and made at theirs. */
export function replay(seat: PlannedSeat, slots: readonly Instant[], at: Instant): Verdict {
  const { ask, books } = asked(seat, slots, at);
  return decide(ask, books, at);
}

/** The same of somebody who goes by the recommended numbers and the usual hours. */
export function replayByPlan(seat: PlannedSeat, slots: readonly Instant[], at: Instant): Verdict {
  const { ask, books } = asked(seat, slots, at);
  return decide(plannedAsk(ask), books, at);
}
