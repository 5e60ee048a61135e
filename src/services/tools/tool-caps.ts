import { Failure } from '../../errors.js';
import { dayOf, dayStart } from '../../quota/calendar.js';
import type { Reason } from '../../quota/rule.js';
import { taken, type Usage } from '../../quota/usage.js';
import { DAY, HOUR, type Instant } from '../../quota/window.js';
import { ACTIONS, type Action } from '../../quota/words.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { seesCounts, type Viewer } from '../../tenancy/viewer.js';
import { requirePermission } from '../members/access.js';
import type { SeatReader } from '../seats/seat.reader.js';

/** What a tool that asks nobody is to be set to for a day: so many, and what stops the next one. */
export interface ToolCap {
  readonly action: Action;
  readonly max: number;
  readonly binding: Reason | null;
}

export interface CapsAsked {
  readonly seatId: string;
  /** A day in the seat's zone. */
  readonly date: string;
  /** What the tool does, the most important first; null for everything. */
  readonly actions: readonly Action[] | null;
}

/** More than a day has room for under any policy. */
const PLANNED_MAX = 1_000;
/** How far ahead a day may be told: beyond it everything is planned anew anyway. */
const DAYS_AHEAD_MAX = 31;
const HOURS_OF_DAY_MAX = 26;

/** Caps for tools that never ask: planned sends of a day by all rules, never over a recommended number. */
export class ToolCaps {
  constructor(
    private readonly seats: SeatReader,
    private readonly reader: LedgerReader,
  ) {}

  /** Throws FORBIDDEN, NOT_FOUND, BAD_USER_INPUT. */
  async caps(viewer: Viewer, { seatId, date, actions }: CapsAsked): Promise<ToolCap[]> {
    requirePermission(viewer, 'capsForTool');
    const seat = (await this.seats.byIds(viewer, [seatId])).get(seatId);
    if (!seat) throw new Failure('NOT_FOUND', 'There is no such seat.');
    const now = await this.reader.read(viewer, (_, at) => Promise.resolve(at));
    const day = spanOf(date, seat.timeZone, now);
    const wanted = [...new Set(actions ?? ACTIONS)];
    const planned: ToolCap[] = [];
    for (const action of wanted) {
      const asked = { seatId, action, count: PLANNED_MAX, from: day.from, until: day.until };
      const { slots, binding } = await this.reader.planSends(viewer, asked);
      planned.push({ action, max: slots.length, binding });
    }
    const usage = (await this.reader.usageOfSeats(viewer, [seatId])).get(seatId)?.usage ?? [];
    // What is left at a scope that others use up too would tell what they send, as in planSends.
    return shared(
      planned,
      usage.filter(({ limit }) => seesCounts(viewer, limit.scope)),
    );
  }
}

/** What is left of a day; from now on, where it is today. */
function spanOf(date: string, timeZone: string, now: Instant): { from: Instant; until: Instant } {
  const start = dayStart(date, timeZone);
  const next = dayOf(start + HOURS_OF_DAY_MAX * HOUR, timeZone);
  const until = dayStart(next, timeZone);
  if (until <= now) throw new Failure('BAD_USER_INPUT', '`date` has passed in the zone of the seat.');
  if (start - now > DAYS_AHEAD_MAX * DAY) {
    throw new Failure('BAD_USER_INPUT', `\`date\` is ${DAYS_AHEAD_MAX} days ahead at most.`);
  }
  return { from: Math.max(start, now), until };
}

/**
 * Each cap is planned as if nothing else were sent; where actions are counted together they share what is left now: the
 * first ones have theirs, and the others what remains. So all caps of a tool together stay within it, too.
 */
function shared(planned: readonly ToolCap[], usage: readonly Usage[]): ToolCap[] {
  const together = usage
    .filter(({ limit }) => limit.counter.actions.length > 1)
    .map((one) => ({
      actions: one.limit.counter.actions,
      left: Math.max(0, Math.min(one.limit.recommended ?? Infinity, one.limit.max) - taken(one)),
      isLong: isOfADay(one),
    }))
    .filter(({ isLong }) => isLong);
  return planned.map((cap) => {
    const counters = together.filter(({ actions }) => actions.includes(cap.action));
    const max = Math.min(cap.max, ...counters.map(({ left }) => left));
    for (const counter of counters) counter.left -= max;
    return { ...cap, max };
  });
}

const DAY_SECONDS = 86_400;

/** A window of less than a day is filled anew within it: it holds up the pace, and not the day's number. */
function isOfADay({ limit }: Usage): boolean {
  const { window } = limit.counter;
  return window.kind !== 'ROLLING' || window.seconds >= DAY_SECONDS;
}
