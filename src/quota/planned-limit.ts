import { leavesCalendarAt } from './calendar.js';
import type { ScopeBook } from './book.js';
import { countUntil } from './instants.js';
import { maxAt, stepsAhead, type Limit } from './limit.js';
import { firstRoom, occupancyOf, occupiedNow, type Occupancy } from './occupancy.js';
import type { Objection, Rule } from './rule.js';
import { isToldByHealth, objectionOf } from './rules/limit.rule.js';
import { SECOND, type Instant } from './window.js';

/** Whether so many sends may fill a limit, whatever leaves it meanwhile: of hundreds of limits a plan goes along with these. */
export function mayFill(limit: Limit, book: ScopeBook, sends: number): boolean {
  if (book.setsAside(limit.counter)) return true;
  const steps = stepsAhead(limit, 'COMMIT').map(({ max }) => max);
  return occupiedNow(limit, book) + sends > Math.min(limit.max, ...steps);
}

/**
 * A limit as a plan goes along: what the books say ahead is looked at once, and each planned send is added to it. It
 * answers for instants from the last planned send on, with all that is held committed at its last moment, and for `sends` at most.
 */
export class PlannedLimit implements Rule {
  private readonly occupancy: Occupancy;
  private readonly steps: readonly Instant[];
  /** When the planned sends leave the counter. Whoever is sent later leaves no earlier: they are in order. */
  private readonly leaves: Instant[] = [];

  constructor(
    readonly limit: Limit,
    private readonly book: ScopeBook,
    slots: readonly Instant[],
    sends: number,
  ) {
    this.occupancy = occupancyOf(limit, book, 'COMMIT', sends);
    this.steps = stepsAhead(limit, 'COMMIT').map(({ from }) => from);
    for (const slot of slots) this.send(slot);
  }

  send(slot: Instant): void {
    const { window } = this.limit.counter;
    this.leaves.push(
      window.kind === 'ROLLING'
        ? slot + window.seconds * SECOND
        : leavesCalendarAt(window.kind, this.book.zones, slot),
    );
  }

  objectionAt(at: Instant): Objection | null {
    if (this.hasRoom(at) || isToldByHealth(this.limit, at, 'COMMIT')) return null;
    const objection = objectionOf(this.limit, this.book);
    return this.limit.counter.unanswered
      ? {
          ...objection,
          facts: { pending: this.occupancy.takenAt(at) + this.plannedAt(at), most: this.limit.max },
        }
      : { ...objection, facts: { planned: this.leaves.length } };
  }

  admitsFrom(at: Instant): Instant | null {
    if (this.hasRoom(at)) return at;
    return firstRoom(this.occupancy, at, {
      maxFrom: (from) => this.roomAt(from),
      changesAt: (from) =>
        Math.min(...[this.leaves, this.steps].map((all) => all[countUntil(all, from)] ?? Infinity)),
    });
  }

  private hasRoom(at: Instant): boolean {
    return this.occupancy.takenAt(at) < this.roomAt(at);
  }

  /** What is left of the maximum to what was there before the plan. */
  private roomAt(at: Instant): number {
    const max = this.steps.length === 0 ? this.limit.max : maxAt(this.limit, at, 'COMMIT');
    return max - this.plannedAt(at);
  }

  private plannedAt(at: Instant): number {
    return this.leaves.length - countUntil(this.leaves, at);
  }
}
