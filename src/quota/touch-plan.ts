import type { Ask } from './ask.js';
import { limitsOn, type Limit } from './limit.js';
import { bindingOf, paceOf } from './plan-sends.js';
import type { PlannedLimit } from './planned-limit.js';
import { distinctLimits, PlannedLimits, type PlannedSend } from './planned-limits.js';
import { PlannedRules } from './planned-rules.js';
import { plannedAsk, plannedLimit } from './recommended.js';
import { firstAdmitted, longestFirst, type Reason } from './rule.js';
import type { Books } from './unit.js';
import { SECOND, type Instant } from './window.js';
import type { Action } from './words.js';

/** What a seat sends alike, as far as any rule tells it apart. */
export interface SendKind {
  readonly action: Action;
  readonly noted: boolean;
  readonly campaignId: string | null;
}

/** A kind, and how it is asked for once some sends are planned: kinds that no rule but their own tells apart have one `asked` in common. */
export interface AskedKind extends SendKind {
  readonly asked: (sends: readonly PlannedSend[]) => Ask;
  /** The limits of its campaign, beside those that it is asked under: time changes none. */
  readonly own: readonly Limit[];
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
  /** So many are taken at most, and of the one behind them it may be asked when it could go out. */
  readonly sends: number;
}

/**
 * As planSends plans one kind, for several of a seat that take their turns: each counts wherever it would. What kinds have in common
 * is looked at once. Its books have been given the charges that it takes for all that it is asked for, and one more.
 */
export class TouchPlan<Kind extends AskedKind> {
  private readonly limits: PlannedLimits;
  private readonly rules: ReadonlyMap<Kind['asked'], PlannedRules>;
  private readonly ownOf = new Map<Kind, readonly PlannedLimit[]>();
  /** The next slots, until another send is planned. */
  private readonly slots = new Map<Kind, Instant | null>();
  private readonly sends: PlannedSend[] = [];
  private readonly paced = new Map<Action, Instant>();
  private earliest: Instant;

  constructor(
    private readonly kinds: readonly Kind[],
    books: Books,
    private readonly terms: TouchPlanTerms,
  ) {
    const { now, lastAt } = terms;
    this.limits = new PlannedLimits(books, terms.sends + 1);
    const distinct = new Set(kinds.map(({ asked }) => asked));
    this.rules = new Map(
      [...distinct].map((asked) => {
        return [asked, new PlannedRules(plannedAsk(asked([])), this.limits, books, now)];
      }),
    );
    this.earliest = Math.max(now, (lastAt ?? -Infinity) + this.gapAt(now));
  }

  /** All limits that it goes by, each once. */
  counted(): Limit[] {
    const common = [...this.rules.values()].flatMap(({ counted }) => counted);
    return distinctLimits([...common, ...this.kinds.flatMap(ownOn)]);
  }

  /** Looks at its limits one after the other, as whoever asks would have it do all at once: others have their turns in between. */
  *looksAhead(): Generator<void, void> {
    for (const limit of this.counted()) {
      this.limits.of([limit]);
      yield;
    }
  }

  /** When the next one of a kind could go out, not before an instant; null where none ever could. */
  slotOf(kind: Kind, from: Instant = -Infinity): Instant | null {
    if (from !== -Infinity) return this.findSlot(kind, from);
    const known = this.slots.get(kind);
    if (known !== undefined) return known;
    const slot = this.findSlot(kind, from);
    this.slots.set(kind, slot);
    return slot;
  }

  /** Plans one: slots are taken in the order of time. */
  take(kind: Kind, at: Instant): void {
    const { action, noted, campaignId } = kind;
    const sent = { action, noted, campaignId, at };
    this.sends.push(sent);
    this.slots.clear();
    this.limits.send(sent);
    for (const rules of this.rules.values()) rules.send(sent);
    this.earliest = at + this.gapAt(at);
    this.paced.set(action, at + this.paceAt(kind, at));
  }

  /** What stops a kind now. */
  bindingOf(kind: Kind): Reason {
    const { shutBy } = kind;
    const at = this.pacedAt(kind);
    const said = this.rulesOf(kind).reasonsAt(at, this.ownLimits(kind));
    const reasons = longestFirst([...said, ...(isShutAt(shutBy, at) ? [shutBy] : [])]);
    return bindingOf(reasons, this.paceAt(kind, at), this.firstAdmitted(kind, this.earliestOf(kind)));
  }

  private findSlot(kind: Kind, from: Instant): Instant | null {
    if (kind.shutBy?.retryAt === null) return null;
    const rules = this.rulesOf(kind);
    const earliest = Math.max(from, this.earliestOf(kind));
    const slot = this.firstAdmitted(kind, earliest);
    if (rules.holdAt(slot ?? Infinity, kind.steadyMs)) return slot;
    rules.ask(plannedAsk(kind.asked(this.sends)), this.sends.at(-1)?.at);
    return this.firstAdmitted(kind, earliest);
  }

  private firstAdmitted(kind: Kind, at: Instant): Instant | null {
    return firstAdmitted([this.rulesOf(kind).together(), ...this.ownLimits(kind)], at);
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
    return paceOf([...this.rulesOf(kind).counted, ...ownOn(kind)], this.gapAt(at), at);
  }

  private ownLimits(kind: Kind): readonly PlannedLimit[] {
    const known = this.ownOf.get(kind);
    if (known) return known;
    const own = this.limits.of(ownOn(kind));
    this.ownOf.set(kind, own);
    return own;
  }

  private rulesOf(kind: Kind): PlannedRules {
    const rules = this.rules.get(kind.asked);
    if (!rules) throw new Error('A plan is made for its kinds.');
    return rules;
  }
}

/** The limits of its campaign that a kind counts on, as a plan is held to them. */
export function ownOn({ own, action, noted }: AskedKind): Limit[] {
  return limitsOn(own, action, noted).map(plannedLimit);
}

function isShutAt(shutBy: Reason | null, at: Instant): shutBy is Reason {
  return shutBy !== null && (shutBy.retryAt === null || at < shutBy.retryAt);
}
