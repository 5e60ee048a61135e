import type { Instant } from '../../quota/window.js';
import { USAGE_LEVELS, type UsageLevel } from '../../quota/words.js';
import { toldFromJson, type StateJson, type ToldOnce, type ToldUntil } from '../books/state.js';

/** Later than all instants, and a number that JSON has. */
const UNTIL_ARMED = Number.MAX_SAFE_INTEGER;

/** Told of by an instant that is compared with later ones, long after it is over. */
const ONLY_GROW: readonly string[] = ['SEAT_IDLE', 'CREDITS_EXPIRING'] satisfies ToldOnce[];

/** What is kept of one kind, those that last longest: each decision of the scope reads and writes all of it. Beyond, it is told again. */
const KEPT_OF_KIND_MAX = 500;

/** What was told of a scope, as it is kept and as a pass goes on: the levels of its counters, and what else is told of it once. */
export class Told {
  private readonly levels = new Map<string, UsageLevel>();
  private readonly days = new Map<ToldOnce, Instant>();

  constructor(private readonly kept: StateJson | null) {}

  get isChanged(): boolean {
    return this.levels.size + this.days.size > 0;
  }

  /** The level last told of a counter; null where nobody has judged it. */
  level(counterKey: string): UsageLevel | null {
    return this.levels.get(counterKey) ?? toldFromJson(counterKey, this.kept);
  }

  setLevel(counterKey: string, level: UsageLevel): void {
    if (this.level(counterKey) !== level) this.levels.set(counterKey, level);
  }

  /** Whether a counter is watched already: nothing was ever told of one that isn't. */
  isKept(counterKey: string): boolean {
    return this.kept?.counters[counterKey] !== undefined;
  }

  /** A counter that nothing limited until now: told of it is what was told before, where that is not long ago. */
  watch(counterKey: string, at: Instant): void {
    const levels = USAGE_LEVELS.filter((level) => this.isToldOn(rememberedAs(counterKey, level), at));
    this.setLevel(counterKey, levels.at(-1) ?? 'OK');
    for (const level of levels) this.arm(rememberedAs(counterKey, level));
  }

  /** What was told of a counter that nothing limits any more, for as long as that may still be so. */
  remember(counterKey: string, level: UsageLevel, until: Instant): void {
    this.days.set(rememberedAs(counterKey, level), until);
  }

  isToldOn(kind: ToldOnce, at: Instant): boolean {
    return at < this.toldUntil(kind);
  }

  /** 0 where it is to be told when it is next so. */
  toldUntil(kind: ToldOnce): Instant {
    return this.days.get(kind) ?? this.kept?.toldUntil?.[kind] ?? 0;
  }

  tellUntil(kind: ToldOnce, end: Instant): void {
    this.days.set(kind, end);
  }

  /** Of a threshold: told until it is armed again. */
  tell(kind: ToldOnce): void {
    this.days.set(kind, UNTIL_ARMED);
  }

  arm(kind: ToldOnce): void {
    this.days.set(kind, 0);
  }

  /** As it is to be kept from an instant on: without what may be told again by then, but for what only grows. */
  asKept(at: Instant): ToldUntil {
    const until = Object.entries({ ...this.kept?.toldUntil, ...Object.fromEntries(this.days) });
    const kept = until.filter(([what, end]) => end > (ONLY_GROW.includes(what) ? 0 : at));
    return Object.fromEntries(kept.length <= KEPT_OF_KIND_MAX ? kept : longestOfKinds(kept));
  }
}

function longestOfKinds(kept: readonly (readonly [what: string, end: Instant])[]) {
  const counts = new Map<string, number>();
  return kept
    .toSorted(([, one], [, other]) => other - one)
    .filter(([what]) => {
      const [kind = ''] = what.split(' ', 1);
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return count <= KEPT_OF_KIND_MAX;
    });
}

function rememberedAs(counterKey: string, level: UsageLevel): ToldOnce {
  return `LIMIT_WARNING ${counterKey} ${level}`;
}
