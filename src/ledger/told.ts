import type { Instant } from '../quota/window.js';
import type { AlertKind, UsageLevel } from '../quota/words.js';
import { toldFromJson, type StateJson, type ToldUntil } from './state.js';

/** What was told of a scope, as it is kept and as a pass goes on: the levels of its counters, and what is told of its day. */
export class Told {
  private readonly levels = new Map<string, UsageLevel>();
  private readonly days = new Map<AlertKind, Instant>();

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

  isToldOn(kind: AlertKind, at: Instant): boolean {
    return at < (this.days.get(kind) ?? this.kept?.toldUntil?.[kind] ?? 0);
  }

  tellUntil(kind: AlertKind, end: Instant): void {
    this.days.set(kind, end);
  }

  /** As it is to be kept. */
  until(): ToldUntil {
    return { ...this.kept?.toldUntil, ...Object.fromEntries(this.days) };
  }
}
