import { judgeStep, type Step } from '../../quota/limit-alert.js';
import { isInForce, type Limit } from '../../quota/limit.js';
import type { Facts } from '../../quota/rule.js';
import { taken, type Usage } from '../../quota/usage.js';
import type { Instant } from '../../quota/window.js';
import type { Alert } from './alerts.js';
import type { Desk } from '../desk.js';

/** Counters after something was added to them. */
export interface Added {
  readonly usage: readonly Usage[];
  /** How much came to each of them. */
  readonly count: (usage: Usage) => number;
  /** It was done elsewhere: that alone breaches a limit. */
  readonly recorded: boolean;
  /** What is set aside is judged as of now: it is so because of what somebody did. */
  readonly unknownSinceNow?: boolean;
  /** What is told besides. */
  readonly facts?: Facts;
}

/** Whose client account a seat's or a campaign's limit is of: of a seat the one that has it, whosever what was added is. */
export interface Whose {
  readonly clientAccountId: string | null;
}

/**
 * Raises what is due of the limits on some counters, and remembers what was told. Whatever adds to a counter tells of it
 * here, and whoever changes a maximum, with nothing added (`judgeAgain`); what takes away needs not: how far usage fell shows
 * in what it was before the next addition.
 */
export function raiseLimitAlerts(
  desk: Desk,
  whose: Whose,
  { usage, count, recorded, unknownSinceNow, facts }: Added,
): void {
  for (const counter of usage) {
    const after = taken(counter);
    const before = after - count(counter);
    if (counter.unknown > 0 && !unknownSinceNow) raiseUnknown(desk, whose, counter, before);
    judge(desk, whose, counter, { before, after, recorded, at: desk.at, facts });
  }
}

/** A day of outside use that began took room by itself: that is told as of when it began. */
export function raiseUnknown(desk: Desk, whose: Whose, usage: Usage, amount = taken(usage)): void {
  const { scope, counter } = usage.limit;
  const stays = desk.book(scope).staysSetAside(counter, desk.at);
  const at = Math.max(0, ...stays.map(({ from }) => from).filter((from) => from <= desk.at));
  if (at > 0) judge(desk, whose, usage, { before: amount, after: amount, recorded: false, at });
}

function judge(
  desk: Desk,
  whose: Whose,
  usage: Usage,
  { at, facts, ...step }: Omit<Step, 'limit'> & { readonly at: Instant; readonly facts?: Facts | undefined },
): void {
  const { limit } = usage;
  // Of a version to come: it holds nothing yet, so that nothing is told of it.
  if (!isInForce(limit)) return;
  const told = desk.told(limit.scope);
  const judged = judgeStep(told.level(limit.counter.key), { limit, ...step });
  told.setLevel(limit.counter.key, judged.told);
  if (judged.due)
    desk.raise({ kind: judged.due, ...whoseOf(limit, whose), usage, ...(facts && { facts }), at });
}

/** Whose a limit's alert is: its scope's, and that one's client account. An agency's limit is nobody else's. */
function whoseOf(
  { scope }: Limit,
  { clientAccountId }: Whose,
): Pick<Alert, 'clientAccountId' | 'seatId' | 'campaignId'> {
  switch (scope.kind) {
    case 'AGENCY':
      return {};
    case 'CLIENT_ACCOUNT':
      return { clientAccountId: scope.id };
    case 'CAMPAIGN':
      return { clientAccountId, campaignId: scope.id };
    case 'SEAT':
      return { clientAccountId, seatId: scope.id };
  }
}
