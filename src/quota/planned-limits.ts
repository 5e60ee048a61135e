import { EntriesNeeded } from './decide.js';
import { ALL, entriesNeeded, type EntriesNeed } from './entries-needed.js';
import type { Limit } from './limit.js';
import { counts } from './counter.js';
import { mayFill, PlannedLimit } from './planned-limit.js';
import type { Books } from './unit.js';
import type { Instant } from './window.js';
import type { Action } from './words.js';

/** A send of a seat that a plan goes by. */
export interface PlannedSend {
  readonly action: Action;
  readonly noted: boolean;
  readonly campaignId: string | null;
  readonly at: Instant;
}

/** All limits of a plan that may stand in its way, each once, however much of what is planned it counts. */
export class PlannedLimits {
  /** Null: no plan fills it. */
  private readonly byName = new Map<string, PlannedLimit | null>();
  private readonly sent: PlannedSend[] = [];

  /** `sends` are planned at most. */
  constructor(
    private readonly books: Books,
    private readonly sends: number,
  ) {}

  /**
   * Those of some limits, in their order, with all that was planned so far. Throws EntriesNeeded where what was planned takes a
   * maximum down, so that it takes other charges than before to tell when there is room: all of its window.
   */
  of(limits: readonly Limit[]): PlannedLimit[] {
    const named = limits.map((limit) => [nameOf(limit), limit] as const);
    const others = new Map(named.filter(([name]) => !this.byName.has(name)));
    needEntries([...others.values()], this.books, this.sends, ({ limit, after }) => {
      return { limit, after, count: ALL };
    });
    for (const [name, limit] of others) this.byName.set(name, this.planned(limit));
    return named.flatMap(([name]) => this.byName.get(name) ?? []);
  }

  /** In the order of time. */
  send(sent: PlannedSend): void {
    this.sent.push(sent);
    for (const planned of this.byName.values()) {
      if (planned && countsOn(planned.limit, sent)) planned.send(sent.at);
    }
  }

  private planned(limit: Limit): PlannedLimit | null {
    const { sent, sends } = this;
    const book = this.books(limit.scope);
    if (!mayFill(limit, book, sends)) return null;
    const slots = sent.filter((one) => countsOn(limit, one)).map(({ at }) => at);
    return new PlannedLimit(limit, book, slots, sends);
  }
}

/** Each limit of some once, as it was found first. */
export function distinctLimits(limits: readonly Limit[]): Limit[] {
  const byName = new Map<string, Limit>();
  for (const limit of limits) {
    const name = nameOf(limit);
    if (!byName.has(name)) byName.set(name, limit);
  }
  return [...byName.values()];
}

/** Limits of one name are one limit: of a counter of a scope, with the same maxima from the same hand. */
function nameOf(limit: Limit): string {
  const known = names.get(limit);
  if (known !== undefined) return known;
  const name = JSON.stringify({ ...limit, counter: limit.counter.key });
  names.set(limit, name);
  return name;
}

const names = new WeakMap<Limit, string>();

/** Whether a planned send counts on a limit of its seat: a campaign's are for its own. */
function countsOn({ scope, counter }: Limit, { action, noted, campaignId }: PlannedSend): boolean {
  return (scope.kind !== 'CAMPAIGN' || scope.id === campaignId) && counts(counter, action, noted);
}

/** Throws EntriesNeeded where the books were not given what it takes for so many sends; `asFor` says what is asked for then. */
export function needEntries(
  limits: readonly Limit[],
  books: Books,
  sends: number,
  asFor: (need: EntriesNeed) => EntriesNeed = (need) => need,
): void {
  const needs = limits.flatMap((limit) => entriesNeeded(limit, books(limit.scope), sends) ?? []);
  if (needs.length > 0) throw new EntriesNeeded(needs.map(asFor));
}
