import { EntriesNeeded } from '../quota/decide.js';
import type { EntriesNeed } from '../quota/rules/limit.rule.js';
import { Desk } from './desk.js';
import type { Whereabouts } from './facts.js';
import { Missing } from './loaded.js';
import type { Reading } from './loading.js';
import { scopeKey, type SumQuestion } from './scopes.js';

/** Passes over the same requests. Each reads what the one before found missing, so few are ever needed. */
const PASSES_MAX = 8;

/**
 * Makes a pass at a new desk; where it finds that something must be read first, reads that, and makes the whole pass
 * again. A pass is a pure function of what was read, so the last one is all that happened.
 */
export async function untilComplete<T>(
  reading: Reading,
  pass: (desk: Desk, missing: MissingOfPass) => T,
): Promise<{ readonly desk: Desk; readonly result: T }> {
  for (let passes = 1; passes <= PASSES_MAX; passes += 1) {
    const desk = new Desk(reading);
    const missing = new MissingOfPass();
    const result = pass(desk, missing);
    if (missing.isEmpty()) return { desk, result };
    await reading.readMissing(missing.sums(), missing.entries(), missing.whereabouts);
  }
  throw new Error('The books were read on without an end.');
}

type AgencyEntriesNeed = EntriesNeed & { readonly agencyId: string };

/** What one pass could not go on without, each thing once. */
export class MissingOfPass {
  readonly whereabouts: Whereabouts[] = [];
  private readonly sumsByCounter = new Map<string, SumQuestion>();
  private readonly entriesByCounter = new Map<string, AgencyEntriesNeed>();

  /** What `work` answers, or undefined where it can't be done before more is read. */
  unless<T>(agencyId: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      // Nothing has changed in the books by then: the pass goes on to find what else is missing, and is thrown away.
      this.add(agencyId, error);
      return undefined;
    }
  }

  private add(agencyId: string, error: unknown): void {
    if (error instanceof Missing) {
      for (const sum of error.tallies) this.sumsByCounter.set(`${scopeKey(sum)} ${sum.counter.key}`, sum);
      this.whereabouts.push(...error.whereabouts);
    } else if (error instanceof EntriesNeeded) {
      for (const need of error.needs) {
        const key = `${scopeKey({ agencyId, scope: need.limit.scope })} ${need.limit.counter.key}`;
        const known = this.entriesByCounter.get(key);
        if (!known || known.count < need.count) this.entriesByCounter.set(key, { ...need, agencyId });
      }
    } else {
      throw error;
    }
  }

  sums(): SumQuestion[] {
    return [...this.sumsByCounter.values()];
  }

  entries(): AgencyEntriesNeed[] {
    return [...this.entriesByCounter.values()];
  }

  isEmpty(): boolean {
    return this.sumsByCounter.size + this.entriesByCounter.size + this.whereabouts.length === 0;
  }
}
