import type { SeatPlan } from '../../ledger/told/touches-at-desk.js';
import { planQueue, type Line, type PlannedTouch } from '../../outreach/campaign/queue.js';
import type { TouchStep } from '../../outreach/campaign/steps.js';
import type { Reason } from '../../quota/rule.js';
import type { AskedKind, SendKind } from '../../quota/touch-plan.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { inSteps } from '../in-steps.js';
import { endOf, isOver } from './campaign.days.js';
import type { Enrolled } from './enrolment.rows.js';
import { nameOf } from './queue.terms.js';
import type { Touch } from './touch.rows.js';

/** What of all that is due from a seat fits into its day. */

/** A touch that is due, with when it could go out. */
export interface NextTouch {
  readonly touch: Touch;
  readonly person: Enrolled;
  readonly action: Action;
  readonly at: Instant;
}

interface PlannedTouches {
  readonly touches: readonly NextTouch[];
  /** Due and claimed by nobody, as far as anybody looks. */
  readonly waiting: number;
  /** What stops the first of those that do not fit today; null where all do, of those that were tried. */
  readonly binding: Reason | null;
  /** Of the seat's day; null where the seat is removed. */
  readonly dayEnd: Instant | null;
}

/** What is due from a seat, as somebody read it. */
interface Reading {
  readonly asOf: Instant;
  /** When the next touch comes due, or somebody is to be looked at. */
  readonly comesAt: Instant | null;
  /** Somebody is not looked at yet: another look has them, or they are too many. Their touch may be due as well. */
  readonly isBehind: boolean;
}

export type NextTouches = PlannedTouches & Reading;

export interface Waiting {
  readonly touch: Touch & { readonly weight: number };
  readonly person: Enrolled;
  readonly step: TouchStep;
  readonly kind: SendKind;
}

/** What is due from a seat, and what its campaigns have had of it already. */
export interface Shared extends Reading {
  readonly waiting: readonly Waiting[];
  readonly taken: ReadonlyMap<string, number>;
}

/** How long a seat may keep the process busy in all its turns, as a forecast: hundreds of campaigns take a tenth of it. */
const PLAN_MS_MAX = 1_000;

/** In order; where it takes too long, as many as could be planned by then. */
export async function planToday(
  { kinds, plan, dayEnd }: SeatPlan,
  waiting: readonly Waiting[],
  { agencyId, most, taken }: Pick<Shared, 'taken'> & { readonly agencyId: string; readonly most: number },
): Promise<PlannedTouches> {
  const byName = new Map(kinds.map((kind) => [nameOf(kind), kind]));
  const lines = new Map<string, { weight: number; taken: number; waiting: Map<AskedKind, Waiting[]> }>();
  for (const one of waiting) {
    const { campaignId, weight } = one.touch;
    const begun = { weight, taken: taken.get(campaignId) ?? 0, waiting: new Map<AskedKind, Waiting[]>() };
    const line = lines.get(campaignId) ?? begun;
    lines.set(campaignId, line);
    const kind = byName.get(nameOf(one.kind))!;
    const ofKind = line.waiting.get(kind);
    if (ofKind) ofKind.push(one);
    else line.waiting.set(kind, [one]);
  }
  const all: Line<AskedKind, Waiting>[] = [...lines.values()];
  const planned: PlannedTouch<Waiting>[] = [];
  const queue = planQueue(all, plan, { most, until: dayEnd, planned });
  const full = await inSteps(PLAN_MS_MAX, queue, agencyId);
  const first = full?.[0];
  return {
    // The last day of a campaign may end before the day of the seat.
    touches: planned.flatMap(({ touch: { touch, person, kind }, at: slot }) =>
      isOver(person, slot) ? [] : [{ touch, person, action: kind.action, at: slot }],
    ),
    waiting: waiting.length,
    binding: first ? plan.bindingOf(first) : null,
    dayEnd,
  };
}

/** When time alone will make what is due another one, as far as is known; null where it will not. */
export function nextChangeAt({ touches, comesAt, dayEnd, binding }: NextTouches): Instant | null {
  const opens = binding === null ? null : (binding.retryAt ?? null);
  const ends = touches.map(({ person }) => endOf(person));
  const all = [comesAt, opens, dayEnd, ...ends].filter((at) => at !== null);
  return all.length === 0 ? null : Math.min(...all);
}
