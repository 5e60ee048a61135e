/** Which step comes next for one person: a pure function of where they are, what is known of them, and the instant. */
import type { Instant } from '../../quota/window.js';
import type { ConnectionDegree } from '../../quota/words.js';
import { delayOf, findStep, type BranchStep, type Definition, type TouchStep } from './steps.js';

/** Where somebody is: at a step that is not done yet, since when; null for behind the last one. */
export interface Place {
  readonly step: string | null;
  readonly since: Instant;
}

/** What is known of a person and the seat that writes to them. What lies behind the instant of the question counts as not known. */
export interface EnrolmentFacts {
  readonly degree: ConnectionDegree;
  readonly openProfile: boolean;
  /** The seat's subscription has no InMails. */
  readonly lacksInmail: boolean;
  readonly acceptedAt: Instant | null;
  /** Since they were enrolled, as all that follows. */
  readonly declinedAt: Instant | null;
  readonly repliedAt: Instant | null;
  readonly optedOutAt: Instant | null;
}

/** Why nothing more is asked of somebody. */
export type End = 'STEPS_DONE' | 'REPLIED' | 'OPTED_OUT';

export type Next =
  /** To be done, not before `dueAt`. */
  | {
      readonly kind: 'TOUCH';
      readonly step: TouchStep;
      readonly place: Place;
      readonly dueAt: Instant;
    }
  /** Nothing is to be done before `until`, unless more becomes known of them. */
  | { readonly kind: 'WAITS'; readonly place: Place; readonly until: Instant }
  | { readonly kind: 'ENDS'; readonly because: End; readonly at: Instant };

/** Where everybody begins. */
export function firstPlace({ steps }: Definition, since: Instant): Place {
  return { step: steps[0]?.key ?? null, since };
}

/** Where somebody is once a touch of theirs was done, or was passed over by hand. */
export function placeBehind(step: TouchStep, doneAt: Instant): Place {
  return { step: step.next, since: doneAt };
}

/**
 * What is to be done next. Whoever asks late gets the same answer as whoever asked in time: each step begins when the one
 * before it ended, not when somebody looked.
 */
export function nextStep(definition: Definition, place: Place, facts: EnrolmentFacts, at: Instant): Next {
  const stop = stopOf(definition, facts, at);
  if (stop) return stop;
  let here = place;
  // No step comes twice on a way; a definition that says otherwise was never launched.
  for (let steps = 0; steps <= definition.steps.length; steps += 1) {
    const step = here.step === null ? null : findStep(definition, here.step);
    if (!step) return { kind: 'ENDS', because: 'STEPS_DONE', at: here.since };
    const since = here.since;
    if (step.kind === 'WAIT') {
      const until = since + delayOf(step);
      if (at < until) return { kind: 'WAITS', place: here, until };
      here = { step: step.next, since: until };
    } else if (step.kind === 'BRANCH') {
      const way = wayOf(step, since, facts, at);
      if (!way) return { kind: 'WAITS', place: here, until: since + delayOf(step) };
      here = way;
    } else {
      const passedAt = passedOverAt(step, since, facts, at);
      if (passedAt === null) return { kind: 'TOUCH', step, place: here, dueAt: since + delayOf(step) };
      here = { step: step.next, since: passedAt };
    }
  }
  throw new Error('The steps of a campaign lead round in a circle.');
}

/** Since when a touch is passed over that makes no sense, or that nobody could send; null where it is to be done. */
function passedOverAt(step: TouchStep, since: Instant, facts: EnrolmentFacts, at: Instant): Instant | null {
  // Nobody is invited who is connected by now, however late that is.
  if (step.kind === 'CONNECT') return connectedAt(facts, since, at);
  return step.kind === 'INMAIL' && facts.lacksInmail && !facts.openProfile ? since : null;
}

function stopOf({ stopOnReply }: Definition, facts: EnrolmentFacts, at: Instant): Next | null {
  const { optedOutAt, repliedAt } = facts;
  if (isBy(optedOutAt, at)) return { kind: 'ENDS', because: 'OPTED_OUT', at: optedOutAt };
  if (stopOnReply && isBy(repliedAt, at)) return { kind: 'ENDS', because: 'REPLIED', at: repliedAt };
  return null;
}

/** The way from a branch, and since when; null while it is open. */
function wayOf(step: BranchStep, since: Instant, facts: EnrolmentFacts, at: Instant): Place | null {
  const { condition, then, otherwise } = step;
  const { declinedAt } = facts;
  const isRuledOut = condition.kind === 'ACCEPTED' && isBy(declinedAt, at);
  const ruledOutAt = isRuledOut ? Math.max(since, declinedAt) : Infinity;
  const overAt = Math.min(since + delayOf(step), ruledOutAt);
  const metAt = conditionMetAt(step, since, facts, at);
  if (metAt !== null && metAt <= overAt) return { step: then, since: metAt };
  return at < overAt ? null : { step: otherwise, since: overAt };
}

/** Not before the branch was reached, and null where it is not met by the instant. */
function conditionMetAt(
  { condition }: BranchStep,
  since: Instant,
  facts: EnrolmentFacts,
  at: Instant,
): Instant | null {
  switch (condition.kind) {
    case 'ACCEPTED':
      return connectedAt(facts, since, at);
    case 'REPLIED':
      return isBy(facts.repliedAt, at) ? Math.max(since, facts.repliedAt) : null;
    case 'DEGREE': {
      // As it was when they came here: that they accepted later makes it no other then.
      const wasConnected = connectedAt(facts, since, since) !== null;
      if (condition.degrees.includes(wasConnected ? 'FIRST' : facts.degree)) return since;
      return condition.degrees.includes('FIRST') ? connectedAt(facts, since, at) : null;
    }
    case 'OPEN_PROFILE':
      return facts.openProfile ? since : null;
  }
}

/** Since when the two are connected as far as a step is concerned that was reached at `since`. */
function connectedAt({ degree, acceptedAt }: EnrolmentFacts, since: Instant, at: Instant): Instant | null {
  if (isBy(acceptedAt, at)) return Math.max(since, acceptedAt);
  return degree === 'FIRST' && acceptedAt === null ? since : null;
}

function isBy(happenedAt: Instant | null, at: Instant): happenedAt is Instant {
  return happenedAt !== null && happenedAt <= at;
}
