import type { Ask } from './ask.js';
import { counts } from './counter.js';
import { countedOn, EntriesNeeded, rulesOf } from './decide.js';
import { ALL, entriesNeeded, type EntriesNeed } from './entries-needed.js';
import type { Limit } from './limit.js';
import { PlannedCredits } from './planned-credits.js';
import { mayFill, PlannedLimit } from './planned-limit.js';
import { firstAdmitted, type Rule } from './rule.js';
import { creditsOf } from './rules/credits.rule.js';
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

/** Whether a planned send counts on a limit of its seat: a campaign's are for its own. */
export function countsOn({ scope, counter }: Limit, { action, noted, campaignId }: PlannedSend): boolean {
  return (scope.kind !== 'CAMPAIGN' || scope.id === campaignId) && counts(counter, action, noted);
}

/** All rules of a plan. Those that each send changes go along with it; the others are made anew when they are asked anew. */
export class PlannedRules {
  /** All that count what is asked for, and those of them that may stand in the way. */
  counted: readonly Limit[] = [];
  private limits: readonly PlannedLimit[] = [];
  private readonly credits: PlannedCredits | null;
  private others: readonly Rule[] = [];
  /** The last planned send that the request was last asked with, and whether there are others since. */
  private toldUntil: Instant = -Infinity;
  private isToldAll = true;

  /** `sends` are planned at most. */
  constructor(
    ask: Ask,
    private readonly books: Books,
    private readonly now: Instant,
    private readonly sends: number,
  ) {
    const credits = creditsOf(ask);
    this.credits = credits && new PlannedCredits(credits, now);
    this.ask(ask, () => []);
  }

  /**
   * `slotsOn` are the planned sends that count on a limit, in order. Throws EntriesNeeded where what was planned takes a maximum down, so
   * that it takes other charges than before to tell when there is room: all of its window.
   */
  ask(ask: Ask, slotsOn: (limit: Limit) => readonly Instant[]): void {
    const { books, now, sends } = this;
    this.counted = countedOn(ask);
    needEntries(this.counted, books, sends, ({ limit, after }) => ({ limit, after, count: ALL }));
    this.limits = this.counted.flatMap((limit) => {
      const slots = slotsOn(limit);
      this.toldUntil = Math.max(this.toldUntil, slots.at(-1) ?? -Infinity);
      const book = books(limit.scope);
      return mayFill(limit, book, sends) ? [new PlannedLimit(limit, book, slots, sends)] : [];
    });
    this.others = rulesOf(
      { ask: { ...ask, limits: [], pending: [], credits: null }, books, at: now },
      'COMMIT',
    );
    this.isToldAll = true;
  }

  send(slot: Instant): void {
    for (const limit of this.limits) limit.send(slot);
    this.credits?.send(slot);
    this.isToldAll = false;
  }

  /** Something else of the seat was planned, which may count here too. */
  sendBeside(sent: PlannedSend): void {
    for (const limit of this.limits) if (countsOn(limit.limit, sent)) limit.send(sent.at);
    if (sent.action === 'INMAIL') this.credits?.send(sent.at);
    this.isToldAll = false;
  }

  /** Whether what was asked still holds at an instant. */
  holdAt(at: Instant, steadyMs: number): boolean {
    return this.isToldAll || steadyMs === Infinity || at < this.toldUntil + steadyMs;
  }

  firstAdmitted(at: Instant): Instant | null {
    return firstAdmitted(this.all(), at);
  }

  all(): Rule[] {
    return [...this.others, ...(this.credits ? [this.credits] : []), ...this.limits];
  }
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
