import { tellingRoom } from '../../quota/decide.js';
import type { Limit } from '../../quota/limit.js';
import type { Action } from '../../quota/words.js';
import type { Desk } from '../desk.js';

type Limits = readonly Limit[];

/** Lists of limits that seats share, gone through once for all of them at a desk that changes nothing. */
export class SharedLimits {
  private static readonly ofDesks = new WeakMap<Desk, SharedLimits>();

  private readonly some = new Map<Limits, Limits>();
  private readonly telling = new Map<Limits, Map<Action, Limits>>();

  private constructor(private readonly desk: Desk) {}

  static at(desk: Desk): SharedLimits {
    const known = this.ofDesks.get(desk) ?? new SharedLimits(desk);
    this.ofDesks.set(desk, known);
    return known;
  }

  /** Some limits of a list, by always the same question: the same list for all seats. */
  those(list: Limits, isAsked: (limit: Limit) => boolean): Limits {
    const known = this.some.get(list) ?? list.filter(isAsked);
    this.some.set(list, known);
    return known;
  }

  /** Opens the counters of a seat's own limits, and of lists that nobody asked about. Throws Missing. */
  open(own: Limits, lists: readonly Limits[]): void {
    const unknown = lists.filter((list) => !this.telling.has(list));
    this.desk.open([...own, ...unknown.flat()]);
    for (const list of unknown) this.telling.set(list, new Map());
  }

  /** Those of a list, whose counters are open, that tell how much room an action has there. */
  tellingRoom(list: Limits, action: Action): Limits {
    const byAction = this.telling.get(list);
    const known = byAction?.get(action) ?? tellingRoom(list, (scope) => this.desk.book(scope), action);
    byAction?.set(action, known);
    return known;
  }
}
