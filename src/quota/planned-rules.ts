import type { Ask } from './ask.js';
import { countedOn, rulesOf } from './decide.js';
import type { Limit } from './limit.js';
import { PlannedCredits } from './planned-credits.js';
import type { PlannedLimit } from './planned-limit.js';
import type { PlannedLimits, PlannedSend } from './planned-limits.js';
import { longestFirst, reasonsAt, together, type Reason, type Rule } from './rule.js';
import { creditsOf } from './rules/credits.rule.js';
import type { Books } from './unit.js';
import type { Instant } from './window.js';

/** All rules of a plan. Those that each send changes go along with it; the others are made anew when they are asked anew. */
export class PlannedRules {
  /** All that count what is asked for. */
  counted: readonly Limit[] = [];
  /** Those of them that may stand in the way, once somebody asks. */
  private limits: readonly PlannedLimit[] | null = null;
  private readonly credits: PlannedCredits | null;
  private others: readonly Rule[] = [];
  /** All of these as one, and what they say at an instant, until another send is planned. */
  private asOne: Rule | null = null;
  private readonly said = new Map<Instant, { ofSeat: readonly Reason[]; ofParents: readonly Reason[] }>();
  /** The last planned send that the request was last asked with, and whether there are others since. */
  private toldUntil: Instant = -Infinity;
  private isToldAll = true;

  constructor(
    ask: Ask,
    private readonly planned: PlannedLimits,
    private readonly books: Books,
    private readonly now: Instant,
  ) {
    const credits = creditsOf(ask);
    this.credits = credits && new PlannedCredits(credits, now);
    this.ask(ask);
  }

  /** `last` is the last of the planned sends that it is asked with. */
  ask(ask: Ask, last: Instant = -Infinity): void {
    const { books, now } = this;
    this.counted = countedOn(ask);
    this.limits = null;
    this.others = rulesOf(
      { ask: { ...ask, limits: [], pending: [], credits: null }, books, at: now },
      'COMMIT',
    );
    this.forget();
    this.toldUntil = last;
    this.isToldAll = true;
  }

  /** Something of the seat was planned. The limits are told by themselves: others go by them too. */
  send({ action, at }: PlannedSend): void {
    if (action === 'INMAIL') this.credits?.send(at);
    this.forget();
    this.isToldAll = false;
  }

  /** Whether what was asked still holds at an instant. */
  holdAt(at: Instant, steadyMs: number): boolean {
    return this.isToldAll || steadyMs === Infinity || at < this.toldUntil + steadyMs;
  }

  /** All of them as one: what several ask that have more rules of their own is looked for once. Throws as PlannedLimits do. */
  together(): Rule {
    if (this.asOne) return this.asOne;
    const { ofSeat, ofParents } = this.inOrder();
    return (this.asOne = together([...ofSeat, ...ofParents]));
  }

  /** What they say against it at an instant, with the limits of a campaign where it has any: these come behind those of the seat. */
  reasonsAt(at: Instant, own: readonly PlannedLimit[] = []): Reason[] {
    let said = this.said.get(at);
    if (!said) {
      const { ofSeat, ofParents } = this.inOrder();
      said = { ofSeat: reasonsAt(ofSeat, at), ofParents: reasonsAt(ofParents, at) };
      this.said.set(at, said);
    }
    return longestFirst([...said.ofSeat, ...reasonsAt(own, at), ...said.ofParents]);
  }

  private inOrder(): { readonly ofSeat: readonly Rule[]; readonly ofParents: readonly Rule[] } {
    const limits = (this.limits ??= this.planned.of(this.counted));
    const found = limits.findIndex(({ limit }) => limit.scope.kind !== 'SEAT' || limit.counter.unanswered);
    const place = found < 0 ? limits.length : found;
    const ofSeat = [...this.others, ...(this.credits ? [this.credits] : []), ...limits.slice(0, place)];
    return { ofSeat, ofParents: limits.slice(place) };
  }

  private forget(): void {
    this.asOne = null;
    this.said.clear();
  }
}
