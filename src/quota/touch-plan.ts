import type { Ask } from './ask.js';
import { countedOn } from './decide.js';
import { bindingOf, paceOf } from './plan-sends.js';
import { countsOn, needEntries, PlannedRules, type PlannedSend } from './planned-rules.js';
import { plannedAsk } from './recommended.js';
import type { Reason, Rule } from './rule.js';
import type { Books } from './unit.js';
import { SECOND, type Instant } from './window.js';
import type { Action } from './words.js';

/** What a seat sends alike, as far as any rule tells it apart. */
export interface SendKind {
  readonly action: Action;
  readonly noted: boolean;
  readonly campaignId: string | null;
}

/** A kind, and how it is asked for once some sends are planned: kinds that no rule tells apart have one `asked` in common. */
export interface AskedKind extends SendKind {
  readonly asked: (sends: readonly PlannedSend[]) => Ask;
  /** As PlanTerms has it. */
  readonly steadyMs: number;
  /** What keeps it shut until its `retryAt`, for good where that is null; null where it is open. */
  readonly shutBy: Reason | null;
}

export interface TouchPlanTerms {
  readonly now: Instant;
  /** The last send or the newest live hold of the seat; null where neither is of late. */
  readonly lastAt: Instant | null;
  readonly gapSecondsAt: (at: Instant) => number;
  /** So many are taken at most. */
  readonly sends: number;
}

/** As planSends plans one kind, for several of a seat that take their turns: each counts wherever it would. */
export class TouchPlan<Kind extends AskedKind> {
  private readonly rules: ReadonlyMap<Kind['asked'], PlannedRules>;
  /** The next slots, until another send is planned. */
  private readonly slots = new Map<Kind['asked'], Instant | null>();
  private readonly sends: PlannedSend[] = [];
  private readonly paced = new Map<Action, Instant>();
  private earliest: Instant;

  constructor(
    kinds: readonly Kind[],
    books: Books,
    private readonly terms: TouchPlanTerms,
  ) {
    const { now, lastAt } = terms;
    // And the one behind them, of which it may be asked when it could go out.
    const sends = terms.sends + 1;
    const distinct = [...new Set(kinds.map(({ asked }) => asked))];
    const asks = distinct.map((asked) => [asked, plannedAsk(asked([]))] as const);
    needEntries(
      asks.flatMap(([, ask]) => countedOn(ask)),
      books,
      sends,
    );
    this.rules = new Map(asks.map(([asked, ask]) => [asked, new PlannedRules(ask, books, now, sends)]));
    this.earliest = Math.max(now, (lastAt ?? -Infinity) + this.gapAt(now));
  }

  /** When the next one of a kind could go out, not before an instant; null where none ever could. */
  slotOf(kind: Kind, from: Instant = -Infinity): Instant | null {
    if (from !== -Infinity) return this.findSlot(kind, from);
    const known = this.slots.get(kind.asked);
    if (known !== undefined) return known;
    const slot = this.findSlot(kind, from);
    this.slots.set(kind.asked, slot);
    return slot;
  }

  /** Plans one: slots are taken in the order of time. */
  take(kind: Kind, at: Instant): void {
    const { action, noted, campaignId } = kind;
    const sent = { action, noted, campaignId, at };
    this.sends.push(sent);
    this.slots.clear();
    for (const [other, rules] of this.rules) {
      if (other === kind.asked) rules.send(at);
      else rules.sendBeside(sent);
    }
    this.earliest = at + this.gapAt(at);
    this.paced.set(action, at + this.paceAt(kind, at));
  }

  /** What stops a kind now. */
  bindingOf(kind: Kind): Reason {
    const { shutBy } = kind;
    const rules = this.rulesOf(kind);
    const at = this.pacedAt(kind);
    const all = [...rules.all(), ...(shutBy ? [shutRule(shutBy)] : [])];
    return bindingOf(all, at, this.paceAt(kind, at), rules.firstAdmitted(this.earliestOf(kind)));
  }

  private findSlot(kind: Kind, from: Instant): Instant | null {
    if (kind.shutBy?.retryAt === null) return null;
    const rules = this.rulesOf(kind);
    const earliest = Math.max(from, this.earliestOf(kind));
    const slot = rules.firstAdmitted(earliest);
    if (rules.holdAt(slot ?? Infinity, kind.steadyMs)) return slot;
    const ask = plannedAsk(kind.asked(this.sends));
    rules.ask(ask, (limit) => this.sends.filter((sent) => countsOn(limit, sent)).map(({ at }) => at));
    return rules.firstAdmitted(earliest);
  }

  private earliestOf(kind: Kind): Instant {
    return Math.max(this.pacedAt(kind), kind.shutBy?.retryAt ?? -Infinity);
  }

  private pacedAt({ action }: Kind): Instant {
    return Math.max(this.earliest, this.paced.get(action) ?? -Infinity);
  }

  private gapAt(at: Instant): number {
    return this.terms.gapSecondsAt(at) * SECOND;
  }

  private paceAt(kind: Kind, at: Instant): number {
    return paceOf(this.rulesOf(kind).counted, this.gapAt(at), at);
  }

  private rulesOf(kind: Kind): PlannedRules {
    const rules = this.rules.get(kind.asked);
    if (!rules) throw new Error('A plan is made for its kinds.');
    return rules;
  }
}

/** Says what a reason says until its instant. */
function shutRule({ retryAt, ...objection }: Reason): Rule {
  return {
    objectionAt: (at) => (retryAt === null || at < retryAt ? objection : null),
    admitsFrom: (at) => retryAt && Math.max(at, retryAt),
  };
}
