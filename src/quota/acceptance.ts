import type { Limit, MaxStep } from './limit.js';
import { counterOf, type Scope } from './counter.js';
import type { Policy, PolicyRuleKind } from './policy/index.js';
import { DAY, SECOND, type Instant, type Window } from './window.js';

/** The numbers that a seat's acceptance is judged by, as the policy has them. */
export interface AcceptanceTerms {
  /** Invitations are judged for so long after they were sent, ... */
  readonly reach: number;
  /** ... as soon as they are answered, or so long after they were sent. */
  readonly judgedAfter: number;
  /** So many have to be judged before any of it is said. */
  readonly judgedMin: number;
  /** In per cent: under the first it is told, under the second nothing goes out. */
  readonly low: number;
  readonly stopped: number;
  /** For so long nothing goes out; then so many in a window, until it heals. */
  readonly stopFor: number;
  readonly slowedTo: number;
  readonly slowedIn: Window;
}

/** Null where the policy has no such rule. */
export function acceptanceTerms(policy: Policy): AcceptanceTerms | null {
  const rule = (kind: PolicyRuleKind) => policy.rules.find((one) => one.kind === kind);
  const [rate, cap] = [rule('ACCEPTANCE'), rule('ACCEPTANCE_CAP')];
  const judgedAfter = rule('ACCEPTANCE_AGE')?.ceiling;
  const judgedMin = rule('ACCEPTANCE_COUNT')?.recommended;
  const stopFor = rule('ACCEPTANCE_STOP')?.ceiling;
  if (rate?.window?.kind !== 'ROLLING' || !cap?.window || !judgedAfter || !judgedMin || !stopFor) return null;
  return {
    reach: rate.window.seconds * SECOND,
    judgedAfter: judgedAfter * DAY,
    judgedMin,
    low: rate.recommended ?? 0,
    stopped: rate.ceiling ?? 0,
    stopFor: stopFor * DAY,
    slowedTo: cap.ceiling ?? NO_CAP,
    slowedIn: cap.window,
  };
}

/** Says by which numbers invitations were judged: what was found by others says nothing. */
export function nameOfTerms({
  reach,
  judgedAfter,
  judgedMin,
  low,
  stopped,
  stopFor,
}: AcceptanceTerms): string {
  return [reach, judgedAfter, judgedMin, low, stopped, stopFor].join();
}

/** More than any limit may be: where the seat's health says nothing, another limit on the counter is lower. */
const NO_CAP = 1_000_000;

/** An invitation, and the first answer to it. */
export interface Invited {
  readonly sentAt: Instant;
  readonly answeredAt: Instant | null;
  readonly acceptedAt: Instant | null;
}

/** How invitations are taken: well enough, too badly not to say so, or so badly that few or none go out. */
export type Acceptance = 'FINE' | 'LOW' | 'STOPPED' | 'SLOWED';

/** How they are taken from an instant on, with the numbers of that instant. */
export interface AcceptanceStep {
  readonly from: Instant;
  readonly acceptance: Acceptance;
  readonly judged: number;
  readonly accepted: number;
}

interface Numbers {
  readonly judged: number;
  readonly accepted: number;
  readonly answered: number;
}

type Change = Numbers & { readonly at: Instant };

/**
 * How a seat's invitations are taken from an instant on, if nothing else happens: they come to be judged, and age out of it.
 * `invited` are all that were sent since `acceptanceSince()`. It is known of the seat that answers are told only where one is
 * on record: without any, a low rate is no more than a warning.
 */
export function acceptanceSteps(
  invited: readonly Invited[],
  terms: AcceptanceTerms,
  at: Instant,
): AcceptanceStep[] {
  const steps: AcceptanceStep[] = [];
  const put = (step: AcceptanceStep): void => {
    const last = steps.at(-1);
    // What was before now is passed over; what goes on is one step.
    if (last && step.from <= at) steps.pop();
    if (last?.acceptance !== step.acceptance || step.from <= at) {
      steps.push({ ...step, from: Math.max(at, step.from) });
    }
  };
  let stoppedSince: Instant | null = null;
  for (const { from, until, ...numbers } of stretchesOf(invited, terms, at)) {
    const { judged, accepted } = numbers;
    const judgement = judge(numbers, terms);
    stoppedSince = judgement === 'STOPPED' ? (stoppedSince ?? from) : null;
    if (stoppedSince === null) {
      put({ from, acceptance: judgement, judged, accepted });
      continue;
    }
    const slowedFrom = stoppedSince + terms.stopFor;
    if (from < slowedFrom) put({ from, acceptance: 'STOPPED', judged, accepted });
    if (until > slowedFrom) {
      put({ from: Math.max(from, slowedFrom), acceptance: 'SLOWED', judged, accepted });
    }
  }
  return steps;
}

/** Steps that were found out before, as they are from now on. */
export function stepsFrom(steps: readonly AcceptanceStep[], at: Instant): readonly AcceptanceStep[] {
  return steps.slice(
    Math.max(
      0,
      steps.findLastIndex(({ from }) => from <= at),
    ),
  );
}

/** What was sent before it changes nothing from an instant on: nobody can have been stopped for it since more than that. */
export function acceptanceSince({ reach, stopFor }: AcceptanceTerms, at: Instant): Instant {
  return at - reach - stopFor;
}

function judge({ judged, accepted, answered }: Numbers, terms: AcceptanceTerms): Acceptance {
  if (judged < terms.judgedMin || accepted * 100 >= terms.low * judged) return 'FINE';
  return accepted * 100 < terms.stopped * judged && answered > 0 ? 'STOPPED' : 'LOW';
}

/** The numbers from each instant at which they change, the first one so long ago that whoever is stopped since is slowed by now. */
function stretchesOf(
  invited: readonly Invited[],
  terms: AcceptanceTerms,
  at: Instant,
): (Numbers & { readonly from: Instant; readonly until: Instant })[] {
  const start = at - terms.stopFor;
  const sums = new Map<Instant, Numbers>([[start, { judged: 0, accepted: 0, answered: 0 }]]);
  for (const change of invited.flatMap((one) => changesOf(one, terms))) {
    const from = Math.max(start, change.at);
    sums.set(from, sumOf(sums.get(from), change));
  }
  const instants = [...sums.keys()].toSorted((one, other) => one - other);
  let numbers: Numbers | undefined;
  return instants.map((from, index) => {
    numbers = sumOf(numbers, sums.get(from)!);
    return { ...numbers, from, until: instants[index + 1] ?? Infinity };
  });
}

function sumOf(one: Numbers | undefined, other: Numbers): Numbers {
  if (!one) return other;
  return {
    judged: one.judged + other.judged,
    accepted: one.accepted + other.accepted,
    answered: one.answered + other.answered,
  };
}

/** An invitation counts from its answer or its age on, until it is out of reach. */
function changesOf(
  { sentAt, answeredAt, acceptedAt }: Invited,
  { reach, judgedAfter }: AcceptanceTerms,
): Change[] {
  const leavesAt = sentAt + reach;
  const none = { judged: 0, accepted: 0, answered: 0 };
  const during = (from: Instant | null, one: Partial<Numbers>, less: Partial<Numbers>): Change[] =>
    from === null || from >= leavesAt
      ? []
      : [
          { ...none, ...one, at: from },
          { ...none, ...less, at: leavesAt },
        ];
  return [
    ...during(Math.min(answeredAt ?? Infinity, sentAt + judgedAfter), { judged: 1 }, { judged: -1 }),
    ...during(answeredAt, { answered: 1 }, { answered: -1 }),
    ...during(acceptedAt, { accepted: 1 }, { accepted: -1 }),
  ];
}

/** The cap on a seat's invitations that its acceptance sets, now or later; null where it sets none. */
export function acceptanceCap(
  steps: readonly AcceptanceStep[],
  terms: AcceptanceTerms,
  scope: Scope,
): Limit | null {
  const capped = steps.map(({ from, acceptance }): MaxStep => {
    if (acceptance === 'STOPPED') return { from, max: 0, origin: 'HEALTH' };
    return { from, max: acceptance === 'SLOWED' ? terms.slowedTo : NO_CAP, origin: 'HEALTH' };
  });
  const [now, ...later] = capped;
  if (!now || capped.every(({ max }) => max === NO_CAP)) return null;
  const counter = counterOf(['CONNECTION_REQUEST'], false, terms.slowedIn);
  const { max, origin } = now;
  return { scope, counter, max, origin, limitId: null, recommended: null, later };
}
